package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// WhatCheckpoints are the places that patrols look at, as commands name them.
const WhatCheckpoints = "checkpoints"

// CheckpointBasis is what checkpoints are understood by and compared with.
type CheckpointBasis struct {
	Index *locate.Index           // the boundaries in force
	Kinds []patrol.CheckpointKind // that are known
	Known []patrol.Checkpoint     // all there ever were; not changed
}

// CheckpointSet is what a file would make of the checkpoints.
type CheckpointSet struct {
	Report      Report
	Checkpoints []patrol.Checkpoint // of the file, without ids
}

// defaultRadius is that of a checkpoint of which the file says none, in metres.
const defaultRadius = 50

var checkpointFields = []Field{
	{Name: "code", Required: true, Names: []string{"code", "编码", "编号", "代码", "部位编码", "部位编号", "重点部位编码", "重点部位编号", "checkpoint code", "number", "序号"}},
	{Name: "name", Required: true, Names: []string{"name", "名称", "部位名称", "重点部位名称", "重点部位", "单位名称", "场所名称", "checkpoint name"}},
	{Name: "kind", Required: true, Names: []string{"kind", "type", "category", "类型", "类别", "部位类型", "部位类别", "场所类型", "场所类别"}},
	{Name: "lon", Names: []string{"lon", "lng", "longitude", "经度", "东经"}},
	{Name: "lat", Names: []string{"lat", "latitude", "纬度", "北纬"}},
	{Name: "radius_m", Names: []string{"radius_m", "radius", "半径", "半径米", "到达半径", "签到半径"}},
	{Name: "due_every_h", Names: []string{"due_every_h", "due every", "巡查周期小时", "巡查间隔小时", "周期小时", "间隔小时"}},
	{Name: "look_at", Names: []string{"look_at", "检查内容", "巡查内容", "检查要点", "巡查要点", "查看内容"}},
}

// Checkpoints reads checkpoints: from points, or from columns with longitude and
// latitude. A checkpoint is known by its code. Kinds are read by their code or
// name; what a row does not say of radius, window and what to look at its kind
// begins with. Those of the district that the file does not name stay as they
// are. The error is what kept the file from being read, a *importers.Problem
// where it cannot be read at all.
func Checkpoints(ctx context.Context, src importers.Source, b CheckpointBasis, o Options) (*CheckpointSet, error) {
	index, err := FindLayer(src, o.Layer, func(l importers.Layer) bool {
		c, err := FindColumns(checkpointFields, l.Columns, nil)
		return err == nil && c.Has("code") && c.Has("kind")
	})
	if err != nil {
		return nil, err
	}
	l := src.Layers()[index]
	in := &checkpointIntake{b: b, found: newFindings(o.MaxProblems), set: &CheckpointSet{}, rows: map[string]int{}, bound: b.Index.Bound()}
	if in.columns, err = FindColumns(checkpointFields, l.Columns, o.Columns); err != nil {
		return nil, err
	}
	for _, field := range []struct{ name, what string }{{"code", "the code of a checkpoint"}, {"name", "what it is called"}, {"kind", "what it is"}} {
		if !in.columns.Has(field.name) {
			return nil, describeMissing(field.name, field.what, l.Columns)
		}
	}
	if in.columns.Has("lon") != in.columns.Has("lat") || !in.columns.Has("lon") && l.Geometry == "" {
		return nil, describeMissing("lon, lat", "where a checkpoint is", l.Columns)
	}
	for i := range l.Problems {
		in.found.add(&l.Problems[i])
	}
	from := ""
	if in.crs, from, err = LayerCRS(l, o.CRS); err != nil {
		if l.CRS.Err != nil || o.CRS != "" {
			return nil, err
		}
		in.crs, from = geo.WGS84, "default"
		in.found.add(&importers.Problem{Problem: importers.ProblemCRSUnknown, Warning: true,
			Detail: "the file does not say which coordinate system its positions are in; they are read as WGS 84; say --crs gcj02 for those of AMap or WeChat"})
	}
	r := &in.set.Report
	*r = Report{File: o.File, Importer: l.Format, Layer: l.Name, CRS: systemName(in.crs), CRSFrom: from,
		Encoding: l.Encoding, EncodingFrom: l.EncodingFrom, Columns: in.columns.Names()}
	err = src.Records(ctx, index, func(rec *importers.Record) error {
		if rec.Geometry == nil && len(rec.Problems) == 0 && empty(rec.Values) {
			return ctx.Err()
		}
		if r.FeaturesRead++; r.FeaturesRead > maxCheckpoints {
			return &importers.Problem{Problem: importers.ProblemLimit, Detail: fmt.Sprintf("the file has more than %d checkpoints", maxCheckpoints),
				Values: map[string]any{"what": "checkpoints", "limit": maxCheckpoints}}
		}
		if o.Progress != nil && r.FeaturesRead%256 == 0 {
			o.Progress(StageRead, int64(rec.Number), int64(l.Features))
		}
		in.record(rec)
		return ctx.Err()
	})
	if p := brokenOff(err); p != nil {
		in.found.add(p)
	} else if err != nil {
		return nil, err
	}
	if err := in.compare(); err != nil {
		return nil, err
	}
	r.FeaturesOK = r.FeaturesRead - len(in.found.bad)
	in.found.into(r)
	return in.set, nil
}

