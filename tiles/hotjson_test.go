package tiles

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// TestAppendCells holds the features to those that a library writes.
func TestAppendCells(t *testing.T) {
	r := hotDistrictRig(t, 16_000)
	for _, public := range []bool{false, true} {
		r.viewer.own, r.viewer.every = !public, !public
		found, err := r.HotspotFrames(t.Context(), r.viewer, HotspotQuery{Resolution: 8}, hotspot.Month)
		if err != nil {
			t.Fatal(err)
		}
		cells := found.Cells[:200]
		cells[0].Compared, cells[1].Peopled, cells[2].Stat.P = false, false, 1.2345e-300
		for _, counts := range [][][]*int{nil, found.Counts} {
			want := make([]*geojson.Feature, len(cells))
			for i := range cells {
				f := geojson.NewFeature(cell.Boundary(cells[i].Cell.Cell))
				f.ID, f.Properties = cells[i].Cell.Cell.String(), cells[i].Properties()
				if counts != nil {
					f.Properties["counts"] = counts[i]
				}
				want[i] = f
			}
			plain, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var a, b []any
			got := appendCells(nil, cells, counts)
			if err := json.Unmarshal(got, &a); err != nil {
				t.Fatalf("%v in %.300s", err, got)
			}
			if err := json.Unmarshal(plain, &b); err != nil {
				t.Fatal(err)
			}
			for i := range b {
				if !reflect.DeepEqual(a[i], b[i]) {
					t.Fatalf("feature %v, want %v", a[i], b[i])
				}
			}
			if len(a) != len(b) {
				t.Errorf("%d features, want %d", len(a), len(b))
			}
		}
	}
	if got := string(appendCells(nil, nil, nil)); got != "[]" {
		t.Errorf("no cells are %s", got)
	}
}
