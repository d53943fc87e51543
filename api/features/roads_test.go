package features

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// townGround is three roads, of which one crosses the others, a river and a
// house.
func townGround() []geo.Feature {
	id := func(n byte) geo.ID { return uuid.UUID{15: n} }
	return []geo.Feature{
		{ID: id(1), Class: "road_main", Name: "长清公路", Geometry: orb.LineString{{125.6, 43.51}, {125.65, 43.51}}},
		{ID: id(2), Class: "river", Name: "双阳河", Geometry: orb.LineString{{125.6, 43.51}, {125.65, 43.51}}},
		{ID: id(3), Class: "track", Geometry: orb.LineString{{125.62, 43.5}, {125.62, 43.54}, {125.63, 43.54}}},
		{ID: id(4), Class: "houses", Geometry: orb.Polygon{square(1, 1, 2, 2)}},
		{ID: id(5), Class: "road", Name: "环路", Geometry: orb.MultiLineString{{{125.6, 43.5}, {125.601, 43.5}}, {{125.64, 43.54}, {125.641, 43.541}}}},
	}
}

func TestRoads(t *testing.T) {
	r := newRig(t)
	r.history[1].Ground = townGround()
	id := func(n byte) string { return uuid.UUID{15: n}.String() }
	for query, want := range map[string][]string{
		"":                                    {id(1), id(3), id(5)},
		"?limit=2":                            {id(1), id(3)},
		"?class=track":                        {id(3)},
		"?class=river":                        {},
		"?name=环路":                            {id(5)},
		"?bbox=125.615,43.505,125.625,43.515": {id(1), id(3)},
		"?bbox=125.6,43.52,125.61,43.53":      {},
		"?bbox=125.602,43.501,125.639,43.539&class=road": {}, // in the box of the road, between its lines
		"?datetime=1990-01-01":                           {id(1), id(3), id(5)},
		"?sortby=-name":                                  {id(3), id(1), id(5)},
	} {
		a := r.page(t, "/ogc/collections/roads/items"+query)
		if got := ids(a); !slices.Equal(got, want) {
			t.Errorf("roads%s = %v, want %v", query, got, want)
		}
		for _, f := range a.Features {
			if f.Geometry.Type != "MultiLineString" || len(f.Properties) != 2 {
				t.Errorf("road %s is a %s with %v", f.ID, f.Geometry.Type, f.Properties)
			}
		}
	}
	for id, want := range map[string]int{id(5): http.StatusOK, id(2): http.StatusNotFound} {
		if w := r.get("/ogc/collections/roads/items/" + id); w.Code != want {
			t.Errorf("road %s = %d, want %d", id, w.Code, want)
		}
	}
}
