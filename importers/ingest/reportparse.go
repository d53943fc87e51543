package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxReportText is how many characters a description may have, as for reports that are
// sent in.
const maxReportText = 4000

// reportParser understands rows of reports, on many goroutines.
type reportParser struct {
	b          ReportBasis
	report     Report // what is known of the file before its rows
	columns    []int  // of each field; -1 where it has none
	names      []string
	x, y       int // columns of the position; -1 where the geometry has it
	crs        geo.CRS
	categories categories
	limiter    limiter
	router     *router
	early      []*importers.Problem // of the file as a whole
	bound      orb.Bound            // of the district, in degrees
	ctx        context.Context
	most       int // problems that are listed
	progress   func(stage string, done, of int64)
	of         int64 // how many rows there are; -1 where nobody knows
}

func newReportParser(ctx context.Context, src importers.Source, layer int, b ReportBasis, o Options) (*reportParser, error) {
	l := src.Layers()[layer]
	cols, err := FindColumns(reportFields, l.Columns, o.Columns)
	if err != nil {
		return nil, err
	}
	p := &reportParser{b: b, x: cols.Index("lon"), y: cols.Index("lat"), ctx: ctx, most: o.MaxProblems, progress: o.Progress, of: int64(l.Features)}
	p.categories.book, p.limiter.book = b.Duties.Rulebook, b.Duties.Rulebook
	for _, f := range reportFields {
		p.columns, p.names = append(p.columns, cols.Index(f.Name)), append(p.names, cols.Name(f.Name))
	}
	p.report = Report{File: o.File, Importer: l.Format, Layer: l.Name, Encoding: l.Encoding, EncodingFrom: l.EncodingFrom, Columns: cols.Names()}
	for i := range l.Problems {
		p.early = append(p.early, &l.Problems[i])
	}
	switch {
	case !cols.Has("category"):
		return nil, describeMissing("category", "what a report is about", l.Columns)
	case !cols.Has("time"):
		return nil, describeMissing("time", "when a report was made", l.Columns)
	case (p.x < 0) != (p.y < 0):
		return nil, describeMissing("lon, lat", "the other half of the position", l.Columns)
	case p.x < 0 && l.Geometry == "" && !cols.Has("position"):
		samples, err := Sample(ctx, src, layer, 50)
		if err != nil {
			return nil, err
		}
		x, y, ok := PointColumns(l.Columns, samples)
		if !ok {
			return nil, describeMissing("lon", "where a report was made, nor lat", l.Columns)
		}
		p.x, p.y = x, y
		p.report.Columns["lon"], p.report.Columns["lat"] = l.Columns[x], l.Columns[y]
	}
	if err := p.system(l, o); err != nil {
		return nil, err
	}
	if p.router, err = newRouter(ctx, b); err != nil {
		return nil, err
	}
	p.bound = p.router.first.Index.Bound()
	return p, nil
}

// system finds out the coordinate system. Positions of a table that says
// nothing are taken for WGS 84: what they are read as otherwise they do not fit.
func (p *reportParser) system(l importers.Layer, o Options) error {
	crs, from, err := LayerCRS(l, o.CRS)
	if err != nil && l.CRS.Err == nil && o.CRS == "" {
		crs, from, err = geo.WGS84, "default", nil
		p.early = append(p.early, &importers.Problem{Problem: importers.ProblemCRSUnknown, Warning: true,
			Detail: "the file does not say which coordinate system its positions are in; they are read as WGS 84; say --crs gcj02 for those of AMap or WeChat"})
	}
	p.crs, p.report.CRS, p.report.CRSFrom = crs, systemName(crs), from
	return err
}

