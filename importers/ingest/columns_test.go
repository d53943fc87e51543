package ingest

import (
	"maps"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

func TestFindColumns(t *testing.T) {
	for name, c := range map[string]struct {
		columns []string
		mapped  map[string]string
		want    map[string]string
	}{
		"ours":             {[]string{"code", "name", "parent", "households"}, nil, map[string]string{"code": "code", "name": "name", "parent": "parent", "households": "households"}},
		"Chinese":          {[]string{"OBJECTID", "网格编码", "网格名称", "户数", "人口"}, nil, map[string]string{"code": "网格编码", "name": "网格名称", "households": "户数", "population": "人口"}},
		"capitals, blanks": {[]string{" Code ", "NAME_EN", "Area Name"}, nil, map[string]string{"code": " Code ", "name": "Area Name", "name_en": "NAME_EN"}},
		"cut by a .dbf":    {[]string{"parent_kin", "网格编", "统计用"}, nil, map[string]string{"parent_kind": "parent_kin", "code": "网格编"}},
		"asked for":        {[]string{"a", "b", "编码"}, map[string]string{"code": "b", "name": "a"}, map[string]string{"code": "b", "name": "a"}},
		"the surer first":  {[]string{"编号", "编码"}, nil, map[string]string{"code": "编码"}},
		"one column once":  {[]string{"屯组"}, nil, map[string]string{"name": "屯组"}},
		"nothing":          {[]string{"", "x"}, nil, map[string]string{}},
		"none of it":       {[]string{"编码", "名称"}, map[string]string{"name": ""}, map[string]string{"code": "编码"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FindColumns(areaFields, c.columns, c.mapped)
			if err != nil || !maps.Equal(got.Names(), c.want) {
				t.Errorf("FindColumns(%q) = %v, %v, want %v", c.columns, got.Names(), err, c.want)
			}
		})
	}
	for _, mapped := range []map[string]string{{"code": "none"}, {"colour": "a"}} {
		if _, err := FindColumns(areaFields, []string{"a"}, mapped); err == nil {
			t.Errorf("FindColumns takes %v", mapped)
		}
	}
}

func TestPointColumns(t *testing.T) {
	row := func(texts ...string) (out []importers.Value) {
		for _, s := range texts {
			out = append(out, importers.Value{Text: s})
		}
		return out
	}
	for name, c := range map[string]struct {
		columns []string
		row     []importers.Value
		x, y    int
		ok      bool
	}{
		"degrees":             {[]string{"a", "lon", "lat"}, nil, 1, 2, true},
		"Chinese":             {[]string{"纬度", "经度"}, nil, 1, 0, true},
		"x and y":             {[]string{"X", "Y"}, row("472510.9", "4820546.9"), 0, 1, true},
		"X is the northing":   {[]string{"X", "Y"}, row("4820546.9", "472510.9"), 1, 0, true},
		"with a zone number":  {[]string{"X", "Y"}, row("4820546.9", "42472510.9"), 1, 0, true},
		"only one":            {[]string{"lon", "height"}, nil, 0, 0, false},
		"degrees as x and y":  {[]string{"x", "y"}, row("125.66", "43.52"), 0, 1, true},
		"nothing of the kind": {[]string{"code"}, nil, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var rows [][]importers.Value
			if c.row != nil {
				rows = append(rows, c.row)
			}
			x, y, ok := PointColumns(c.columns, rows)
			if ok != c.ok || ok && (x != c.x || y != c.y) {
				t.Errorf("PointColumns(%q) = %d, %d, %v, want %d, %d, %v", c.columns, x, y, ok, c.x, c.y, c.ok)
			}
		})
	}
}

func TestGuess(t *testing.T) {
	for _, k := range geo.Kinds() {
		areas := ofKind(demoAreas(t), k)
		src := layerOf(t, geo.WGS84, areas[:min(3, len(areas))]...)
		var rows [][]importers.Value
		for _, r := range src.records {
			rows = append(rows, r.Values)
		}
		src.layer.Name = k.Plural()
		if got := Guess(src.layer, rows); got.Kind != k || got.Columns["code"] != "code" {
			t.Errorf("Guess of the %s = %+v", k.Plural(), got)
		}
	}
}
