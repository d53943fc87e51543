package api

import (
	"net/http"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/importers"
)

// writeMap answers with what the plan would do as GeoJSON: areas that it
// changes as they are and as they would be, the land that changes hands, and the
// reports that would move. The member "what" tells them apart: "before",
// "after", "moved", "report".
func (c *consequences) writeMap(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/geo+json")
	w.Header().Set("Content-Disposition", `attachment; filename="impact.geojson"`)
	// What goes wrong from here on is the connection's.
	_ = importers.WriteGeoJSON(w, importers.Collection{
		Name: "impact",
		Head: []importers.Property{{Name: "plan", Value: c.ID.String()}, {Name: "etag", Value: c.ETag}, {Name: "days", Value: c.days}},
		Features: func(yield func(importers.Feature) bool) {
			if c.mapAreas(yield) && c.mapLand(yield) {
				c.mapReports(yield)
			}
		},
	})
	return nil
}

// mapAreas gives areas that change before and after; false where no more are
// wanted.
func (c *consequences) mapAreas(yield func(importers.Feature) bool) bool {
	for _, p := range c.Changed {
		for i, a := range []*geo.Area{p.Before, p.After} {
			if a != nil && !yield(importers.Feature{Geometry: a.Shape, Properties: []importers.Property{
				{Name: "what", Value: [...]string{"before", "after"}[i]}, {Name: "area", Value: a.Ref().String()}, {Name: "kind", Value: a.Kind}, {Name: "code", Value: a.Code},
				{Name: "name", Value: a.Name}, {Name: "change", Value: p.Change()}, {Name: "households", Value: a.Households}, {Name: "area_m2", Value: a.AreaM2},
			}}) {
				return false
			}
		}
	}
	return true
}

// mapLand gives the land that changes hands.
func (c *consequences) mapLand(yield func(importers.Feature) bool) bool {
	text := func(r *geo.Ref) any {
		if r == nil {
			return nil
		}
		return r.String()
	}
	for _, t := range redraw.Moved(c.Draft.Base().Areas(), c.Draft.State().Areas()) {
		if !yield(importers.Feature{Geometry: t.Shape, Properties: []importers.Property{
			{Name: "what", Value: "moved"}, {Name: "kind", Value: t.Kind}, {Name: "from", Value: text(t.From)}, {Name: "to", Value: text(t.To)},
			{Name: "area_m2", Value: t.AreaM2},
		}}) {
			return false
		}
	}
	return true
}

// mapReports gives the reports that move, as far as the caller sees them; one
// that moves in several kinds comes for each.
func (c *consequences) mapReports(yield func(importers.Feature) bool) {
	for _, k := range geo.Kinds() {
		for i := range c.Moves[k] {
			m := &c.Moves[k][i]
			if !c.sees(m) {
				continue
			}
			if !yield(importers.Feature{ID: m.ID.String(), Geometry: m.At.Point(), Properties: []importers.Property{
				{Name: "what", Value: "report"}, {Name: "kind", Value: k}, {Name: "from", Value: refText(m.From)}, {Name: "to", Value: refText(m.To)},
				{Name: "category", Value: m.Category}, {Name: "status", Value: m.Status}, {Name: "open", Value: m.Open}, {Name: "counted", Value: m.Counted},
			}}) {
				return
			}
		}
	}
}