// rows reads the rows of a layer and hands what matters of each on.
func (p *reportParser) rows(ctx context.Context, src importers.Source, layer int, put func(rawReport) error) error {
	number := 0
	var arena []importers.Value
	return src.Records(ctx, layer, func(r *importers.Record) error {
		number++
		if r.Geometry == nil && len(r.Problems) == 0 && empty(r.Values) {
			return nil
		}
		if len(arena) < len(p.columns) {
			arena = make([]importers.Value, len(p.columns)*laneRows)
		}
		raw := rawReport{feature: number, line: r.Line, values: arena[:len(p.columns):len(p.columns)]}
		arena = arena[len(p.columns):]
		for field, i := range p.columns {
			if i >= 0 && i < len(r.Values) {
				raw.values[field] = r.Values[i]
			}
		}
		if len(r.Problems) > 0 {
			raw.problems = append(raw.problems, r.Problems...)
		}
		switch {
		case p.x >= 0 && p.x < len(r.Values) && p.y < len(r.Values):
			raw.values[fieldLon], raw.values[fieldLat] = r.Values[p.x], r.Values[p.y]
		case p.x < 0:
			if at, ok := r.Geometry.(orb.Point); ok {
				raw.x, raw.y, raw.placed = at[0], at[1], true
			} else if many, ok := r.Geometry.(orb.MultiPoint); ok && len(many) == 1 {
				raw.x, raw.y, raw.placed = many[0][0], many[0][1], true
			} else if r.Geometry != nil {
				raw.problems = append(raw.problems, importers.Problem{Problem: importers.ProblemWrongType,
					Detail: fmt.Sprintf("a report has a point; this is a %s", r.Geometry.GeoJSONType()), Values: map[string]any{"value": r.Geometry.GeoJSONType()}})
			}
		}
		return put(raw)
	})
}

// parsed is what became of a row.
type parsed struct {
	past     patrol.PastReport
	feature  int
	content  [8]byte // says whether two rows of one number are the same
	problems []*importers.Problem
	soft     []softened
}

// bad tells whether the row has an error.
func (p *parsed) bad() bool {
	return slices.ContainsFunc(p.problems, func(problem *importers.Problem) bool { return !problem.Warning })
}

// softened is a value that was read otherwise than it stands, told once.
type softened struct{ key, detail, column string }

// chunk understands some rows.
func (p *reportParser) chunk(raws []rawReport) []parsed {
	out := make([]parsed, len(raws))
	for i := range raws {
		out[i].feature = raws[i].feature
		p.parse(&raws[i], &out[i])
	}
	return out
}

// damaged notes a value that cannot be read. Only values that say nothing of people are told.
func (p *reportParser) damaged(raw *rawReport, out *parsed, field int, why string) {
	out.problems = append(out.problems, &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemValueDamaged,
		Detail: fmt.Sprintf("%s: %q %s", p.names[field], clip(raw.values[field].Text), why),
		Values: map[string]any{"column": p.names[field], "value": clip(raw.values[field].Text)}})
}

// parse understands one row.
func (p *reportParser) parse(raw *rawReport, out *parsed) {
	for i := range raw.problems {
		raw.problems[i].Feature, raw.problems[i].Line = raw.feature, raw.line
		out.problems = append(out.problems, &raw.problems[i])
	}
	r := &out.past.Report
	category := p.categories.find(raw.values[fieldCategory].Text)
	if category == nil {
		p.damaged(raw, out, fieldCategory, "is no category; these are known: "+p.categoryList())
	}
	made, ok := parseMoment(raw.values[fieldTime], p.b.Zone)
	switch {
	case !ok:
		p.damaged(raw, out, fieldTime, "is no time")
	case made.at.After(p.b.Now):
		p.damaged(raw, out, fieldTime, "is in the future")
	}
	r.CreatedAt = made.at
	p.position(raw, out)
	r.Description = strings.TrimSpace(raw.values[fieldDescription].Text)
	if utf8.RuneCountInString(r.Description) > maxReportText || strings.ContainsRune(r.Description, 0) || !utf8.ValidString(r.Description) {
		out.problems = append(out.problems, &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemLimit,
			Detail: fmt.Sprintf("a description may have %d characters, and none that is no text", maxReportText), Values: map[string]any{"column": p.names[fieldDescription], "most": maxReportText}})
	}
	if text := raw.values[fieldAccuracy]; Fold(text.Text) != "" {
		m, err := ParseNumber(text)
		if err != nil || m < 0 || m > 100_000 {
			p.damaged(raw, out, fieldAccuracy, "is no accuracy in metres")
		}
		r.AccuracyM = m
	}
	p.contact(raw, out)
	if category == nil || !ok || out.bad() {
		return
	}
	r.Category, r.Source = category.Code, "import"
	p.live(raw, out, category)
	if out.bad() {
		return
	}
	p.name(raw, out)
	decision, err := p.router.route(p.ctx, r, category)
	var outside *geo.Problem
	switch {
	case errors.As(err, &outside):
		out.problems = append(out.problems, p.outside(raw, r.Point))
	case err != nil:
		out.problems = append(out.problems, &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemOutsideDistrict, Detail: geo.Text(err)})
	}
	r.Decision = decision
}

