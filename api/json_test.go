package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestParseJSONDepth(t *testing.T) {
	nest := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := parseJSON(nest(maxDepth)); err != nil {
		t.Errorf("depth %d = %v, want none", maxDepth, err)
	}
	if _, err := parseJSON(nest(maxDepth + 1)); err == nil {
		t.Errorf("depth %d = nil, want an error", maxDepth+1)
	}
}

// FuzzParseJSON checks that nothing panics, and that what is accepted is JSON
// that encoding/json reads the same and that survives a round trip.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2.5e3,"x",null,true,{"b":{}}]}`, `{"a":1,"A":2}`, `"\u0000"`, "\"\xff\"", `[1,]`, `{"a":1}x`, `1e999`, `{"a~/b":1}`, ` [ ] `, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := parseJSON(data)
		if err != nil {
			if p := problemOf(err); p.Status != 400 {
				t.Fatalf("status = %d, want 400: %v", p.Status, err)
			}
			return
		}
		var other any
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		if err := dec.Decode(&other); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		if text, err := json.Marshal(plain(v)); err != nil {
			t.Fatal(err)
		} else if theirs, _ := json.Marshal(other); !bytes.Equal(text, theirs) {
			t.Fatalf("read %s, encoding/json reads %s", text, theirs)
		} else if _, err := parseJSON(text); err != nil {
			t.Fatalf("what was accepted is refused when written again: %v", err)
		}
	})
}

// plain gives a parsed value as encoding/json has it.
func plain(v any) any {
	switch v := v.(type) {
	case *object:
		out := map[string]any{}
		for name, m := range v.members {
			out[name] = plain(m)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	}
	return v
}

func FuzzParseBBox(f *testing.F) {
	for _, s := range []string{"125.6,43.5,125.7,43.6", "1,2,3", "NaN,0,0,0", "-180,-90,180,90", "2,2,1,1", "1e308,0,0,0", " 1 , 2 , 3 , 4 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := parseBBox(s)
		if err == nil && !(b.Min[0] >= -180 && b.Min[0] <= b.Max[0] && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Min[1] <= b.Max[1] && b.Max[1] <= 90) {
			t.Fatalf("parseBBox(%q) = %v", s, b)
		}
	})
}
