package importers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"
)

// isShapefile reports whether a file is one of the parts of a shapefile that
// people name instead of the .shp.
func isShapefile(f *probe) bool {
	if f.dir {
		return false
	}
	switch f.ext {
	case ".dbf", ".shx", ".cpg", ".prj":
		return true
	}
	return f.starts("\x00\x00\x27\x0a")
}

// shapefile is an opened shapefile (ESRI Shapefile Technical Description, July
// 1998): shapes, and the rows that belong to them one by one. Nothing that a
// header claims is believed: what is read is bounded by the files and the limits.
type shapefile struct {
	name   string
	files  []io.Closer
	shapes *shapeReader
	table  *dbfTable // nil where there is none
	layer  Layer
	o      OpenOptions
}

// openShapefile opens the shapefile that the file at path is a part of. Its other
// parts stand beside it under the same name, in capitals or not. Only the .shp
// must be there; what else is missing is a problem of the layer.
func openShapefile(ctx context.Context, path string, o OpenOptions) (Source, error) {
	parts, err := shapefileParts(path)
	if err != nil {
		return nil, err
	}
	if parts[".shp"] == "" {
		return nil, missingPart(".shp", false, "that holds the shapes; send it too")
	}
	s := &shapefile{name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), o: o}
	if err := s.open(ctx, parts); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// shapefileParts finds the parts of a shapefile by their endings in small letters.
func shapefileParts(path string) (map[string]string, error) {
	dir, name := filepath.Split(path)
	entries, err := os.ReadDir(filepath.Clean(dir + "."))
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	parts := map[string]string{}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		key := strings.ToLower(ext)
		// The very name wins over one that differs in capitals only.
		if strings.EqualFold(strings.TrimSuffix(e.Name(), ext), stem) && e.Type().IsRegular() &&
			(parts[key] == "" || e.Name() == stem+ext) {
			parts[key] = filepath.Join(dir, e.Name())
		}
	}
	if parts[".shp"] == "" && !strings.EqualFold(filepath.Ext(name), ".dbf") {
		// A .shp that is called something else.
		if f, err := newProbe(path); err == nil && f.starts("\x00\x00\x27\x0a") && !strings.EqualFold(filepath.Ext(name), ".shx") {
			parts[".shp"] = path
		}
	}
	return parts, nil
}

func missingPart(part string, warning bool, why string) *Problem {
	return &Problem{
		Problem: ProblemFileMissingPart, Warning: warning,
		Detail: fmt.Sprintf("the shapefile comes without its %s file, %s", part, why),
		Values: map[string]any{"part": part},
	}
}

// open opens the parts and describes the layer.
func (s *shapefile) open(ctx context.Context, parts map[string]string) error {
	shp, size, err := s.part(parts[".shp"])
	if err != nil {
		return err
	}
	if s.shapes, err = newShapeReader(shp, size, s.o.Limits); err != nil {
		return err
	}
	s.layer = Layer{Name: s.name, Format: "ESRI Shapefile", Geometry: s.shapes.geometry(), HasZ: s.shapes.hasZ()}
	if name := parts[".shx"]; name != "" {
		shx, size, err := s.part(name)
		if err != nil {
			return err
		}
		s.shapes.useIndex(shx, size)
	} else {
		s.problem(missingPart(".shx", true, "the index; the shapes were read one after another"))
	}
	if err := s.shapes.count(ctx); err != nil {
		return err
	}
	s.layer.Problems = append(s.layer.Problems, s.shapes.problems...)
	s.layer.Features = int(s.shapes.records)
	if err := s.openTable(ctx, parts); err != nil {
		return err
	}
	return s.readCRS(parts[".prj"])
}