func (p *reportParser) categoryList() string {
	var names []string
	for _, c := range p.b.Duties.Rulebook.Categories {
		names = append(names, c.Name)
	}
	return strings.Join(names, "、")
}

// position reads where it was.
func (p *reportParser) position(raw *rawReport, out *parsed) {
	if !raw.placed && p.columns[fieldPosition] >= 0 && p.x < 0 {
		parts := strings.FieldsFunc(Fold(raw.values[fieldPosition].Text), func(r rune) bool { return strings.ContainsRune(" ,，;；()[]", r) })
		if len(parts) == 2 {
			raw.values[fieldLon], raw.values[fieldLat] = importers.Value{Text: parts[0]}, importers.Value{Text: parts[1]}
		}
	}
	missing := func(detail string) {
		out.problems = append(out.problems, &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemNoPosition, Detail: detail})
	}
	if !raw.placed {
		var errX, errY error
		raw.x, errX = ParseNumber(raw.values[fieldLon])
		raw.y, errY = ParseNumber(raw.values[fieldLat])
		switch {
		case errX == nil && errY == nil:
		case notFinite(raw.values[fieldLon]) || notFinite(raw.values[fieldLat]):
			raw.x = math.NaN()
		default:
			missing("the report has no position")
			return
		}
	}
	at := orb.Point{raw.x, raw.y}
	if x := raw.x - raw.x + raw.y - raw.y; x != 0 { // NaN of NaN and infinity
		out.problems = append(out.problems, &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemValueDamaged, Detail: "a coordinate is not a finite number"})
		return
	}
	if raw.x == 0 && raw.y == 0 {
		missing("the position is 0, 0: none was taken")
		return
	}
	r := &out.past.Report
	place, err := geo.ToWGS84(p.crs, at)
	if err == nil {
		r.Point, _ = geo.Round(place)
	}
	if err != nil || !p.near(r.Point) {
		out.problems = append(out.problems, p.misread(raw, at, r.Point, err))
		return
	}
	r.Raw, r.RawCRS = place, string(geo.WGS84)
	if p.crs.Geographic() {
		r.Raw, r.RawCRS = at, string(p.crs)
	}
}

// notFinite tells whether a cell says NaN or infinity.
func notFinite(v importers.Value) bool {
	f, _ := strconv.ParseFloat(Fold(v.Text), 64)
	return math.IsNaN(f) || math.IsInf(f, 0)
}

// near tells whether a point may lie in the district.
func (p *reportParser) near(at orb.Point) bool { return p.bound.Contains(at) }

// outside says that a report lies in no area.
func (p *reportParser) outside(raw *rawReport, at orb.Point) *importers.Problem {
	return &importers.Problem{Feature: raw.feature, Line: raw.line, Problem: importers.ProblemOutsideDistrict, At: &at,
		Detail: "the report lies outside the district"}
}

