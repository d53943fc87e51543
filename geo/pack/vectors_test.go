package pack

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

var update = flag.Bool("update", false, "write the vectors anew")

// vectors are packs, and what the lookup says of places in them; the tests of the
// page (web/src/offline/lookup.test.ts) read the same file.
type vectors struct {
	Name string          `json:"name"`
	Pack json.RawMessage `json:"pack"`
	// Of each place lon and lat, and of the kinds in the order of the pack the code,
	// null for none, or false where the server decides.
	Places [][]any `json:"places"`
}

// TestVectors holds what the lookup says of chosen places against the file, and
// whatever it decides against the index.
func TestVectors(t *testing.T) {
	const file = "testdata/lookup.json"
	x := townIndex(t)
	var made []vectors
	for _, v := range []struct {
		name string
		held Held
	}{
		{"all of the town", All(x)},
		{"round the group in the corner", Around(x, []geo.ID{find(t, x, geo.VillageGroup, "v00").ID})},
		{"round a compound", Around(x, []geo.ID{find(t, x, geo.Compound, "c1").ID})},
	} {
		p := Make(v.held, nil, 0)
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, vectors{v.name, data, answersOf(t, x, p)})
	}
	text, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	had, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(had) != string(text) {
		t.Errorf("%s is another one: run with -update, and with it the tests of the page", file)
	}
}

func answersOf(t *testing.T, x *locate.Index, p *Pack) (out [][]any) {
	t.Helper()
	l := NewLookup(p)
	seen := map[string]int{}
	for _, at := range chosenPlaces(p) {
		want, got := x.LocateLattice(at), l.Locate(at)
		line := []any{at.Lon, at.Lat}
		for k, kind := range geo.Kinds() {
			w := want.Area(kind)
			switch f := got[k]; {
			case f.Server:
				seen["server"]++
				line = append(line, false)
			case f.Area == nil:
				seen["none"]++
				line = append(line, nil)
				if w != nil {
					t.Errorf("Locate(%v) of %s is nothing, want %s", at, kind, w.Code)
				}
			default:
				seen["area"]++
				line = append(line, f.Area.Code)
				if w == nil || w.Code != f.Area.Code {
					t.Errorf("Locate(%v) of %s = %s, want %v", at, kind, f.Area.Code, w)
				}
			}
		}
		out = append(out, line)
	}
	for _, what := range []string{"server", "none", "area"} {
		if seen[what] < 20 {
			t.Errorf("the places see %s only %d times", what, seen[what])
		}
	}
	return out
}

// chosenPlaces are the ends of arcs, their other points, the middles of their
// segments, places just within and just beyond the band on both sides of them,
// places far from everything, and some anywhere.
func chosenPlaces(p *Pack) (out []geo.LatticePoint) {
	for i, a := range p.Arcs {
		out = append(out, a.Line[0])
		s := (i*7)%(len(a.Line)-1) + 1 // one segment of each
		from, to := a.Line[s-1], a.Line[s]
		mid := geo.LatticePoint{Lon: (from.Lon + to.Lon) / 2, Lat: (from.Lat + to.Lat) / 2}
		out = append(out, to, mid)
		east, north := float64(to.Lon-from.Lon)*p.Plane.LonM, float64(to.Lat-from.Lat)*p.Plane.LatM
		length := math.Hypot(east, north)
		for _, m := range []float64{p.BandM - 0.05, p.BandM + 0.05} {
			for _, side := range []float64{-m, m} {
				out = append(out, geo.LatticePoint{
					Lon: mid.Lon + int32(math.Round(-north/length*side/p.Plane.LonM)),
					Lat: mid.Lat + int32(math.Round(east/length*side/p.Plane.LatM)),
				})
			}
		}
	}
	far := corner([2]int32{-5, 3})
	out = append(out, far, geo.LatticePoint{}, geo.LatticePoint{Lon: 1_800_000_000, Lat: -900_000_000})
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 150 {
		out = append(out, geo.LatticePoint{
			Lon: townOrigin.Lon + int32(rnd.IntN(8*townStep)) - townStep,
			Lat: townOrigin.Lat + int32(rnd.IntN(8*townStep)) - townStep,
		})
	}
	slices.SortFunc(out, geo.CompareLattice)
	return slices.Compact(out)
}
