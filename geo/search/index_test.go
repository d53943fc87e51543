package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

func area(kind geo.Kind, code, name string, alias ...string) *geo.Area {
	return &geo.Area{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(kind+geo.Kind(code))), Kind: kind, Code: code, Name: name, Alias: alias}
}

func road(n byte, class, name string, lines ...orb.LineString) geo.Feature {
	f := geo.Feature{ID: geo.ID{15: n}, Class: class, Name: name, Geometry: orb.MultiLineString(lines)}
	if len(lines) == 1 {
		f.Geometry = lines[0]
	}
	return f
}

func small() *Index {
	english := area(geo.Township, "220112100", "鹿乡镇")
	english.NameEn = "Luxiang Town"
	return New([]*geo.Area{
		area(geo.Grid, "220112001001017", "平湖街道17网格", "第十七网格"),
		area(geo.VillageGroup, "220112100201001", "于家屯"),
		area(geo.Village, "220112100201", "于家村"),
		area(geo.Village, "220112100202", "大于家村"),
		area(geo.Village, "220112100203", "御家村"),
		area(geo.Village, "220112100204", "长山村"),
		area(geo.Village, "220112100205", "吕家村"),
		english,
		area(geo.District, "220112", "双阳区"),
	}, []geo.Feature{
		road(2, "road_main", "长清公路", orb.LineString{{1, 1}, {2, 2}}),
		road(1, "road_main", "长清公路", orb.LineString{{0, 0}, {1, 1}}),
		road(3, "road", "", orb.LineString{{0, 0}, {1, 1}}),
		{ID: geo.ID{15: 4}, Class: "houses", Name: "于家", Geometry: orb.Point{1, 2}},
		road(5, "river", "双阳河", orb.LineString{{0, 0}, {1, 1}}, orb.LineString{{1, 1}, {1, 3}}),
	})
}

func TestSearch(t *testing.T) {
	x := small()
	tests := []struct {
		name, q string
		want    []string // names, best first
	}{
		{"exact, then the longer one", "于家村", []string{"于家村", "大于家村"}},
		{"prefix by kind; a feature that is exact goes first", "于家", []string{"于家", "于家村", "于家屯", "大于家村"}},
		{"initials", "yjc", []string{"于家村", "御家村"}},
		{"initials of the beginning", "dy", []string{"大于家村"}},
		{"full pinyin", "yujiacun", []string{"于家村", "御家村", "大于家村"}},
		{"pinyin with spaces and capitals", " Yu Jia Cun ", []string{"于家村", "御家村", "大于家村"}},
		{"full-width letters", "ＹＵＪＩＡＣＵＮ", []string{"于家村", "御家村", "大于家村"}},
		{"pinyin inside a name", "shancun", []string{"长山村"}},
		{"either reading of a character", "changshan", []string{"长山村"}},
		{"the other reading", "zhangshan", []string{"长山村"}},
		{"u with dots typed as v", "lvjia", []string{"吕家村"}},
		{"u with dots typed as it is", "lüjia", []string{"吕家村"}},
		{"code", "220112100203", []string{"御家村"}},
		{"code in full-width digits", "２２０１１２１００２０３", []string{"御家村"}},
		{"beginning of a code, by kind", "2201121002", []string{"于家村", "大于家村", "御家村", "长山村", "吕家村", "于家屯"}},
		{"inside of a code", "12100203", nil},
		{"kind and code", "village:220112100201", []string{"于家村"}},
		{"kind and name", "village_group:于家", []string{"于家屯"}},
		{"kind alone", "village:", nil},
		{"digits in a name", "17网格", []string{"平湖街道17网格"}},
		{"alias", "第十七网格", []string{"平湖街道17网格"}},
		{"initials of an alias", "dsqwg", []string{"平湖街道17网格"}},
		{"English", "luxiang town", []string{"鹿乡镇"}},
		{"road by name, its pieces as one", "长清", []string{"长清公路"}},
		{"road by initials", "cqgl", []string{"长清公路"}},
		{"river", "shuangyanghe", []string{"双阳河"}},
		{"nothing", "不存在", nil},
		{"empty", "", nil},
		{"spaces", "  　", nil},
		{"too long", strings.Repeat("于", 65), nil},
		{"not UTF-8", "\xff\xfe", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, h := range x.Search(tt.q, 10) {
				got = append(got, h.Name())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Search(%q) = %q, want %q", tt.q, got, tt.want)
			}
		})
	}
}

