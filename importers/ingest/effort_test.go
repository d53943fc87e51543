package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// TestAreasLaidOnEachOther: a layer of thousands of areas that all cover each other, each
// a step further, ends with one clear word, not with all the memory there is.
func TestAreasLaidOnEachOther(t *testing.T) {
	var b strings.Builder
	for k := range 3000 {
		w, s := 125.6+float64(k)*1e-6, 43.5+float64(k)*1e-6
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"2201120010%05d"},"geometry":{"type":"Polygon","coordinates":[[[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f]]]}}`+"\n",
			k, w, s, w+0.05, s, w+0.05, s+0.05, w, s+0.05, w, s)
	}
	path := filepath.Join(t.TempDir(), "all.geojson")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := importers.Open(t.Context(), path, importers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	set, err := Areas(t.Context(), src, AreaBasis{District: "220112"}, Options{Kind: geo.Grid})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(set.Report.Problems, func(p *importers.Problem) bool { return p.Problem == importers.ProblemLimit && !p.Warning }) {
		t.Errorf("%d problems, and none says that there is too much to look at", len(set.Report.Problems))
	}
}

// TestAreasTangled: outlines that cross themselves in more places than can be kept, whose
// mending would take minutes and gigabytes, are refused with one word besides that they cross
// themselves; who does not wait any longer is not waited for.
func TestAreasTangled(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for k := range 3 {
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"2201120010%05d"},"geometry":{"type":"Polygon","coordinates":[[[125.6,43.4]`, k)
		for range 20_000 {
			fmt.Fprintf(&b, ",[%.7f,%.7f]", 125.6+rnd.Float64()/5, 43.4+rnd.Float64()/5)
		}
		b.WriteString(",[125.6,43.4]]]}}\n")
	}
	path := filepath.Join(t.TempDir(), "tangled.geojson")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(ctx context.Context, repairs ...string) (*AreaSet, error) {
		src, err := importers.Open(t.Context(), path, importers.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		return Areas(ctx, src, AreaBasis{District: "220112"}, Options{Kind: geo.Grid, Repairs: repairs})
	}
	for _, repairs := range [][]string{nil, {"make-valid"}} {
		set, err := check(t.Context(), repairs...)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, p := range set.Report.Problems {
			if !p.Warning {
				count[p.Problem]++
			}
		}
		if count[importers.ProblemSelfIntersection] != 3 || count[importers.ProblemLimit] != len(repairs) {
			t.Errorf("with %q: %v", repairs, count)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := check(ctx, "make-valid"); err == nil {
		t.Error("it was checked for nobody")
	}
}