// misread says why a position does not fit, and which reading of it would.
func (p *reportParser) misread(raw *rawReport, at, place orb.Point, err error) *importers.Problem {
	problem := p.outside(raw, place)
	if err != nil {
		problem.At = nil
	}
	for _, reading := range []struct {
		problem string
		crs     geo.CRS
		swap    bool
		detail  string
	}{
		{importers.ProblemAxisSwapped, p.crs, true, "longitude and latitude are swapped"},
		{importers.ProblemCRSOutOfZone, "EPSG:4551", false, "the numbers fit EPSG:4551"},
		{importers.ProblemCRSOutOfZone, "EPSG:4530", false, "the numbers fit EPSG:4530"},
		{importers.ProblemCRSOutOfZone, "EPSG:4551", true, "the numbers fit EPSG:4551 with northing and easting swapped"},
		{importers.ProblemCRSOutOfZone, geo.WebMercator, false, "the numbers fit EPSG:3857"},
		{importers.ProblemCRSOutOfZone, geo.WGS84, false, "the numbers are degrees"},
	} {
		q := at
		if reading.swap {
			q[0], q[1] = q[1], q[0]
		}
		if w, err := geo.ToWGS84(reading.crs, q); err == nil && p.near(w) {
			problem.Problem = reading.problem
			problem.Detail = "the report lies outside the district as it is read; " + reading.detail
			problem.Values = map[string]any{"reading": string(reading.crs), "swapped": reading.swap}
			return problem
		}
	}
	return problem
}

// contact reads who sent it, and how to reach them.
func (p *reportParser) contact(raw *rawReport, out *parsed) {
	name, phone := Fold(raw.values[fieldReporter].Text), raw.values[fieldPhone]
	if vacancies[strings.ToLower(name)] {
		name = ""
	}
	number, changed, ok := parsePhone(phone)
	switch {
	case !ok:
		number = strings.TrimSpace(clip(phone.Text))
		out.soft = append(out.soft, softened{"phone kept", "a phone that is no number is kept as it stands", p.names[fieldPhone]})
	case changed:
		out.soft = append(out.soft, softened{"phone", "phones are read as their digits", p.names[fieldPhone]})
	}
	out.past.Contact = patrol.Contact{Name: clip(name), Phone: number}
}

// name gives the report its id: its number where that is one of ours, else one that
// follows from the number, or from all that was said.
func (p *reportParser) name(raw *rawReport, out *parsed) {
	r := &out.past.Report
	at, _ := geo.Snap(r.Point)
	var place [8]byte
	binary.BigEndian.PutUint32(place[:4], uint32(at.Lon))
	binary.BigEndian.PutUint32(place[4:], uint32(at.Lat))
	said := make([]byte, 0, 256)
	said = append(said, "gridpatrol report\x00"...)
	said = binary.BigEndian.AppendUint64(append(said, place[:]...), uint64(r.CreatedAt.UnixMicro()))
	said = append(append(append(said, r.Category...), 0), r.Description...)
	sum := sha256.Sum256(said)
	copy(out.content[:], sum[16:])
	number := Fold(raw.values[fieldNumber].Text)
	if id, err := uuid.Parse(number); err == nil && len(number) == 36 && id != uuid.Nil {
		r.ID = id
		return
	}
	if number != "" {
		sum = sha256.Sum256([]byte("gridpatrol report number\x00" + number))
	}
	copy(r.ID[:], sum[:16])
	if number == "" { // in the order of time, so that the database finds its pages warm
		ms := uint64(r.CreatedAt.UnixMilli())
		for i := range 6 {
			r.ID[i] = byte(ms >> (40 - 8*i))
		}
	}
	r.ID[6], r.ID[8] = r.ID[6]&0x0f|0x80, r.ID[8]&0x3f|0x80 // RFC 9562, version 8
}
