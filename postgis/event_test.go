package postgis

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestEventsShowThePublicPlace checks where an event says that a report is:
// where everybody may see it by the rules of the time, never where it is.
func TestEventsShowThePublicPlace(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := place(1, 1)
	shown := w.intake(t, p, "")
	shown.Shown = w.d.Current().Rulebook.Shown(shown.Report.Category, p)
	unsaid := w.intake(t, p, "")
	private := w.intake(t, p, "")
	private.Report.Category = "lonely_elder"
	private.Shown = w.d.Current().Rulebook.Shown("lonely_elder", p)
	want := []orb.Point{patrol.PublicPoint(p), patrol.CoarsePoint(p), patrol.CoarsePoint(p)}
	if want[0] == want[1] || want[0] == p {
		t.Fatal("the place of this test shows no difference")
	}
	for _, in := range []patrol.Intake{shown, unsaid, private} {
		w.accept(t, in)
	}
	for _, in := range []patrol.Intake{shown, private} {
		a := patrol.Action{ReportID: in.Report.ID, Type: patrol.EventComment, Note: "x", AnyReport: true, At: time.Now()}
		if _, err := w.act(t, everything, a); err != nil {
			t.Fatal(err)
		}
		want = append(want, w.d.Current().Rulebook.Shown(in.Report.Category, p))
	}
	if _, err := w.Sequence(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	events, err := w.EventsAfter(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []orb.Point
	for _, e := range events {
		if !strings.HasPrefix(e.Type, "report.") {
			continue
		}
		var data struct{ Lon, Lat float64 }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		got = append(got, orb.Point{data.Lon, data.Lat})
	}
	if !slices.Equal(got, want) {
		t.Errorf("events say %v, want %v", got, want)
	}
}
