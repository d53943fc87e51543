package postgis

import (
	"errors"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestImportGround: the base map, its record and the audit come together, and not
// over a base map that is another by now.
func TestImportGround(t *testing.T) {
	ctx := t.Context()
	s := openWorld(t, emptyURL(t)).Store
	who := patrol.Actor{Kind: "system", ID: "test", Name: "test"}
	record := recordOf("roads.shp", 0)
	road := geo.Feature{Class: "road", Name: "一", Geometry: orb.LineString{{125.6, 43.5}, {125.7, 43.5}}}
	if err := s.ImportGround(ctx, []geo.Feature{road}, nil, record, who); err != nil {
		t.Fatal(err)
	}
	have, err := s.Ground(ctx)
	if err != nil || len(have) != 1 || have[0].Name != "一" || have[0].ID == (geo.ID{}) {
		t.Fatalf("the base map is %+v, %v", have, err)
	}
	river := geo.Feature{Class: "river", Geometry: orb.LineString{{125.6, 43.6}, {125.7, 43.6}}}
	var p *geo.Problem
	if err := s.ImportGround(ctx, []geo.Feature{river}, nil, record, who); !errors.As(err, &p) || p.Code != "ground-changed" || !errors.Is(err, geo.ErrConflict) {
		t.Errorf("over another base map: %v", err)
	}
	if err := s.ImportGround(ctx, []geo.Feature{{Class: "road"}}, have, record, who); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a road without a line: %v", err)
	}
	if got, err := s.Ground(ctx); err != nil || len(got) != 1 || got[0].ID != have[0].ID {
		t.Errorf("after two refusals the base map is %+v, %v", got, err)
	}
	if err := s.ImportGround(ctx, []geo.Feature{have[0], river}, have, record, who); err != nil {
		t.Fatal(err)
	}
	var features, imports, audited int
	const sql = `
		SELECT (SELECT count(*) FROM ground_features), (SELECT count(*) FROM imports WHERE what = 'roads'),
		       (SELECT count(*) FROM audit WHERE action = 'ground.import')`
	if err := s.pool.QueryRow(ctx, sql).Scan(&features, &imports, &audited); err != nil || features != 2 || imports != 2 || audited != 2 {
		t.Errorf("%d features, %d imports, %d in the audit, %v, want 2 each", features, imports, audited, err)
	}
}
