package features

import (
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

func TestSortedPagesMakeTheWhole(t *testing.T) {
	r := newRig(t)
	const items = "/ogc/collections/village_groups/items?sortby="
	for _, order := range []string{"households", "-households", "%2Bhouseholds,-code", " households", "-name", "synthetic,-households", "area_m2"} {
		var want []string
		whole := r.page(t, items+strings.ReplaceAll(order, " ", "+")+"&limit=100")
		want = ids(whole)
		for _, limit := range []string{"1", "4", "25"} {
			if got := walk(t, r, items+strings.ReplaceAll(order, " ", "+")+"&limit="+limit); !slices.Equal(got, want) {
				t.Errorf("sorted by %s in pages of %s: %v, want %v", order, limit, got, want)
			}
		}
		if sorted := slices.Clone(want); len(want) != 25 || len(slices.Compact(slices.Sorted(slices.Values(sorted)))) != 25 {
			t.Errorf("sorted by %s there are %d features", order, len(want))
		}
	}
	// Groups of an even number have 100 households and their number, others none.
	up := ids(r.page(t, items+"households&limit=14"))
	down := ids(r.page(t, items+"-households&limit=14"))
	group := func(n string) string { return "2201122000010" + n }
	if up[0] != group("00") || up[12] != group("24") || up[13] != group("01") {
		t.Errorf("upwards: %v", up)
	}
	if down[0] != group("01") || down[11] != group("23") || down[12] != group("24") || down[13] != group("22") {
		t.Errorf("downwards: %v", down)
	}
}

// TestNextHoldsWhileAreasComeAndGo takes away what was on the page before, and
// adds what comes before the next: nothing is left out and nothing comes twice.
func TestNextHoldsWhileAreasComeAndGo(t *testing.T) {
	for _, sortby := range []string{"", "&sortby=-name"} {
		r := newRig(t)
		first := r.page(t, "/ogc/collections/village_groups/items?limit=7"+sortby)
		want := ids(r.page(t, "/ogc/collections/village_groups/items?limit=100"+sortby))[7:]
		var kept []geo.Area
		for _, k := range geo.Kinds() {
			for _, a := range r.history.Current().Index.Areas(k) {
				if !slices.Contains(ids(first)[2:], a.Code) {
					kept = append(kept, *a)
				}
			}
		}
		index, err := locate.Build(kept, locate.Config{})
		if err != nil {
			t.Fatal(err)
		}
		r.history[1] = &locate.Snapshot{Revision: r.history[1].Revision, Index: index}
		if got := walk(t, r, strings.TrimPrefix(first.link("next"), r.base)); !slices.Equal(got, want) {
			t.Errorf("%q: after the first page come %v, want %v", sortby, got, want)
		}
	}
}

func TestSelectedProperties(t *testing.T) {
	r := newRig(t)
	for query, want := range map[string][]string{
		"grids/items?properties=name,class": {"class", "name"}, "grids/items?properties=": {}, "reports/items?properties=status": {"status"},
		"hotspots/items?properties=h3": {"h3"}, "grids/items?properties=name&sortby=-class": {"name"},
	} {
		for _, f := range r.page(t, "/ogc/collections/"+query).Features {
			var got []string
			for name := range f.Properties {
				got = append(got, name)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) || f.ID == "" || len(f.Geometry.Coordinates) == 0 {
				t.Fatalf("%s gives %v with the properties %v", query, f.ID, got)
			}
		}
	}
}

func TestAreasAsTheyWereThen(t *testing.T) {
	r := newRig(t) // revisions of 30 July and 30 August at noon
	const items = "/ogc/collections/grids/items?code=220112000000001&datetime="
	for datetime, want := range map[string]string{
		"2026-08-15T00:00:00Z":           "名220112000000001",
		"2026-09-15T00:00:00Z":           "网格1",
		"2026-01-01/2026-08-15":          "名220112000000001",
		"../2026-08-15":                  "名220112000000001",
		"2026-01-01/..":                  "网格1",
		"2026-01-01/2030-01-01":          "网格1",
		"2030-01-01T00:00:00Z":           "网格1",
		"../..":                          "网格1",
		"2020-01-01T00:00:00Z":           "",
		"2019-01-01/2020-01-01":          "",
		"../2026-01-01T00:00:00%2B08:00": "",
	} {
		a := r.page(t, items+datetime)
		got := ""
		if len(a.Features) > 0 {
			got, _ = a.Features[0].Properties["name"].(string)
		}
		if got != want || a.NumberMatched == nil || *a.NumberMatched != len(a.Features) {
			t.Errorf("datetime=%s: name %q, want %q", datetime, got, want)
		}
	}
}
