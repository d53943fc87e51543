package tiles

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// The zooms of hot-spot tiles.
const (
	minHotZoom = 6
	maxHotZoom = 14
)

// HotspotQuery asks for hot spots.
type HotspotQuery struct {
	// From (included) and To (excluded) bound the time a report was accepted.
	// Zero: To is the end of the day, From 365 days before To. Who reads no
	// reports gets a window of hotspot.PublicWindow.
	From, To   time.Time
	Category   []string         // any of these; empty for all
	Status     []string         // any of these; empty for all
	Overdue    bool             // only what is overdue; geo.ErrForbidden for who reads no reports
	Resolution int              // hotspot.MinResolution to hotspot.BaseResolution
	Variable   hotspot.Variable // what the statistics compare; zero: hotspot.OfCounts, with an exposure hotspot.OfRates
	// Exposure asks for patrol hours beside the reports, and says what
	// hotspot.OfRates are held against. Zero: households alone; geo.ErrForbidden for who may
	// not read patrols.
	Exposure Exposure
}

// Exposure is what reports are held against.
type Exposure string

// What there is to hold them against.
const (
	ByHousehold  Exposure = "household"
	ByPatrolHour Exposure = "patrol_hour"
)

// compares says what the statistics compare.
func (q *HotspotQuery) compares() hotspot.Variable {
	switch {
	case q.Exposure == ByPatrolHour && q.Variable != hotspot.OfCounts:
		return hotspot.OfPatrolHours
	case q.Exposure != "" && q.Variable == "":
		return hotspot.OfRates
	}
	return q.Variable
}

// Hotspots is an answer to a HotspotQuery.
type Hotspots struct {
	From, To   time.Time // the window counted, UTC
	Resolution int       // of the cells
	// Total is the reports in all cells; nil where it would tell how many a
	// suppressed cell has.
	Total *int
	// Analysis is the statistics of the district, nil where there are none: for
	// who counts own areas only, and for a district without cells.
	Analysis *hotspot.Analysis
	Hours    *hotspot.Hours // patrol hours where they were asked for, else nil
	// HoursSince is when they begin where earlier ones of the window are not known
	// any more, else zero.
	HoursSince time.Time
	Cells      []HotCell // ascending; the caller owns them
	least      int       // the smallest count that is shown
}

// Hotspots counts reports by cell as the viewer may see them: of the district,
// or of the areas that the viewer is limited to. For who reads no reports they
// are counted at the places that everybody is shown, cells with less than
// hotspot.MinPublic are suppressed, and the statistics are of the numbers as
// shown. Bad queries are geo.ErrInvalid. Counts of own areas may be ownAtOnce
// behind.
func (s *Server) Hotspots(ctx context.Context, v Viewer, q HotspotQuery) (Hotspots, error) {
	f, err := s.question(v, q)
	if err != nil {
		return Hotspots{}, err
	}
	h, err := s.heat(ctx, v, f, q.Exposure != "")
	if err != nil {
		return Hotspots{}, err
	}
	return h.answer(f, q), nil
}

// answer gives all cells of a resolution.
func (h *heat) answer(f hotspot.Filter, q HotspotQuery) Hotspots {
	of := q.compares()
	cells, shown := h.cells(of, q.Resolution), 0
	for i := range cells {
		shown += cells[i].N
	}
	return Hotspots{From: f.From, To: f.To, Resolution: q.Resolution, Total: total(h.tally.Total(), shown, h.least),
		Analysis: h.compared(of).analysis, Hours: h.hours, HoursSince: h.since, Cells: cells, least: h.least}
}

// total gives a total as it may be shown, beside numbers of its parts that add
// up to shown: nil where what is left tells how few reports were suppressed.
func total(n, shown, least int) *int {
	if left := n - shown; left > 0 && left < least {
		return nil
	}
	return &n
}

// question checks the query, and gives the filter with the window that the
// viewer gets.
func (s *Server) question(v Viewer, q HotspotQuery) (hotspot.Filter, error) {
	f, err := s.filter(v, q)
	if err != nil {
		return hotspot.Filter{}, err
	}
	if v.ReadsReports() {
		if f.To.IsZero() {
			f.To = hotspot.Tomorrow(s.c.Now()).UTC()
		}
		if f.From.IsZero() {
			f.From = f.To.AddDate(0, 0, -365)
		}
	} else {
		f.From, f.To = hotspot.PublicWindow(f.From, f.To, s.c.Now())
	}
	if !f.From.Before(f.To) {
		return hotspot.Filter{}, geo.Invalid("invalid-parameters", "from must lie before to",
			geo.FieldError{Pointer: "from", Detail: "does not lie before to"})
	}
	return f, writable(f)
}

// writable refuses a window, in UTC, that cannot be written into an answer:
// years have four digits, which another time zone may take a time beyond.
func writable(f hotspot.Filter) error {
	var fields []geo.FieldError
	for _, end := range []struct {
		name string
		at   time.Time
	}{{"from", f.From}, {"to", f.To}} {
		if year := end.at.Year(); year < 0 || year > 9999 {
			fields = append(fields, geo.FieldError{Pointer: end.name, Detail: "makes a window beyond the years 0 to 9999"})
		}
	}
	if fields != nil {
		return geo.Invalid("invalid-parameters", "the window that would be counted lies beyond the calendar", fields...)
	}
	return nil
}

