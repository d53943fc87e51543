package tiles

import "github.com/gridpatrol/gridpatrol/geo"

// The square that coordinates in a tile run over, and how far beyond it
// geometry is kept, so that lines drawn along its rim have no ends.
const (
	extent = 4096
	buffer = 64
)

// maxZoom is the deepest zoom of any layer; maps magnify its tiles beyond.
const maxZoom = 16

// source says where the features of a layer come from.
type source int

const (
	fromAreas source = iota
	fromGround
	fromReports
	fromCounts
	fromPatrols
)

// layer is one tile layer: what it shows, at which zooms, with which fields.
type layer struct {
	name             string
	source           source
	kind             geo.Kind // of fromAreas
	minZoom, maxZoom int
	description      string
	fields           map[string]string // name → "String", "Number" or "Boolean", as TileJSON has it
}

// versioned reports whether the layer is the same for ever within a revision.
func (l *layer) versioned() bool { return l.source == fromAreas }

// allLayers gives every layer there is, from the ground up as a map draws
// them. The least zooms keep every tile of a district with some 250,000
// vertices below 500 kB.
func allLayers() []*layer {
	area := func(k geo.Kind, minZoom int, description string, more ...string) *layer {
		fields := map[string]string{
			"code": "String", "name": "String", "name_en": "String", "kind": "String", "parent": "String",
			"area_m2": "Number", "synthetic": "Boolean",
		}
		for _, f := range more {
			fields[f] = "String"
			if f == "households" || f == "population" {
				fields[f] = "Number"
			}
		}
		return &layer{k.Plural(), fromAreas, k, minZoom, maxZoom, description, fields}
	}
	return []*layer{
		{"roads", fromGround, "", 8, 16, "roads, rivers and clusters of houses",
			map[string]string{"class": "String", "name": "String"}},
		area(geo.District, 4, "the district"),
		area(geo.Township, 4, "townships and streets"),
		area(geo.Village, 6, "villages, communities and special units", "unit_type", "households", "population"),
		area(geo.VillageGroup, 8, "village groups", "households", "population"),
		area(geo.Grid, 6, "patrol grids", "class", "households", "population"),
		area(geo.Compound, 9, "residential compounds", "households", "population"),
		{"hotspots", fromCounts, "", minHotZoom, maxHotZoom, "reports counted by H3 cell, with the rate per 1,000 households and the Getis-Ord Gi* statistics of the cell of resolution 8; without an account over the last 7, 30, 90 or 365 days or a month of the calendar, and without count and rate where the count is below 5; with exposure=household or patrol_hour, for who may read patrols, with patrol hours, reports per patrol hour, and whether a cell looks hot only because it was looked at more",
			map[string]string{"h3": "String", "count": "Number", "suppressed": "Boolean", "rate": "Number", "households": "Number",
				"z_score": "Number", "p_value": "Number", "significant": "Boolean", "analysis_h3": "String", "patrol_hours": "Number", "per_patrol_hour": "Number", "watched": "Boolean"}},
		{"coverage", fromPatrols, "", minHotZoom, maxHotZoom, "where patrols have been, by H3 cell, over the last 7 days or from from to to: how long officers were there, how many patrols came, and how many days ago the last was; for who may read patrols, of own areas",
			map[string]string{"h3": "String", "dwell_s": "Number", "visits": "Number", "last_visit": "Number", "days_since": "Number"}},
		{"reports", fromReports, "", 10, 16, "reports, the 4000 newest of a tile, of which the oldest has cut where older ones are left out; without an account without id and with the position rounded to some 50 m, the time to the day",
			map[string]string{"id": "String", "category": "String", "status": "String", "overdue": "Boolean", "t": "Number", "cut": "Boolean"}},
	}
}
