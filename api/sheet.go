package api

import (
	"context"
	"encoding/xml"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// hazardsBack is how long hazards are looked at for a morning sheet: one as old
// weighs a sixty-fourth.
const hazardsBack = 180 * 24 * time.Hour

// sheetAnswer is a morning sheet: where to go in an area on a day, the most
// urgent first.
type sheetAnswer struct {
	Area      patrolArea  `json:"area"`
	Date      string      `json:"date"`
	Items     []sheetItem `json:"items"`
	Synthetic bool        `json:"synthetic,omitempty"`
}

type sheetItem struct {
	Type      patrol.SheetType       `json:"type"`
	Kind      string                 `json:"kind"` // of an area, or of a checkpoint
	Code      string                 `json:"code"`
	ID        *geo.ID                `json:"id,omitempty"` // of a checkpoint
	Name      string                 `json:"name"`
	Lon       float64                `json:"lon"`
	Lat       float64                `json:"lat"`
	DaysSince *int                   `json:"days_since"`
	LastVisit *time.Time             `json:"last_visit"`
	Hazards   float64                `json:"hazards"`
	Score     float64                `json:"score"`
	DueAt     *time.Time             `json:"due_at,omitempty"`
	State     patrol.CheckpointState `json:"state,omitempty"`
	RadiusM   int                    `json:"radius_m,omitempty"`
	LookAt    []string               `json:"look_at,omitempty"`
}

// readSheet answers GET /api/v1/areas/{kind}/{code}/sheet.
func (s *Server) readSheet(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	date, format := q.text("date", 10), q.text("format", 10)
	world := s.now()
	at, err := s.morning(date, world.at)
	if err != nil {
		q.unread("date", "must be a day such as 2026-09-01")
	}
	if format != "" && format != "json" && format != "gpx" {
		q.unread("format", "must be json or gpx")
	}
	if err := q.err(); err != nil {
		return err
	}
	kind, err := geo.ParseKind(mux.Vars(r)["kind"])
	if err != nil {
		return errNotFound("kind of area")
	}
	area, ok := world.Index.Area(kind, mux.Vars(r)["code"])
	if !ok || !PrincipalFrom(r.Context()).Scope.Covers(world.above(area)) {
		return errNotFound("area among yours")
	}
	items, err := s.sheet(r.Context(), world, area, at)
	if err != nil {
		return err
	}
	out := sheetAnswer{Area: patrolArea{area.Kind, area.Code, area.Name, area.NameEn}, Date: at.In(s.zone()).Format(time.DateOnly),
		Items: make([]sheetItem, len(items)), Synthetic: world.invented()}
	for i := range items {
		out.Items[i] = sheetEntry(&items[i], at)
	}
	w.Header().Set("Cache-Control", "no-store")
	if format == "gpx" {
		return writeSheetGPX(w, &out)
	}
	return writeJSON(w, http.StatusOK, out)
}

// morning is the moment that the sheet of a day is of: today now, on a day to
// come six in the morning, on one that is over its end. Empty is today.
func (s *Server) morning(date string, now time.Time) (time.Time, error) {
	zone := s.zone()
	today := now.In(zone)
	if date == "" || date == today.Format(time.DateOnly) {
		return now, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, date, zone)
	switch {
	case err != nil:
		return now, err
	case day.After(today):
		return day.Add(6 * time.Hour).UTC(), nil
	}
	return day.AddDate(0, 0, 1).Add(-time.Second).UTC(), nil
}

// sheet puts the units, groups, compounds and checkpoints in an area in order.
func (s *Server) sheet(ctx context.Context, world world, area *geo.Area, at time.Time) ([]patrol.SheetItem, error) {
	parts := sheetParts(world, area)
	stops, err := s.stopsIn(ctx, world, area)
	if err != nil {
		return nil, err
	}
	seen, stopsSeen := map[geo.ID]time.Time{}, map[geo.ID]time.Time{}
	if s.cfg.Walked != nil {
		ids, stopIDs := make([]geo.ID, len(parts)), make([]geo.ID, len(stops))
		for i := range parts {
			ids[i] = parts[i].area.ID
		}
		for i := range stops {
			stopIDs[i] = stops[i].ID
		}
		if seen, err = s.cfg.Walked.AreasSeen(ctx, ids, at); err != nil {
			return nil, err
		}
		if stopsSeen, err = s.cfg.Walked.CheckpointsSeen(ctx, stopIDs, at); err != nil {
			return nil, err
		}
	}
	hazards := s.hazards(area, at)
	within := map[*geo.Area]float64{}
	for _, h := range hazards {
		m := world.Index.LocateLattice(h.at)
		for kind := range sheetTypes {
			if a := m.Area(kind); a != nil {
				within[a] += h.weight
			}
		}
	}
	places := make([]patrol.SheetItem, 0, len(parts)+len(stops))
	for _, p := range parts {
		places = append(places, patrol.SheetItem{Type: sheetTypes[p.area.Kind], Area: p.area.Ref(), Name: p.area.Name, At: p.at,
			LastVisit: seen[p.area.ID], Hazards: within[p.area]})
	}
	for i := range stops {
		c := &stops[i]
		c.LastVisit = stopsSeen[c.ID]
		places = append(places, patrol.SheetItem{Type: patrol.SheetCheckpoint, Stop: c, Name: c.Name, At: c.Point,
			LastVisit: c.LastVisit, Hazards: hazardsNear(hazards, c)})
	}
	return patrol.Sheet(at, places), nil
}

var sheetTypes = map[geo.Kind]patrol.SheetType{
	geo.Village: patrol.SheetUnit, geo.VillageGroup: patrol.SheetGroup, geo.Compound: patrol.SheetCompound}

// sheetPart is an area on a sheet, and a place to go to in it.
type sheetPart struct {
	area *geo.Area
	at   orb.Point
}

// sheetParts gives the units, groups and compounds of an area: those with a place
// inside it, itself among them; for one that holds none of them, the unit that it
// lies in.
func sheetParts(world world, area *geo.Area) []sheetPart {
	var out []sheetPart
	bound, ok := geo.Bound(area.Shape)
	if !ok {
		return nil
	}
	for _, kind := range []geo.Kind{geo.Village, geo.VillageGroup, geo.Compound} {
		for _, a := range world.Index.Within(kind, bound) {
			p, _ := geo.PointOnSurface(a.Shape)
			if m, _ := world.Index.Locate(p); m.Area(area.Kind) == area {
				out = append(out, sheetPart{a, p})
			}
		}
	}
	if len(out) == 0 {
		p, _ := geo.PointOnSurface(area.Shape)
		if m, _ := world.Index.Locate(p); m.Area(geo.Village) != nil {
			out = append(out, sheetPart{m.Area(geo.Village), p})
		}
	}
	return out
}

// stopsIn gives the checkpoints in use in an area.
func (s *Server) stopsIn(ctx context.Context, world world, area *geo.Area) ([]patrol.Checkpoint, error) {
	all, err := s.cfg.Patrols.Checkpoints(ctx)
	if err != nil {
		return nil, err
	}
	var out []patrol.Checkpoint
	for _, c := range all {
		if m, _ := world.Index.Locate(c.Point); m.Area(area.Kind) == area {
			out = append(out, c)
		}
	}
	return out, nil
}

// hazard is a report as a morning sheet counts it.
type hazard struct {
	at     geo.LatticePoint
	weight float64
}

// hazards gives the recent reports round an area, but for those that turned out
// to be none or were sent twice.
func (s *Server) hazards(area *geo.Area, at time.Time) []hazard {
	if s.cfg.Counted == nil || s.cfg.Counted.Current() == nil {
		return nil
	}
	all := s.cfg.Counted.Current()
	bound, _ := geo.Bound(area.Shape)
	low, _ := geo.Snap(bound.Min)
	high, _ := geo.Snap(bound.Max)
	counts := make([]bool, 0, 64)
	for _, k := range all.Kinds() {
		status := patrol.Status(k.Status)
		counts = append(counts, status != patrol.Rejected && status != patrol.Duplicate)
	}
	from, until := at.Add(-hazardsBack).UnixMicro(), at.UnixMicro()
	var out []hazard
	for part := range all.Parts() {
		out = appendHazards(out, part, counts, low, high, from, until)
	}
	return out
}

func appendHazards(out []hazard, part hotspot.Part, counts []bool, low, high geo.LatticePoint, from, until int64) []hazard {
	for i, p := range part.Points {
		t := part.At[i]
		if t < from || t > until || !counts[part.Kinds[i]] || p.Lon < low.Lon || p.Lon > high.Lon || p.Lat < low.Lat || p.Lat > high.Lat {
			continue
		}
		out = append(out, hazard{p, patrol.HazardWeight(time.Duration(until-t) * time.Microsecond)})
	}
	return out
}

// hazardsNear sums the hazards within a checkpoint's radius.
func hazardsNear(hazards []hazard, c *patrol.Checkpoint) (sum float64) {
	const metresADegree = 111_000 // of latitude, rounded down: at least so much
	reach := int64(float64(c.RadiusM) / metresADegree * 1.01 * geo.Scale)
	centre, _ := geo.Snap(c.Point)
	for _, h := range hazards {
		if d := int64(h.at.Lat) - int64(centre.Lat); d <= reach && d >= -reach && geo.DistanceM(h.at.Point(), c.Point) <= float64(c.RadiusM) {
			sum += h.weight
		}
	}
	return sum
}

func sheetEntry(item *patrol.SheetItem, at time.Time) sheetItem {
	out := sheetItem{Type: item.Type, Kind: string(item.Area.Kind), Code: item.Area.Code, Name: item.Name, Lon: item.At[0], Lat: item.At[1],
		LastVisit: optional(item.LastVisit), Hazards: thousandths(item.Hazards), Score: thousandths(item.Score)}
	if item.DaysSince >= 0 {
		out.DaysSince = &item.DaysSince
	}
	if c := item.Stop; c != nil {
		due := c.DueAt()
		out.ID, out.Kind, out.Code = &c.ID, c.Kind, c.Code
		out.DueAt, out.State, out.RadiusM, out.LookAt = &due, c.StateAt(at), c.RadiusM, c.LookAt
	}
	return out
}

func thousandths(x float64) float64 { return math.Round(x*1000) / 1000 }

// gpx is a GPX 1.1 document of waypoints (https://www.topografix.com/GPX/1/1).
type gpx struct {
	XMLName  xml.Name      `xml:"http://www.topografix.com/GPX/1/1 gpx"`
	Version  string        `xml:"version,attr"`
	Creator  string        `xml:"creator,attr"`
	Metadata gpxMetadata   `xml:"metadata"`
	Points   []gpxWaypoint `xml:"wpt"`
}

type gpxMetadata struct {
	Name string `xml:"name"`
	Desc string `xml:"desc,omitempty"`
}

type gpxWaypoint struct {
	Lat  string `xml:"lat,attr"`
	Lon  string `xml:"lon,attr"`
	Name string `xml:"name"`
	Desc string `xml:"desc,omitempty"`
	Type string `xml:"type"`
}

// writeSheetGPX writes the places of a sheet as waypoints, in its order.
func writeSheetGPX(w http.ResponseWriter, sheet *sheetAnswer) error {
	doc := gpx{Version: "1.1", Creator: "gridpatrol", Metadata: gpxMetadata{Name: sheet.Area.Name + " " + sheet.Date}}
	if sheet.Synthetic {
		doc.Metadata.Desc = "虚构数据 / invented data"
	}
	for i, item := range sheet.Items {
		point := gpxWaypoint{Lat: fmt.Sprintf("%.7f", item.Lat), Lon: fmt.Sprintf("%.7f", item.Lon),
			Name: fmt.Sprintf("%d %s", i+1, item.Name), Type: string(item.Type)}
		for n, line := range item.LookAt {
			if n > 0 {
				point.Desc += "; "
			}
			point.Desc += line
		}
		doc.Points = append(doc.Points, point)
	}
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="sheet-%s-%s.gpx"`, sheet.Area.Code, sheet.Date))
	writeBody(w, []string{"application/gpx+xml"}, append([]byte(xml.Header), body...))
	return nil
}
