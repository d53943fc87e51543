package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// importingOf gives what the page brings files in with: the same steps as those
// of the commands.
func importingOf(district string, store *postgis.Store, boundaries *postgis.Boundaries, duties *postgis.Duties, plans *postgis.Plans) map[string]api.Importer {
	return map[string]api.Importer{
		ingest.WhatAreas:   areaImporter{district, plans},
		ingest.WhatRoster:  rosterImporter{store, boundaries, duties},
		ingest.WhatReports: reportImporter{store, boundaries, duties},
		ingest.WhatRoads:   groundImporter{district, store, boundaries.Current},
	}
}

// areaImporter brings areas into plans.
type areaImporter struct {
	district string
	plans    areaPlans
}

// areaPlans is what an areaImporter compares with and writes to: postgis.Plans, or those to come.
type areaPlans interface {
	ImportBasis(ctx context.Context, plan geo.ID) (postgis.ImportBasis, error)
	ImportAreas(ctx context.Context, imp redraw.Import, record postgis.ImportRecord, plan geo.ID, title string, e postgis.PlanEdit) (redraw.Working, error)
}

// Check compares a layer with the boundaries in force, or with those of a plan.
func (a areaImporter) Check(ctx context.Context, src importers.Source, o api.ImportOptions) (api.CheckedImport, error) {
	basis, err := a.basis(ctx, o.Plan)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set, err := ingest.Areas(ctx, src, ingest.AreaBasis{District: a.district, Areas: basis.Areas}, o.Options)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set.Report.Importer = readBy(set.Report.Importer)
	out := api.CheckedImport{Report: &set.Report, Areas: set.Features}
	gone := make(map[string]bool, len(set.Gone))
	for _, code := range set.Gone {
		gone[code] = true
	}
	for i := range basis.Areas {
		if area := &basis.Areas[i]; area.Kind == set.Kind && gone[area.Code] {
			out.Gone = append(out.Gone, *area)
		}
	}
	if set.Report.Errors() == 0 {
		tellJoints(&set.Report, redraw.Joints(basis.Areas, operation(set, o.File)))
	}
	out.Write = func(ctx context.Context, w api.ImportWrite) (api.ImportDone, error) {
		return a.write(ctx, set, basis, o, w)
	}
	return out, nil
}

// basis gives the areas that a file is compared with: those of a plan, or those
// in force where plan is zero.
func (a areaImporter) basis(ctx context.Context, plan geo.ID) (postgis.ImportBasis, error) {
	basis, err := a.plans.ImportBasis(ctx, plan)
	if plan != (geo.ID{}) && errors.Is(err, geo.ErrNotFound) {
		err = geo.Invalid("invalid-values", "there is no such plan", geo.FieldError{Pointer: "/plan", Detail: "is no plan"})
	}
	return basis, err
}

// write makes the areas that differ an operation of a plan; where none does,
// nothing is written.
func (a areaImporter) write(ctx context.Context, set *ingest.AreaSet, basis postgis.ImportBasis, o api.ImportOptions, w api.ImportWrite) (api.ImportDone, error) {
	imp := operation(set, o.File)
	if len(imp.Areas)+len(imp.Gone) == 0 {
		return api.ImportDone{}, nil
	}
	title := w.Title
	if title == "" {
		title = strings.TrimSuffix(o.File, filepath.Ext(o.File))
	}
	if w.Progress != nil {
		w.Progress(ingest.StageWrite, 0, int64(len(imp.Areas)))
	}
	record := recordOf(ingest.WhatAreas, &set.Report, o.Options)
	record.Base = basis.Revision
	plan, err := a.plans.ImportAreas(ctx, imp, record, o.Plan, title, postgis.PlanEdit{Who: w.Who, Permit: w.Permit, BasedOn: basis.ETag})
	return api.ImportDone{Plan: plan.ID}, err
}

// operation is what makes of a plan what the file has.
func operation(set *ingest.AreaSet, file string) redraw.Import {
	return redraw.Import{File: file, Kind: set.Kind, Areas: append(append([]geo.Area(nil), set.New...), set.Changed...), Gone: set.Gone}
}

// tellJoints lists the areas besides those of the file that get corners of it.
func tellJoints(r *ingest.Report, joints []redraw.Joint) {
	for _, j := range joints {
		r.Repairs = append(r.Repairs, ingest.Repaired{Code: j.Area.Code, Repair: "share-corners", MovedM2: j.MovedM2,
			Detail: fmt.Sprintf("%s in force gets %d corners of the file that lie on its lines; none moves by more than a step of the lattice", j.Area.Ref(), j.Corners)})
	}
}

// readBy is what read a file, as reports and records of imports have it: this program with its
// version, and the format it took the file for; empty where it took it for none.
func readBy(format string) string {
	if format == "" {
		return versionLine()
	}
	return versionLine() + ", " + format
}

// versionLine is the program with its version, as reports and records of imports have it.
func versionLine() string {
	version, commit := programVersion()
	return strings.TrimSpace("gridpatrol " + version + " " + commit)
}

// recordOf is what is kept of an import.
func recordOf(what string, r *ingest.Report, o ingest.Options) postgis.ImportRecord {
	options := map[string]any{"layer": r.Layer, "crs": r.CRS, "encoding": r.Encoding, "map": r.Columns, "partial": o.Partial}
	if o.Kind != "" {
		options["kind"] = o.Kind
	}
	if len(o.Repairs) > 0 {
		options["repair"] = o.Repairs
	}
	return postgis.ImportRecord{
		What: what, File: r.File, SHA256: r.SHA256, Importer: r.Importer, Options: options,
		New: r.New, Changed: r.Changed, Unchanged: r.Unchanged, Gone: r.Gone, Warnings: len(r.Problems) - r.Errors(),
	}
}
