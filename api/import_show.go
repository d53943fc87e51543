package api

import (
	"fmt"
	"net/http"

	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// How much of a file a preview shows.
const (
	previewFeatures = 2_000
	previewVertices = 200_000
)

// importLayers answers GET /api/v1/imports/{id}/layers: the layers with their
// columns and samples as they are with an encoding, which need not be that of the
// upload's first look.
func (s *Server) importLayers(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	encoding := q.text("encoding", 40)
	if err := q.err(); err != nil {
		return err
	}
	j, _, err := s.importNamed(r)
	if err != nil {
		return err
	}
	out := struct {
		Layers []layerAnswer `json:"layers"`
	}{j.layers}
	if encoding != "" {
		done, err := s.desk.look(r.Context())
		if err != nil {
			return err
		}
		defer done()
		src, err := j.open(r.Context(), importers.OpenOptions{Encoding: encoding})
		if err != nil {
			return importFailure(err)
		}
		defer src.Close()
		if out.Layers, err = layersOf(r.Context(), src, j.what); err != nil {
			return importFailure(err)
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

// previewImport answers GET /api/v1/imports/{id}/preview: the file on the map as
// it would be read, before it is checked.
func (s *Server) previewImport(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	o := importQuery(q)
	if err := q.err(); err != nil {
		return err
	}
	j, _, err := s.importNamed(r)
	if err != nil {
		return err
	}
	done, err := s.desk.look(r.Context())
	if err != nil {
		return err
	}
	defer done()
	src, err := j.open(r.Context(), importers.OpenOptions{Encoding: o.Encoding})
	if err != nil {
		return importFailure(err)
	}
	defer src.Close()
	list, more, err := ingest.Preview(r.Context(), src, ingest.Fields(j.what), o.Options, previewFeatures, previewVertices)
	if err != nil {
		return importFailure(err)
	}
	done() // whoever reads slowly keeps nobody waiting
	w.Header().Set("Content-Type", "application/geo+json")
	return importers.WriteGeoJSON(w, importers.Collection{
		Name: "preview", Head: []importers.Property{{Name: "truncated", Value: more}},
		Features: func(yield func(importers.Feature) bool) {
			for _, g := range list {
				f := importers.Feature{Geometry: g.Geometry, Properties: []importers.Property{
					{Name: "feature", Value: g.Feature}, {Name: "code", Value: g.Code}, {Name: "name", Value: g.Name},
				}}
				if !yield(f) {
					return
				}
			}
		},
	})
}

// checkedImport is plainImport of one that was checked.
func (s *Server) checkedImport(r *http.Request) (*importJob, CheckedImport, error) {
	j, _, err := s.importNamed(r)
	if err != nil {
		return nil, CheckedImport{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.checked.Report == nil {
		return nil, CheckedImport{}, fail("import-unchecked", "the file was not checked yet, or the check has failed")
	}
	return j, j.checked, nil
}

// importShapes answers GET /api/v1/imports/{id}/shapes: every feature of the
// file, and every area that it lacks, with what would become of it.
func (s *Server) importShapes(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	_, checked, err := s.checkedImport(r)
	if err != nil {
		return err
	}
	type count struct{ errors, warnings int }
	problems := map[int]count{}
	for _, p := range checked.Report.Problems {
		c := problems[p.Feature]
		if p.Warning {
			c.warnings++
		} else {
			c.errors++
		}
		problems[p.Feature] = c
	}
	shape := func(a *ingest.AreaFeature) importers.Feature {
		c := problems[a.Feature]
		f := importers.Feature{Properties: []importers.Property{
			{Name: "feature", Value: a.Feature}, {Name: "code", Value: a.Area.Code}, {Name: "name", Value: a.Area.Name},
			{Name: "change", Value: a.Change}, {Name: "errors", Value: c.errors}, {Name: "warnings", Value: c.warnings},
			{Name: "moved_m2", Value: a.MovedM2},
		}}
		if len(a.Area.Shape) > 0 {
			f.Geometry = a.Area.Shape
		}
		return f
	}
	w.Header().Set("Content-Type", "application/geo+json")
	return importers.WriteGeoJSON(w, importers.Collection{Name: "shapes", Features: func(yield func(importers.Feature) bool) {
		for i := range checked.Areas {
			if !yield(shape(&checked.Areas[i])) {
				return
			}
		}
		for i := range checked.Gone {
			if !yield(shape(&ingest.AreaFeature{Area: checked.Gone[i], Change: "gone"})) {
				return
			}
		}
	}})
}

// importProblems answers GET /api/v1/imports/{id}/problems: the report as a file.
func (s *Server) importProblems(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	format := q.text("format", 20)
	switch format {
	case "":
		format = "json"
	case "json", "geojson", "csv":
	default:
		q.unread("format", "must be json, geojson or csv")
	}
	if err := q.err(); err != nil {
		return err
	}
	j, checked, err := s.checkedImport(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="import-%s.%s"`, j.id, format))
	switch format {
	case "geojson":
		h.Set("Content-Type", "application/geo+json")
		return checked.Report.WriteGeoJSON(w)
	case "csv":
		h.Set("Content-Type", "text/csv; charset=utf-8")
		return checked.Report.WriteCSV(w)
	}
	h.Set("Content-Type", "application/json")
	return checked.Report.WriteJSON(w)
}
