package api

import (
	"bytes"
	"context"
	"math"
	"mime"
	"net/http"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/importers"
)

// coverageAnswer says what patrols saw of an area. Measures are planar in
// EPSG:4551.
type coverageAnswer struct {
	Revision int            `json:"revision"`
	Area     areaName       `json:"area"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	SwathM   float64        `json:"swath_m"`
	seenLand                // of the whole area
	Hours    float64        `json:"patrol_hours"`
	Cells    []coverageCell `json:"cells"` // ascending
	Parts    []coveragePart `json:"parts"`
	Unseen   []areaName     `json:"unseen"` // parts nobody visited nor saw anything of
	Points   checkpointSum  `json:"checkpoints"`
	Coarse   *time.Time     `json:"coarse_before,omitempty"`
	Erased   *time.Time     `json:"erased_before,omitempty"`
	Made     bool           `json:"synthetic,omitempty"`
}

// areaName is an area as answers name it.
type areaName struct {
	Kind   geo.Kind `json:"kind"`
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	NameEn string   `json:"name_en,omitempty"`
}

// seenLand is how much land was seen, and when.
type seenLand struct {
	AreaM2     float64    `json:"area_m2"`
	CoveredM2  float64    `json:"covered_m2"`  // what several saw counts once
	UnmergedM2 float64    `json:"unmerged_m2"` // what each officer saw, added up
	Share      float64    `json:"share"`       // covered of the area, 0 to 1
	DistanceM  float64    `json:"distance_m"`
	Visits     int        `json:"visits"`
	LastVisit  *time.Time `json:"last_visit"` // ever before the end of the question
	DaysSince  *int       `json:"days_since"`
}

// coveragePart is that of a part of the area.
type coveragePart struct {
	areaName
	seenLand
}

// coverageCell is a cell of H3, resolution 10, that somebody was in.
type coverageCell struct {
	H3        string    `json:"h3"`
	LastVisit time.Time `json:"last_visit"`
	DaysSince int       `json:"days_since"`
	DwellS    float64   `json:"dwell_s"`
	Visits    int       `json:"visits"` // tracks that came
	AreaM2    float64   `json:"area_m2"`
	CoveredM2 float64   `json:"covered_m2"`
	Share     float64   `json:"share"`

	cell  cell.Cell
	dwell time.Duration
}

// checkpointSum says how punctually the checkpoints of an area were visited.
type checkpointSum struct {
	Due    int `json:"due"` // those that fell due at all, or were visited
	OnTime int `json:"on_time"`
	Late   int `json:"late"`
	Never  int `json:"never"`
}

func nameOfArea(a *geo.Area) areaName { return areaName{a.Kind, a.Code, a.Name, a.NameEn} }

// cells gives the cells as features.
func (c *coverageAnswer) cells(q coverageQuery) any {
	type properties struct {
		coverageCell
		Area string `json:"area"`
	}
	out := struct {
		collection[properties]
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		SwathM float64   `json:"swath_m"`
	}{From: c.From, To: c.To, SwathM: c.SwathM}
	out.Type, out.Revision = "FeatureCollection", &c.Revision
	out.Features = make([]feature[properties], len(c.Cells))
	for i, one := range c.Cells {
		out.Features[i] = feature[properties]{Type: "Feature", ID: one.H3, Geometry: geojson.NewGeometry(cell.Boundary(c.Cells[i].cell)),
			Properties: properties{one, q.area.Ref().String()}}
	}
	return out
}

// writeParts answers with the area and its parts as a table.
func (c *coverageAnswer) writeParts(ctx context.Context, w http.ResponseWriter, q coverageQuery) error {
	rows := func(yield func(importers.TableRow, error) bool) {
		row := func(n areaName, l *seenLand) bool {
			var last, days any
			if l.LastVisit != nil {
				last, days = *l.LastVisit, *l.DaysSince
			}
			return yield(importers.TableRow{Values: []any{string(n.Kind), n.Code, n.Name, c.From, c.To, c.SwathM,
				l.AreaM2, l.CoveredM2, l.UnmergedM2, l.Share, l.DistanceM, l.Visits, last, days}}, nil)
		}
		if !row(c.Area, &c.seenLand) {
			return
		}
		for i := range c.Parts {
			if !row(c.Parts[i].areaName, &c.Parts[i].seenLand) {
				return
			}
		}
	}
	table := importers.Table{Name: "coverage-" + string(q.area.Kind) + "-" + q.area.Code, Title: "coverage", Rows: rows, Columns: []importers.TableColumn{
		{Name: "kind"}, {Name: "code"}, {Name: "name"}, {Name: "from", Type: importers.TimeColumn}, {Name: "to", Type: importers.TimeColumn},
		{Name: "swath_m", Type: importers.NumberColumn}, {Name: "area_m2", Type: importers.NumberColumn}, {Name: "covered_m2", Type: importers.NumberColumn},
		{Name: "unmerged_m2", Type: importers.NumberColumn}, {Name: "share", Type: importers.NumberColumn}, {Name: "distance_m", Type: importers.NumberColumn},
		{Name: "visits", Type: importers.IntegerColumn}, {Name: "last_visit", Type: importers.TimeColumn}, {Name: "days_since", Type: importers.IntegerColumn},
	}}
	var b bytes.Buffer
	if err := table.Write(ctx, &b, importers.CSVText, geo.WGS84, ""); err != nil {
		return err
	}
	w.Header().Set("Content-Type", importers.CSVText.MediaType())
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": table.FileName(importers.CSVText, geo.WGS84)}))
	_, _ = w.Write(b.Bytes()) // the client may be gone; there is nobody else to tell
	return nil
}

// toDecimals rounds to a part of the unit.
func toDecimals(v, parts float64) float64 { return math.Round(v*parts) / parts }
