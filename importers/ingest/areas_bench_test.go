package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// BenchmarkAreas checks all village groups against each other and the villages,
// and compares them with those in force, of which some have changed. Reading the file is
// not counted: its features are in memory.
func BenchmarkAreas(b *testing.B) {
	all := demoAreas(b)
	groups := ofKind(all, geo.VillageGroup)
	for _, crs := range []geo.CRS{geo.WGS84, "EPSG:4551"} {
		b.Run(string(crs), func(b *testing.B) {
			src := layerOf(b, crs, groups...)
			b.ReportAllocs()
			best := time.Hour
			for b.Loop() {
				began := time.Now()
				set, err := Areas(context.Background(), src, AreaBasis{District: "220112", Areas: all}, Options{Kind: geo.VillageGroup})
				if err != nil || set.Report.Errors() > 0 || set.Report.Unchanged != len(groups) {
					b.Fatalf("%v: %s", err, tell(set))
				}
				best = min(best, time.Since(began))
			}
			measure.Report(b, measure.Row{Area: "import", What: "all village groups in " + string(crs) + " checked and compared, without reading the file", Ours: 1e3 * best.Seconds(), Unit: "ms"})
		})
	}
}