func TestSearchLimit(t *testing.T) {
	x := small()
	all := x.Search("jia", 100)
	if len(all) < 5 {
		t.Fatalf("Search(jia) has %d hits, want 5 or more", len(all))
	}
	for limit := -1; limit <= len(all)+1; limit++ {
		want := all[:min(max(limit, 0), len(all))]
		if got := x.Search("jia", limit); !slices.Equal(got, want) {
			t.Errorf("Search(jia, %d) = %v, want the first of %v", limit, got, all)
		}
	}
}

func TestJoinedLines(t *testing.T) {
	hits := small().Search("长清公路", 10)
	if len(hits) != 1 || hits[0].Feature == nil {
		t.Fatalf("Search = %v, want one feature", hits)
	}
	f := hits[0].Feature
	want := orb.MultiLineString{{{0, 0}, {1, 1}}, {{1, 1}, {2, 2}}}
	if f.ID != (geo.ID{15: 1}) || !orb.Equal(f.Geometry, want) {
		t.Errorf("joined road = %v %v, want the first id and %v", f.ID, f.Geometry, want)
	}
	if hits[0].Match != Exact {
		t.Errorf("Match = %v, want Exact", hits[0].Match)
	}
}

func TestEmptyIndex(t *testing.T) {
	if got := New(nil, nil).Search("于家村", 10); got != nil {
		t.Errorf("Search in an empty index = %v, want nil", got)
	}
}

// district gives n areas with names as villages have them.
func district(n int) []*geo.Area {
	const surnames, ends = "于王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯许邓", "家屯窝堡子沟岭甸"
	a, b := []rune(surnames), []rune(ends)
	out := make([]*geo.Area, n)
	for i := range out {
		name := fmt.Sprintf("%c%c%c%d组", a[i%len(a)], a[i/7%len(a)], b[i%len(b)], i%17)
		out[i] = area(geo.VillageGroup, fmt.Sprintf("220112%09d", i), name)
	}
	return out
}

func TestEveryAreaIsFound(t *testing.T) {
	areas := district(1900)
	x := New(areas, nil)
	for _, a := range areas[:300] {
		for _, q := range []string{a.Code, a.Name, readings(a.Name)[0].full} {
			hits := x.Search(q, len(areas))
			if !slices.ContainsFunc(hits, func(h Hit) bool { return h.Area == a && h.Match == Exact }) {
				t.Errorf("Search(%q) does not find %s exactly", q, a.Name)
			}
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	x := New(district(1900), nil)
	for _, q := range []string{"yjc", "yujia", "于家", "22011200", "zzz"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(q, 20)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	areas := district(1900)
	b.ReportAllocs()
	for b.Loop() {
		New(areas, nil)
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{"于家", "yjc", "grid:", ":", "village:2201", "\xff", "ＹＪＣ", "%", ""} {
		f.Add(q)
	}
	x := small()
	f.Fuzz(func(t *testing.T, q string) {
		hits := x.Search(q, 3)
		if len(hits) > 3 {
			t.Fatalf("Search(%q, 3) gives %d hits", q, len(hits))
		}
		for i, h := range hits {
			if (h.Area == nil) == (h.Feature == nil) {
				t.Errorf("hit %d of %q is neither or both", i, q)
			}
			if i > 0 && h.Match < hits[i-1].Match {
				t.Errorf("hit %d of %q is better than the one before", i, q)
			}
		}
	})
}