// part opens one file.
func (s *shapefile) part(name string) (*os.File, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	s.files = append(s.files, f)
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (s *shapefile) problem(p *Problem) { s.layer.Problems = append(s.layer.Problems, *p) }

// openTable opens the .dbf, where there is one, and compares its length.
func (s *shapefile) openTable(ctx context.Context, parts map[string]string) error {
	if parts[".dbf"] == "" {
		s.problem(missingPart(".dbf", false, "which holds codes and names; send it too"))
		return nil
	}
	dbf, size, err := s.part(parts[".dbf"])
	if err != nil {
		return err
	}
	cpg := ""
	if name := parts[".cpg"]; name != "" {
		if cpg, err = readSmall(name, 64); err != nil {
			return err
		}
	}
	if s.table, err = openDBF(ctx, dbf, size, strings.TrimSpace(cpg), s.o); err != nil {
		return err
	}
	s.layer.Columns = s.table.names()
	s.layer.Encoding, s.layer.EncodingFrom = s.table.encoding.Name(), s.table.from
	s.layer.Features = int(max(0, s.shapes.records-s.table.deleted))
	s.layer.Problems = append(append(s.layer.Problems, s.table.problems...), s.table.unread()...)
	whole := s.shapes.whole && s.table.rows == s.table.claimed
	if whole && s.table.rows != s.shapes.records {
		s.problem(&Problem{
			Problem: ProblemRowCount,
			Detail: fmt.Sprintf("the .shp has %d shapes and the .dbf %d rows, so which row belongs to which shape is not certain; export the layer anew",
				s.shapes.records, s.table.rows),
			Values: map[string]any{"shapes": s.shapes.records, "rows": s.table.rows},
		})
	}
	return nil
}

// readCRS reads what the .prj says.
func (s *shapefile) readCRS(name string) error {
	if name == "" {
		s.problem(missingPart(".prj", true, "which says the coordinate system; name the system, if you know it"))
		return nil
	}
	text, err := readSmall(name, maxCRSText+1)
	if err != nil {
		return err
	}
	hint, problems := crsFromText(text, "prj")
	s.layer.CRS = hint
	s.layer.Problems = append(s.layer.Problems, problems...)
	return nil
}

// readSmall reads the beginning of a file.
func readSmall(name string, most int64) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most))
	return string(b), err
}

// Layers gives the one layer.
func (s *shapefile) Layers() []Layer { return []Layer{s.layer} }

// Records gives each shape with the row of the same number. Rows that are marked
// as deleted are left out, with their shapes; their numbers are not given again.
// A part that ends too early ends the reading after the last whole record.
func (s *shapefile) Records(ctx context.Context, _ int, each func(*Record) error) error {
	var rows *dbfRows
	rec := Record{}
	if s.table != nil {
		rows = s.table.read()
		rec.Values = make([]Value, len(s.table.fields))
	}
	err := s.shapes.each(ctx, s.o.Progress, func(n int64, sh shape, fault *Problem) error {
		rec = Record{Number: int(n), Values: rec.Values, Geometry: sh.geometry, Rings: sh.rings, HadZ: sh.z}
		if fault != nil {
			fault.Feature = rec.Number
			rec.Problems = append(rec.Problems, *fault)
		}
		switch {
		case rows == nil:
		case n <= s.table.rows:
			deleted, err := rows.next()
			if deleted || err != nil {
				return err
			}
			rec.Problems = append(rec.Problems, rows.values(rec.Values, rec.Number)...)
		case s.table.rows < s.table.claimed:
			return truncated(".dbf", s.table.size)
		default:
			clear(rec.Values)
		}
		return each(&rec)
	})
	if err == nil && s.table != nil && s.table.rows < s.table.claimed {
		return truncated(".dbf", s.table.size)
	}
	return err
}

// Close closes the files.
func (s *shapefile) Close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// shape is what a record of a .shp holds: rings for polygons, else a geometry.
type shape struct {
	geometry orb.Geometry
	rings    []orb.Ring
	z        bool
}

// be and le read the integers of a .shp, which has both orders.
func be(b []byte) int64 { return int64(int32(binary.BigEndian.Uint32(b))) }
func le(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }
