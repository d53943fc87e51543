package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// Areas reads, checks and repairs the areas of one layer and compares them with
// those of the basis. What is wrong with the file is in the report; an error is
// what kept it from being read, a *importers.Problem where the file, or what is
// asked of it, is at fault.
//
// Repairs are close-rings, which closes open rings; make-valid, which gives a
// shape that crosses itself the land that lies inside an odd number of its
// rings; snap=0.5m, which makes corners and lines that lie so near one; and
// align-to=village,20m, which puts lines that run so near those of the kind on
// them, corner by corner, so that a layer of another office shares them.
func Areas(ctx context.Context, src importers.Source, b AreaBasis, o Options) (*AreaSet, error) {
	in := &intake{ctx: ctx, effort: newEffort(ctx, mostSteps), places: newEffort(ctx, mostPlaces), o: o, basis: b, kind: o.Kind, found: newFindings(o.MaxProblems), named: make(map[geo.Ref]*geo.Area, len(b.Areas)), lands: map[*geo.Area]boxed{}}
	var err error
	if in.repairs, err = parseRepairs(o.Repairs); err != nil {
		return nil, err
	}
	index, err := FindLayer(src, o.Layer, func(l importers.Layer) bool {
		columns, err := FindColumns(areaFields, l.Columns, o.Columns)
		return err == nil && columns.Has("code") && hasAreas(l)
	})
	if err != nil {
		index, err = FindLayer(src, o.Layer, hasAreas)
	}
	if err != nil {
		return nil, err
	}
	in.layer = src.Layers()[index]
	if in.kind == "" {
		rows, err := Sample(ctx, src, index, 20)
		if err != nil {
			return nil, err
		}
		if in.kind = Guess(in.layer, rows).Kind; in.kind == "" {
			return nil, &importers.Problem{Problem: importers.ProblemNoColumn, Detail: "the file does not tell which kind of areas it has; name it", Values: map[string]any{"field": "kind"}}
		}
	}
	if in.columns, err = FindColumns(areaFields, in.layer.Columns, o.Columns); err != nil {
		return nil, err
	}
	set := &AreaSet{Kind: in.kind}
	in.report = &set.Report
	set.Report = Report{File: o.File, Layer: in.layer.Name, Importer: in.layer.Format, Encoding: in.layer.Encoding, EncodingFrom: in.layer.EncodingFrom, Columns: in.columns.Names()}
	for i := range b.Areas {
		in.named[b.Areas[i].Ref()] = &b.Areas[i]
	}
	if err := in.run(src, index, set); err != nil {
		return nil, err
	}
	return set, nil
}

// hasAreas tells whether a layer may hold areas.
func hasAreas(l importers.Layer) bool {
	return l.Geometry == "" || strings.Contains(l.Geometry, "Polygon") || strings.HasPrefix(l.Geometry, "Geometry")
}

func (in *intake) run(src importers.Source, layer int, set *AreaSet) error {
	declared := in.system()
	for i := range in.layer.Problems {
		p := in.layer.Problems[i]
		in.found.add(&p)
	}
	told := in.found.errorCount > 0
	err := in.read(src, layer)
	if p := brokenOff(err); p != nil {
		in.brokeOff = true
		in.found.add(p)
	} else if err != nil {
		return err
	}
	switch {
	case len(in.features) == 0 && !in.brokeOff:
		in.found.add(&importers.Problem{Problem: importers.ProblemEmptyGeometry, Detail: "the layer has no features"})
	case !in.columns.Has("code") && len(in.features) > 0 && !(told && len(in.layer.Columns) == 0):
		in.found.add(&importers.Problem{Problem: importers.ProblemNoColumn,
			Detail: fmt.Sprintf("no column holds the codes; name it with --map code=COLUMN; %s", columnList(in.layer.Columns)), Values: map[string]any{"field": "code"}})
	}
	switch n := len(in.withZ); {
	case n == 1 && len(in.features) > 1:
		in.warning(in.withZ[0], importers.ProblemZDropped, "heights are left out", map[string]any{"count": 1})
	case n > 0:
		in.warning(nil, importers.ProblemZDropped, fmt.Sprintf("heights of %d features are left out", n), map[string]any{"count": n})
	}
	in.remain()
	in.place(declared)
	in.shapes()
	if err := in.ctx.Err(); err != nil {
		return err
	}
	in.duplicates()
	in.parents()
	in.looks()
	in.strays()
	if !in.shifted {
		in.align()
		in.snap()
	}
	in.seams()
	for _, f := range in.features {
		in.complete(f)
	}
	if err := in.ctx.Err(); err != nil {
		return err
	}
	in.compare(set)
	in.tooTangled()
	in.conclude(set)
	return nil
}

// system finds the coordinate system; false where nobody says it, or one that is
// refused.
func (in *intake) system() bool {
	crs, from, err := LayerCRS(in.layer, in.o.CRS)
	in.report.CRS, in.report.CRSFrom = systemName(crs), from
	in.asked = plane{crs: crs}
	if err == nil {
		return true
	}
	in.asked.crs = geo.WGS84
	var p *importers.Problem
	if !errors.As(err, &p) {
		p = &importers.Problem{Problem: importers.ProblemCRSUnknown, Detail: geo.Text(err)}
	}
	own := *p
	in.found.add(&own)
	return false
}

// remain finds the areas of the kind in force that the file does not speak of and
// that stay.
func (in *intake) remain() {
	if !in.o.Partial {
		return
	}
	named := map[string]bool{}
	for _, f := range in.features {
		named[f.area.Code] = true
	}
	for i := range in.basis.Areas {
		if a := &in.basis.Areas[i]; a.Kind == in.kind && !named[a.Code] {
			in.stays = append(in.stays, a)
		}
	}
}

// conclude writes the report and says what became of each feature.
func (in *intake) conclude(set *AreaSet) {
	for _, f := range in.features {
		if !in.found.bad[f.number] {
			set.Report.FeaturesOK++
		}
		if shape := f.area.Shape; shape != nil || f.plane != nil && len(f.raw) > 0 {
			if shape == nil {
				for _, r := range f.roughly() {
					f.area.Shape = append(f.area.Shape, orb.Polygon{closed(r)})
				}
			}
			set.Features = append(set.Features, AreaFeature{Feature: f.number, Area: f.area, Change: f.change, MovedM2: f.movedM2})
		}
	}
	set.Report.FeaturesRead = len(in.features)
	set.Report.Repairs = in.repaired
	if len(in.repaired) > in.found.limit {
		set.Report.Repairs = slices.Clip(in.repaired[:in.found.limit])
	}
	in.found.into(&set.Report)
}
