package ingest

import (
	"fmt"
	"testing"

	"github.com/gridpatrol/gridpatrol/importers"
)

func TestParsePhone(t *testing.T) {
	text := func(s string) importers.Value { return importers.Value{Text: s, Type: importers.Text} }
	number := func(s string) importers.Value { return importers.Value{Text: s, Type: importers.Number} }
	for _, tt := range []struct {
		in   importers.Value
		want string
	}{
		{text("13800000001"), "13800000001"}, {number("13800000001"), "13800000001"}, {number("13800000001.0"), "13800000001"},
		{number("1.3800000001E+10"), "13800000001"}, {text("138 0000 0001"), "13800000001"}, {text("138-0000-0001"), "13800000001"},
		{text("１３８００００００１２"), "13800000012"}, {text("+86 13800000001"), "13800000001"}, {text("8613800000001"), "13800000001"}, {text("008613800000001"), "13800000001"},
		{text("0431-84220000"), "0431-84220000"}, {text("(0431)84220000"), "0431-84220000"}, {text("043184220000"), "0431-84220000"}, {text("010-88880000"), "010-88880000"},
		{text("84220000"), "84220000"}, {text("110"), "110"}, {text(""), ""}, {text("无"), ""},
	} {
		if got, _, ok := parsePhone(tt.in); !ok || got != tt.want {
			t.Errorf("parsePhone(%q) = %q, %v, want %q", tt.in.Text, got, ok, tt.want)
		}
	}
	for _, bad := range []string{"1.38E+10", "1380000000", "138000000011", "问本人", "12", "2.5", "138O0000001", "1.38000000015E+9"} {
		if got, _, ok := parsePhone(number(bad)); ok {
			t.Errorf("parsePhone(%q) = %q, want none", bad, got)
		}
	}
}

func TestParseName(t *testing.T) {
	for _, tt := range []struct {
		in, name, phone string
		deputy          bool
	}{
		{"张三", "张三", "", false}, {" 张　三 ", "张三", "", false}, {"张三(代理)", "张三", "", true}, {"张三（代）", "张三", "", true}, {"代理：张三", "张三", "", true},
		{"张三13800000001", "张三", "13800000001", false}, {"张三（13800000001）", "张三", "13800000001", false}, {"John Smith", "John Smith", "", false},
		{"阿不都·热合曼", "阿不都·热合曼", "", false}, {"空缺", "", "", false}, {"", "", "", false}, {"——", "", "", false},
	} {
		name, phone, deputy, ok := parseName(tt.in)
		if !ok || name != tt.name || phone != tt.phone || deputy != tt.deputy {
			t.Errorf("parseName(%q) = %q %q %v %v, want %q %q %v", tt.in, name, phone, deputy, ok, tt.name, tt.phone, tt.deputy)
		}
	}
	for _, bad := range []string{"张三12", "13800000001", "？？？", "张三�"} {
		if name, phone, _, ok := parseName(bad); ok {
			t.Errorf("parseName(%q) = %q %q, want none", bad, name, phone)
		}
	}
}

// FuzzPeople: what is read as a name or a number reads back as itself.
func FuzzPeople(f *testing.F) {
	for _, s := range []string{"张 三（代理）13800000001", "0431-84220000", "1.38E+10", "代理：张三", "+86 138-0000-0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []importers.ValueType{importers.Text, importers.Number} {
			phone, _, ok := parsePhone(importers.Value{Text: s, Type: kind})
			if again, _, good := parsePhone(importers.Value{Text: phone, Type: importers.Text}); ok && (!good || again != phone) {
				t.Errorf("%q is the number %q, which reads back as %q, %v", s, phone, again, good)
			}
		}
		name, _, _, ok := parseName(s)
		if again, phone, deputy, good := parseName(name); ok && (!good || again != name || phone != "" || deputy) {
			t.Errorf("%q is the name %q, which reads back as %q %q %v, %v", s, name, again, phone, deputy, good)
		}
	})
}

func TestPostColumns(t *testing.T) {
	for name, want := range map[string]string{
		"网格长": "grid_chief 0 name", "网格长/姓名": "grid_chief 0 name", "网格长（姓名）": "grid_chief 0 name", "网格长联系电话": "grid_chief 0 phone",
		"网格员2电话": "grid_member 2 phone", "网格员（二）姓名": "grid_member 2 name", "专职网格员": "grid_member 0 name", "代理网格长姓名": "grid_chief 0 deputy_name",
		"网格民警/手机号码": "grid_police 0 phone", "主任": "group_director 0 name", "妇女主任电话": "group_women 0 phone", "grid_chief_phone": "grid_chief 0 phone",
		"Grid Chief": "grid_chief 0 name", "志愿者名单": "volunteer 0 name",
	} {
		c, ok := readPostColumn(name)
		if got := fmt.Sprint(firstPost(c), " ", c.ordinal, " ", c.attribute); !ok || got != want {
			t.Errorf("readPostColumn(%q) = %s, %v, want %s", name, got, ok, want)
		}
	}
	for _, none := range []string{"副网格长", "网格编码", "网格长学历", "姓名", "", "备注"} {
		if c, ok := readPostColumn(none); ok {
			t.Errorf("readPostColumn(%q) = %+v, want none", none, c)
		}
	}
}

func firstPost(c postColumn) string {
	if len(c.posts) == 0 {
		return ""
	}
	return string(c.posts[0])
}
