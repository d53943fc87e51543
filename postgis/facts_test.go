package postgis

import (
	"strings"
	"testing"
	"time"
)

func TestFacts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.accept(t, w.intake(t, place(1, 1), "k"))
	f, err := w.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.Schema != f.Newest || f.Newest < 6 || f.Revision != 1 || f.DutyVersion != 2 || f.Areas != int64(len(town(2))) ||
		f.Reports != 1 || !f.OwnsSchema || f.SizeBytes == 0 || !strings.Contains(f.PostGIS, "GEOS") {
		t.Errorf("Facts = %+v", f)
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
