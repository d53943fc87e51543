package postgis

import (
	"fmt"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// BenchmarkEditRoster appoints one chief after another in the demo district, with
// the open reports of the grid and a refresh on the server that does it.
func BenchmarkEditRoster(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	grids := w.b.Current().Index.Areas(geo.Grid)
	edit := func(b *testing.B, changes func(i int) []patrol.RosterChange) {
		moved := 0
		b.ResetTimer()
		for i := 0; b.Loop(); i++ {
			out, err := w.EditRoster(b.Context(), changes(i), patrol.RosterEditOptions{}, clerk)
			if err != nil {
				b.Fatal(err)
			}
			if err := w.d.Refresh(b.Context()); err != nil {
				b.Fatal(err)
			}
			moved += out.ReportsMoved
		}
		b.ReportMetric(float64(moved)/float64(b.N), "reports/op")
	}
	seat := func(post patrol.Post, i int) geo.ID {
		return w.d.Current().Roster.Seats(post, grids[i%len(grids)].ID)[0].ID
	}
	b.Run("appoint", func(b *testing.B) {
		edit(b, func(i int) []patrol.RosterChange {
			return []patrol.RosterChange{patrol.Appoint{Seat: seat(patrol.GridChief, i), Person: patrol.Whom{Name: fmt.Sprint("甲", b.N, i), Phone: fmt.Sprintf("1209%04d%04d", b.N, i)}}}
		})
	})
	b.Run("public", func(b *testing.B) {
		edit(b, func(i int) []patrol.RosterChange {
			return []patrol.RosterChange{patrol.SetPublicContact{Seat: seat(patrol.GridPolice, i), Public: i/len(grids)%2 == 1}}
		})
	})
}
