package postgis

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestDiagnose(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "k")
	in.Contact = patrol.Contact{Name: "甲"}
	w.accept(t, in)
	if err := w.exec(t, `UPDATE reporter_contacts SET key_id = 'other'`); err != nil {
		t.Fatal(err)
	}
	d, err := w.Diagnose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d.Schema != d.WantSchema || d.WantSchema < 6 || d.Revision != 1 || d.DutyVersion != 2 || d.Areas != len(town(2)) ||
		d.InvalidShapes != 0 || d.Reports != 1 || d.OpenReports != 1 || !d.MayChangeSchema || !d.MayRewriteHistory || !d.PassesWalls ||
		d.Bytes == 0 || d.PostGIS == "" || len(d.ForeignKeys) != 1 {
		t.Errorf("Diagnose = %+v", d)
	}
}

func TestLogRead(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	if err := w.LogRead(t.Context(), patrol.Actor{Kind: "user", ID: "u1", Role: "officer"}, "report", "r1"); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'personal.read' AND actor_id = 'u1' AND subject = 'r1'`); n != 1 {
		t.Errorf("%d audit rows of the reading, want 1", n)
	}
}

func TestPurgeKeys(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.accept(t, w.intake(t, place(1, 1), "k"))
	if n, err := w.PurgeKeys(t.Context(), time.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("PurgeKeys before the key = %d, %v", n, err)
	}
	if n, err := w.PurgeKeys(t.Context(), time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("PurgeKeys = %d, %v; want 1", n, err)
	}
}