// maxCheckpoints is how many checkpoints a file may have.
const maxCheckpoints = 50_000

// checkpointIntake is one import of checkpoints while it is made.
type checkpointIntake struct {
	b       CheckpointBasis
	crs     geo.CRS
	columns Columns
	found   *findings
	bound   orb.Bound
	rows    map[string]int // the feature that had a code first
	set     *CheckpointSet
}

// record takes one row.
func (in *checkpointIntake) record(rec *importers.Record) {
	bad := false
	tell := func(p *importers.Problem) {
		p.Feature, p.Line = rec.Number, rec.Line
		bad = bad || !p.Warning
		in.found.add(p)
	}
	for i := range rec.Problems {
		p := rec.Problems[i]
		if p.At = nil; in.columns.concerns(&p) {
			tell(&p)
		}
	}
	text := func(field string) string {
		return strings.TrimSpace(cleanText(in.columns.Value(field, rec.Values).Text))
	}
	c := patrol.Checkpoint{Code: Fold(text("code")), Name: text("name"), RadiusM: defaultRadius}
	damaged := func(field, why string) {
		tell(&importers.Problem{Problem: importers.ProblemValueDamaged, Code: c.Code, Detail: fmt.Sprintf("%s: %q %s", in.columns.Name(field), clip(text(field)), why),
			Values: map[string]any{"column": in.columns.Name(field), "value": clip(text(field))}})
	}
	if i := in.kind(text("kind")); i >= 0 {
		k := in.b.Kinds[i]
		c.Kind, c.DueEveryH, c.LookAt = k.Code, k.DueEveryH, k.LookAt
	} else {
		damaged("kind", "is no kind of checkpoint; these are known: "+in.kindList())
	}
	for _, number := range []struct {
		field    string
		to       *int
		min, max int
	}{{"radius_m", &c.RadiusM, patrol.RadiusMin, patrol.RadiusMax}, {"due_every_h", &c.DueEveryH, 1, patrol.DueMax}} {
		if text(number.field) == "" {
			continue
		}
		x, err := ParseNumber(in.columns.Value(number.field, rec.Values))
		if n := int(x); err != nil || float64(n) != x || n < number.min || n > number.max {
			damaged(number.field, fmt.Sprintf("is no whole number from %d to %d", number.min, number.max))
		} else {
			*number.to = n
		}
	}
	if list := splitLines(text("look_at")); len(list) > 0 {
		c.LookAt = list
	}
	in.position(rec, &c, tell)
	if bad {
		return
	}
	if err := c.Check(); err != nil {
		problem := &importers.Problem{Problem: importers.ProblemValueDamaged, Code: clip(c.Code), Detail: geo.Text(err)}
		if c.Code == "" {
			problem.Problem = importers.ProblemCodeDamaged
		}
		tell(problem)
		return
	}
	if first, twice := in.rows[c.Code]; twice {
		tell(&importers.Problem{Problem: importers.ProblemDupCode, Code: c.Code, Detail: fmt.Sprintf("feature %d has the same code", first), Values: map[string]any{"first": first}})
		return
	}
	in.rows[c.Code] = rec.Number
	in.set.Checkpoints = append(in.set.Checkpoints, c)
}

