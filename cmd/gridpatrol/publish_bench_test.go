package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// BenchmarkPublish measures how long after the commit of a publish each of two
// servers answers from the new revision: the demo district with its base map, a
// third party publishes, all of them and the database on this machine. Both the
// usual publish, of a few areas, and one that changes every village group.
func BenchmarkPublish(b *testing.B) {
	ctx := context.Background()
	url := districtDatabase(b)
	d, err := district()
	if err != nil {
		b.Fatal(err)
	}
	planner, err := postgis.Open(ctx, postgis.Config{URL: url, District: "220112", ContactKey: bytes.Repeat([]byte{7}, keySize)})
	if err != nil {
		b.Fatal(err)
	}
	defer planner.Close()
	if err := planner.ReplaceGround(ctx, d.Ground); err != nil {
		b.Fatal(err)
	}
	servers := []*serving{serveTest(b, url), serveTest(b, url)}
	base := servers[0].boundaries.Current()
	areas := make([]geo.Area, 0, base.Index.Len())
	for _, a := range base.Index.All() {
		areas = append(areas, *a)
	}
	revision := base.Revision.Number
	publish := func(kind geo.Kind, most int) time.Duration {
		changed := 0
		for i := range areas {
			if areas[i].Kind == kind && changed < most {
				areas[i].Name = fmt.Sprintf("第%d版%d", revision, changed)
				changed++
			}
		}
		r, err := planner.Publish(ctx, postgis.Publication{Base: revision, Areas: areas, Note: "names", Actor: system})
		if err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		revision = r.Number
		for _, s := range servers {
			for s.boundaries.Current().Revision.Number != revision {
				if time.Since(committed) > 20*time.Second {
					b.Fatalf("a server is still at revision %d, want %d", s.boundaries.Current().Revision.Number, revision)
				}
				time.Sleep(200 * time.Microsecond)
			}
		}
		return time.Since(committed)
	}
	publish(geo.Compound, 2) // fills the caches
	var few, groups []time.Duration
	for b.Loop() {
		for range 7 {
			// What servers draw after a publish is done: nobody publishes each second.
			time.Sleep(2 * time.Second)
			few = append(few, publish(geo.Compound, 2))
			time.Sleep(2 * time.Second)
			groups = append(groups, publish(geo.VillageGroup, len(areas)))
		}
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	for _, r := range []struct {
		what string
		took []time.Duration
	}{{"two areas", few}, {"all village groups", groups}} {
		slices.Sort(r.took)
		row := func(which string, took time.Duration) measure.Row {
			return measure.Row{Area: "publish", Ours: took.Seconds() * 1e3, Unit: "ms", Aim: "≤ 500 ms",
				What: fmt.Sprintf("%s changed, from commit to served by both of two servers, %s of %d", r.what, which, len(r.took))}
		}
		measure.Report(b, row("median", r.took[len(r.took)/2]), row("worst", r.took[len(r.took)-1]))
	}
}
