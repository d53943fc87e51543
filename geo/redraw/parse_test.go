package redraw_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

var operations = []string{
	`{"op":"move_node","from":[125.66,43.52],"to":[125.6600001,43.52]}`,
	`{"op":"insert_node","at":[125.66,43.52]}`,
	`{"op":"remove_node","at":[125.66,43.52]}`,
	`{"op":"split","kind":"grid","code":"220112100000001","line":{"type":"LineString","coordinates":[[125.6,43.5],[125.7,43.6]]},"new_code":"220112100000002","new_name":"南"}`,
	`{"op":"merge","kind":"grid","codes":["1","2"],"into":"1"}`,
	`{"op":"reassign","unit_kind":"village_group","unit_codes":["1"],"to_kind":"grid","to_code":"2"}`,
	`{"op":"replace","kind":"grid","code":"1","geometry":{"type":"MultiPolygon","coordinates":[[[[125,43],[125.1,43],[125,43.1],[125,43]]]]}}`,
	`{"op":"create","kind":"grid","code":"1","name":"n","name_en":"N","parent":"township:220112001","class":"urban","households":3,"population":9,"geometry":{"type":"MultiPolygon","coordinates":[[[[125,43],[125.1,43],[125,43.1],[125,43]]]]}}`,
	`{"op":"retire","kind":"grid","code":"1"}`,
	`{"op":"rename","kind":"grid","code":"1","name":"n","name_en":"N"}`,
	`{"op":"recode","kind":"grid","code":"1","new_code":"2"}`,
}

func TestParseOperation(t *testing.T) {
	for _, text := range operations {
		op, err := redraw.ParseOperation([]byte(text))
		if err != nil {
			t.Errorf("ParseOperation(%s): %v", text, err)
			continue
		}
		if got, err := json.Marshal(op); err != nil || string(got) != text {
			t.Errorf("written again it is %s, want %s", got, text)
		}
	}
	op, err := redraw.ParseOperation([]byte(`{"op":"insert_node","at":[125.66000004,43.51999996]}`))
	if want := (redraw.InsertNode{At: geo.LatticePoint{Lon: 1_256_600_000, Lat: 435_200_000}}); err != nil || op != want {
		t.Errorf("ParseOperation = %v, %v, want %v", op, err, want)
	}
}

// TestParseOperationTrims checks that blanks round a name do not count.
func TestParseOperationTrims(t *testing.T) {
	op, err := redraw.ParseOperation([]byte(`{"op":"rename","kind":"grid","code":"1","name":" 新 家\u3000"}`))
	if want := (redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "1"}, Name: "新 家"}); err != nil || op != want {
		t.Errorf("ParseOperation = %#v, %v, want %#v", op, err, want)
	}
}

func TestParseOperationRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		body     string
		pointers []string
	}{
		"no object":       {`[1]`, []string{""}},
		"text after it":   {`{"op":"retire","kind":"grid","code":"1"} x`, []string{""}},
		"cut short":       {`{"op":"retire","kind":"grid"`, []string{""}},
		"no op":           {`{}`, []string{"/op"}},
		"unknown op":      {`{"op":"explode"}`, []string{"/op"}},
		"unknown member":  {`{"op":"retire","kind":"grid","code":"1","Code":"2","a/b":1}`, []string{"/Code", "/a~1b"}},
		"member twice":    {`{"op":"retire","kind":"grid","code":"1","code":"2"}`, []string{"/code"}},
		"missing":         {`{"op":"move_node","from":[1,2]}`, []string{"/to"}},
		"null":            {`{"op":"insert_node","at":null}`, []string{"/at"}},
		"three numbers":   {`{"op":"insert_node","at":[125,43,7]}`, []string{"/at"}},
		"swapped":         {`{"op":"insert_node","at":[43,125]}`, []string{"/at"}},
		"not a kind":      {`{"op":"retire","kind":"grids","code":"1"}`, []string{"/kind"}},
		"not a code":      {`{"op":"retire","kind":"grid","code":"a b"}`, []string{"/code"}},
		"a point as line": {`{"op":"split","kind":"grid","code":"1","line":{"type":"Point","coordinates":[1,2]}}`, []string{"/line"}},
		"within line":     {`{"op":"split","kind":"grid","code":"1","line":{"type":"LineString","type":"LineString","coordinates":[[1,2],[2,3]],"crs":1}}`, []string{"/line/type", "/line/crs"}},
		"no codes":        {`{"op":"merge","kind":"grid","codes":[],"into":"1"}`, []string{"/codes"}},
		"empty geometry":  {`{"op":"replace","kind":"grid","code":"1","geometry":{"type":"Polygon","coordinates":[]}}`, []string{"/geometry"}},
		"class of group":  {`{"op":"create","kind":"village_group","code":"1","name":"n","class":"urban","geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[1,2],[1,1]]]}}`, []string{"/class"}},
		"null numbers":    {`{"op":"move_node","from":[125,43],"to":[null,null]}`, []string{"/to"}},
		"null in a shape": {`{"op":"replace","kind":"grid","code":"1","geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],null,[1,1]]]}}`, []string{"/geometry"}},
		"null in a line":  {`{"op":"split","kind":"grid","code":"1","line":{"type":"LineString","coordinates":[[1,2],[2,null]]}}`, []string{"/line"}},
		"blank name":      {`{"op":"rename","kind":"grid","code":"1","name":" \u3000"}`, []string{"/name"}},
		"lines in a name": {`{"op":"rename","kind":"grid","code":"1","name":"a\nb","name_en":"\u0007"}`, []string{"/name", "/name_en"}},
		"strange parent":  {`{"op":"create","kind":"compound","code":"1","name":"n","parent":"township:1","geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[1,2],[1,1]]]}}`, []string{"/parent"}},
		"empty name":      {`{"op":"rename","kind":"grid","code":"1","name":""}`, []string{"/name"}},
	} {
		t.Run(name, func(t *testing.T) {
			op, err := redraw.ParseOperation([]byte(c.body))
			var p *geo.Problem
			if !errors.Is(err, geo.ErrInvalid) || !errors.As(err, &p) {
				t.Fatalf("ParseOperation = %v, %v, want a problem", op, err)
			}
			var got []string
			for _, f := range p.Fields {
				got = append(got, f.Pointer)
			}
			if !slices.Equal(got, c.pointers) {
				t.Errorf("pointers %q, want %q", got, c.pointers)
			}
		})
	}
}

// FuzzParseOperation: nothing panics, and what is accepted is written and read
// to the same.
func FuzzParseOperation(f *testing.F) {
	for _, text := range operations {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		op, err := redraw.ParseOperation(body)
		if err != nil {
			return
		}
		text, err := json.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		again, err := redraw.ParseOperation(text)
		if err != nil {
			t.Fatalf("ParseOperation(%s): %v", text, err)
		}
		if second, _ := json.Marshal(again); string(second) != string(text) {
			t.Fatalf("%s becomes %s", text, second)
		}
	})
}
