package api

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// oddFeatures are features with all that may be odd about them.
var oddFeatures = []string{
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"n":1.10,"areas":"mine","b":null}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":null}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]}}`,
	`{ "type" : "Feature", "geometry" : { "type" : "Point", "coordinates" : [ 125.62, 43.55 , 12.50 ] }, "properties" : { "n" : 1, "s" : " a  b " } }`,
	"\t{\n\"properties\":{\"areas\":{\"x\":[1,2]},\r\"z\":[ 1 , { } , [ ] ]},\"geometry\":{\"coordinates\":[125.69,43.59],\"type\":\"Point\",\"bbox\":[1,2]},\"id\":\"a\",\"type\":\"Feature\"} ",
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"名称":"李白\n\u4e2d\ud83d\ude00","a":{"b":{"c":[{"d":1},{"d":2}]}}}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"a":1,"areas":2,"b":3}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"areas":2,"Area":3,"area":4}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"areas":1,"AREAS":2}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"Properties":{"n":1}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"n":1},"Properties":2}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"\u0061reas":1,"x<y":2,"é":3}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"É":1,"é":2}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"s":"\u0000"}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"a\u0000b":1}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"o":[{"\u0000":{}}]}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[1.2562e2,4355e-2]},"properties":{"x":-0.0e+5,"t":true,"f":false}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55,1e999]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,143.55]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55,1,2]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":["125.62",43.55]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Line","coordinates":[125.62,43.55]},"properties":{}}`,
	`{"type":"Feature","geometry":null,"properties":{}}`,
	`{"type":"feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":[]}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.65,43.55]},"properties":{"edge":true}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.65000004999999999,43.55]},"properties":{"bbox":[],"e":{},"u":"` + "\u2028\u2029" + `"}}`,
	"{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[125.62,43.55]},\"properties\":{\"s\":\"\xff\"}}",
	"{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[125.62,43.55]},\"properties\":{\"s\":\"\t\"}}",
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}} x`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{},}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"deep":` + strings.Repeat("[", maxDepth-2) + strings.Repeat("]", maxDepth-2) + `}}`,
	`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"deep":` + strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1) + `}}`,
	`{}`, `{"type":"Feature"}`, `null`, `[]`, `1`, `{`, `{"a"`, ``,
}

// mutated gives a feature with small damage, or two of them crossed.
func mutated(rnd *rand.Rand) []byte {
	text := []byte(oddFeatures[rnd.IntN(len(oddFeatures))])
	other := oddFeatures[rnd.IntN(len(oddFeatures))]
	for range rnd.IntN(3) {
		if len(text) == 0 || len(other) == 0 {
			break
		}
		i, j := rnd.IntN(len(text)), rnd.IntN(len(other))
		switch rnd.IntN(5) {
		case 0:
			text[i] = other[j]
		case 1:
			text = append(text[:i], text[i+1:]...)
		case 2:
			text = bytes.Join([][]byte{text[:i], []byte([]string{" ", ",", `"`, "{", "}", "[", "]", ":", "\\", "0", "e", "\n", "中", "\xff"}[rnd.IntN(14)]), text[i:]}, nil)
		case 3:
			text = append(bytes.Clone(text[:i]), other[j:]...)
		case 4: // a member of its own
			text = bytes.Replace(text, []byte(`{"`), fmt.Appendf(nil, `{"%c":[%d],"`, 'a'+rune(rnd.IntN(26)), j), 1+rnd.IntN(3))
		}
	}
	return text
}

// sameFeature fails unless quick answers what many.feature does, or leaves it
// alone. It reports which.
func sameFeature(t testing.TB, q *quick, m *many, text []byte) (quickly bool) {
	t.Helper()
	own, end, ok := q.feature([]byte("before"), text, 0)
	if ok && len(bytes.TrimLeft(text[end:], " \t\r\n")) > 0 {
		ok = false // the one who calls sees that something follows
	}
	want, err := m.feature(text)
	switch {
	case !ok:
		if !bytes.HasPrefix(own, []byte("before")) {
			t.Fatalf("quick spoilt what was written before %q", text)
		}
	case err != nil:
		t.Fatalf("quick answers %q with %q, which is refused: %v", text, own, err)
	case string(own) != "before"+string(want):
		t.Fatalf("quick answers %q with\n%s, want\n%s", text, own, want)
	}
	return ok
}

func testMany(s *site, crs geo.CRS) *many {
	w := s.api.now()
	return &many{world: w, crs: crs, list: "/features", texts: s.api.texts.of(w.Index, true), spooled: &s.api.spooled}
}

// TestQuickFeature holds quick against many.feature, on odd features and on
// damaged ones.
func TestQuickFeature(t *testing.T) {
	s := newSite(t)
	for _, crs := range []geo.CRS{geo.WGS84, geo.GCJ02} {
		m := testMany(s, crs)
		q := m.newQuick()
		quickly := 0
		for _, text := range oddFeatures {
			if sameFeature(t, q, m, []byte(text)) {
				quickly++
			}
			sameFeature(t, m.newQuick(), m, []byte(text))
		}
		if quickly < 12 {
			t.Errorf("%d odd features were answered quickly", quickly)
		}
		rnd := rand.New(rand.NewPCG(31, 32))
		for range 60_000 {
			sameFeature(t, q, m, mutated(rnd))
		}
	}
}

func FuzzQuickFeature(f *testing.F) {
	for _, text := range oddFeatures {
		f.Add([]byte(text), []byte(text))
	}
	s := newSite(f)
	m := testMany(s, geo.WGS84)
	f.Fuzz(func(t *testing.T, first, then []byte) {
		q := m.newQuick()
		sameFeature(t, q, m, first)
		sameFeature(t, q, m, then) // with the names of the first in mind
	})
}