// kind finds a kind by its code or one of its names; -1 where there is none.
func (in *checkpointIntake) kind(text string) int {
	word := FoldName(text)
	if word == "" {
		return -1
	}
	return slices.IndexFunc(in.b.Kinds, func(k patrol.CheckpointKind) bool {
		if FoldName(k.Code) == word || FoldName(k.NameEn) == word || FoldName(k.Name) == word {
			return true
		}
		// 医院(卫生院) is either of the two.
		return slices.ContainsFunc(strings.FieldsFunc(k.Name, func(r rune) bool { return strings.ContainsRune("()（）、", r) }),
			func(part string) bool { return FoldName(part) == word })
	})
}

func (in *checkpointIntake) kindList() string {
	var names []string
	for _, k := range in.b.Kinds {
		names = append(names, k.Name)
	}
	return strings.Join(names, "、")
}

// splitLines gives the lines of a list: as JSON, or with semicolons or line
// breaks between.
func splitLines(text string) []string {
	var list []string
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil {
		list = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；|\n\r", r) })
	}
	var out []string
	for _, line := range list {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// position reads where a checkpoint is.
func (in *checkpointIntake) position(rec *importers.Record, c *patrol.Checkpoint, tell func(*importers.Problem)) {
	problem := func(code, detail string) {
		tell(&importers.Problem{Problem: code, Code: c.Code, Detail: detail})
	}
	var at orb.Point
	switch shape := rec.Geometry.(type) {
	case orb.Point:
		at = shape
	case nil:
		if !in.columns.Has("lon") {
			problem(importers.ProblemNoPosition, "the checkpoint has no position")
			return
		}
		lon, errLon := ParseNumber(in.columns.Value("lon", rec.Values))
		lat, errLat := ParseNumber(in.columns.Value("lat", rec.Values))
		if errLon != nil || errLat != nil || lon == 0 && lat == 0 {
			problem(importers.ProblemNoPosition, "the checkpoint has no position that can be read")
			return
		}
		at = orb.Point{lon, lat}
	default:
		if many, ok := shape.(orb.MultiPoint); ok && len(many) == 1 {
			at = many[0]
			break
		}
		problem(importers.ProblemWrongType, fmt.Sprintf("a checkpoint is a point; this is a %s", shape.GeoJSONType()))
		return
	}
	inside := func(p orb.Point) bool {
		w, err := geo.ToWGS84(in.crs, p)
		if err != nil {
			return false
		}
		place, ok := geo.Round(w)
		if !ok {
			return false
		}
		m, _ := in.b.Index.Locate(place)
		c.Point = place
		return m.Area(geo.District) != nil
	}
	switch {
	case inside(at):
	case inside(orb.Point{at[1], at[0]}):
		problem(importers.ProblemAxisSwapped, "the checkpoint lies outside the district as it is read; longitude and latitude are swapped")
	default:
		problem(importers.ProblemOutsideDistrict, "the checkpoint lies outside the district")
	}
}

// compare counts what is new, changed and unchanged.
func (in *checkpointIntake) compare() error {
	plan, err := patrol.PlanCheckpointImport(in.b.Known, in.set.Checkpoints)
	if err != nil {
		return err
	}
	r := &in.set.Report
	r.New, r.Changed, r.Unchanged = plan.New, plan.Changed, plan.Unchanged
	return nil
}