// filter checks the query and gives what is counted: texts in order, times as
// they are.
func (s *Server) filter(v Viewer, q HotspotQuery) (hotspot.Filter, error) {
	var fields []geo.FieldError
	if q.Resolution < hotspot.MinResolution || q.Resolution > hotspot.BaseResolution {
		fields = append(fields, geo.FieldError{Pointer: "resolution", Detail: fmt.Sprintf("is not within %d to %d", hotspot.MinResolution, hotspot.BaseResolution)})
	}
	if q.Variable != "" && !slices.Contains(hotspot.Variables(), q.Variable) {
		fields = append(fields, geo.FieldError{Pointer: "variable", Detail: "is neither count nor rate"})
	}
	if q.Exposure != "" && q.Exposure != ByHousehold && q.Exposure != ByPatrolHour {
		fields = append(fields, geo.FieldError{Pointer: "exposure", Detail: "is neither household nor patrol_hour"})
	}
	if fields = append(fields, s.unknown(q.Category, q.Status)...); fields != nil {
		return hotspot.Filter{}, geo.Invalid("invalid-parameters", "the question about hot spots cannot be taken", fields...)
	}
	if q.Exposure != "" && !v.ReadsPatrols() {
		return hotspot.Filter{}, noPatrols(v)
	}
	f := hotspot.Filter{From: q.From.UTC(), To: q.To.UTC(), Category: inOrder(q.Category), Status: inOrder(q.Status)}
	if q.Overdue {
		if !v.ReadsReports() {
			return hotspot.Filter{}, forbidden("what is overdue is for who may read reports")
		}
		// Questions of one moment have one answer.
		f.Overdue, f.Now = true, s.c.Now().Truncate(s.c.CountsFor)
	}
	return f, nil
}

// filterID names a filter: equal ones have equal names. Its Bound is left out,
// which here no two differ by.
func filterID(f hotspot.Filter) string {
	now := int64(0)
	if f.Overdue {
		now = f.Now.UnixMicro()
	}
	// Nanoseconds of times far off are the same as those of others.
	return fmt.Sprintf("%d %d %q %q %d", f.From.UnixMicro(), f.To.UnixMicro(), f.Category, f.Status, now)
}

// maxUnknown is how many texts that are not known an answer names.
const maxUnknown = 20

// unknown gives the faults of a filter's texts, each once and the first of many.
func (s *Server) unknown(category, status []string) (out []geo.FieldError) {
	among := func(name string, given, known []string) {
		for _, g := range inOrder(given) {
			if !slices.Contains(known, g) && len(out) < maxUnknown {
				out = append(out, geo.FieldError{Pointer: name, Detail: fmt.Sprintf("there is no %s %.40q", name, g)})
			}
		}
	}
	if s.c.Categories != nil {
		among("category", category, s.c.Categories())
	}
	if len(s.c.Statuses) > 0 {
		among("status", status, s.c.Statuses)
	}
	return out
}

func forbidden(detail string) error {
	return &geo.Problem{Kind: geo.ErrForbidden, Code: "forbidden", Detail: detail}
}

// inOrder gives the texts sorted, each once, so that equal questions are
// known as equal.
func inOrder(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

// resolutionAt is the resolution of hot spots by zoom: cells some 20 to 50
// pixels wide.
func resolutionAt(zoom int) int {
	switch {
	case zoom <= 6:
		return 5
	case zoom <= 8:
		return 6
	case zoom <= 10:
		return 7
	case zoom == 11:
		return 8
	case zoom <= 13:
		return 9
	}
	return hotspot.BaseResolution
}

// hotspotTile answers with the hot spots that the sender may see.
func (s *Server) hotspotTile(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile) error {
	q, err := filterParams(r, "variable", "exposure")
	if err != nil {
		return err
	}
	tile, caching, err := s.hotspotsIn(r, l, t, q)
	if err != nil {
		return err
	}
	w.Header().Set("Vary", "Authorization, Cookie")
	write(w, r, tile, caching)
	return nil
}

// hotspotsIn draws the tile of the hot spots that the sender may see, and says
// who may keep it.
func (s *Server) hotspotsIn(r *http.Request, l *layer, t maptile.Tile, q HotspotQuery) (tile *finished, caching string, err error) {
	q.Resolution = resolutionAt(int(t.Z))
	v := s.c.Viewer(r)
	f, err := s.question(v, q)
	if err != nil {
		return nil, "", err
	}
	h, err := s.heat(r.Context(), v, f, q.Exposure != "")
	if err != nil {
		return nil, "", err
	}
	of := q.compares()
	if of == "" {
		of = hotspot.OfCounts // one tile, however it is asked for
	}
	tile, err = s.hotTiles.get(key{layer: string(of), number: h.serial, tile: t}, func() ([]byte, error) {
		return h.render(l.name, of, t), nil
	})
	caching = revalidate
	if v.ReadsReports() || v.OwnAreas() != "" {
		caching = ownOnly
	}
	return tile, caching, err
}
