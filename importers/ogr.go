package importers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// ogrTime is how long ogr2ogr may take with one file.
	ogrTime = 10 * time.Minute
	// ogrGrowth and ogrFloor bound what it may make of a file: so many times its
	// size, and so many bytes more.
	ogrGrowth, ogrFloor = 50, 256 << 20
)

// ogrSkip are the drivers of GDAL that reach beyond the file: to the network, to
// databases, to other files that the file names, to other programs.
const ogrSkip = "OGR_VRT,VRT,WFS,OAPIF,OGCAPI,CSW,HTTP,PostgreSQL,MySQL,ODBC,MSSQLSpatial,PGeo,Elasticsearch,Elastic,Carto," +
	"AmigoCloud,PLSCENES,EEDA,NGW,GMLAS,GPSBabel,OGR_OGDI,DODS,SOSI,MVT,PGDUMP,STACTA,STACIT,WMS,WCS,PDS4"

// ogrAuxiliary are endings of files that belong to another and are none to open.
var ogrAuxiliary = []string{".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qix", ".dat", ".map", ".id", ".ind", ".mid",
	".xsd", ".gfs", ".qml", ".sld", ".gpkg-wal", ".gpkg-shm", ".png", ".jpg", ".txt", ".htm", ".html", ".pdf"}

// openOGR has ogr2ogr make a GeoPackage of a file or folder and reads that:
// layers, names, order, values and coordinate systems are GDAL's reading of it.
// Its faults are those of the file; where it is not installed, that is the error.
func openOGR(ctx context.Context, path string, o OpenOptions) (Source, error) {
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		return nil, &Problem{
			Problem: ProblemFormatRefused,
			Detail:  "ogr2ogr is not found: install GDAL (on Debian the package gdal-bin), or leave out --via-ogr and export a shapefile, GeoPackage or GeoJSON",
			Values:  map[string]any{"missing": "ogr2ogr"},
		}
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	inputs, err := ogrInputs(path)
	if err != nil {
		return nil, err
	}
	s, err := newScratch(o.TempDir)
	if err != nil {
		return nil, err
	}
	dir, err := s.files()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	var j joined
	var first error
	opened := false
	for i, in := range inputs {
		out := filepath.Join(dir, strconv.Itoa(i)+".gpkg")
		var src Source
		if err = convert(ctx, program, in, out); err == nil {
			src, err = openConverted(ctx, program, in, out, o)
		}
		var p *Problem
		switch {
		case err == nil:
			opened = true
		case !errors.As(err, &p):
			return nil, errors.Join(err, j.Close(), s.Close())
		default:
			if first == nil {
				first = err
			}
			src = &unreadable{Layer{Name: filepath.Base(in), Problems: []Problem{*p}}, p}
		}
		j.add(filepath.Base(in), src)
	}
	if !opened {
		return nil, errors.Join(first, j.Close(), s.Close())
	}
	return &unpacked{&j, s}, nil
}

// ogrInputs lists what there is to convert: the file, the geodatabase, or what
// stands in a folder.
func ogrInputs(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() || strings.EqualFold(filepath.Ext(path), ".gdb") {
		return []string{path}, nil
	}
	var out []string
	err = filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(path, p)
		switch {
		case err != nil:
			return err
		case p == path:
		case clutter(filepath.ToSlash(rel)):
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.IsDir() && strings.EqualFold(filepath.Ext(p), ".gdb"):
			out = append(out, p)
			return fs.SkipDir
		case e.Type().IsRegular() && !slices.Contains(ogrAuxiliary, strings.ToLower(filepath.Ext(p))):
			out = append(out, p)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(out) == 0:
		_, err = chooseMembers(nil)
		return nil, err
	case len(out) > DefaultLimits().ZipEntries:
		return nil, &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the folder has %d files that might be meant; name one of them", len(out)),
			Values: map[string]any{"count": len(out), "limit": DefaultLimits().ZipEntries}}
	}
	return out, nil
}

// convert has ogr2ogr write in to out.
func convert(ctx context.Context, program, in, out string) error {
	args := []string{"-f", "GPKG", out, in, "-unsetFid", "-nlt", "CONVERT_TO_LINEAR", "-gt", "20000",
		"-lco", "SPATIAL_INDEX=NO", "-lco", "FID=" + ogrFID, "-lco", "GEOMETRY_NAME=" + ogrGeometry}
	switch strings.ToLower(filepath.Ext(in)) {
	case ".gml", ".xml":
		args = append(args, "-oo", "WRITE_GFS=NO", "-oo", "DOWNLOAD_SCHEMA=NO")
	}
	said, err := runOGR(ctx, program, out, growth(in), args...)
	if err != nil {
		return err
	}
	if fault := faultSaid(said.stderr); fault != "" || said.failed {
		return ogrFault(in, fault)
	}
	return nil
}

// The columns of the GeoPackage that are not of the file.
const ogrFID, ogrGeometry = "gridpatrol_fid", "gridpatrol_geometry"

// growth gives how many bytes may be made of a file or folder.
func growth(path string) int64 {
	var sum int64
	_ = filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error { // what cannot be read counts nothing
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum*ogrGrowth + ogrFloor
}

// ogrSaid is what a program of GDAL said.
type ogrSaid struct {
	stdout, stderr string
	failed         bool
}

// runOGR runs a program of GDAL, without a shell, within its time, and stops it
// when the file out grows beyond limit.
func runOGR(ctx context.Context, program, out string, limit int64, args ...string) (ogrSaid, error) {
	timed, cancel := context.WithTimeout(ctx, ogrTime)
	defer cancel()
	cmd := exec.CommandContext(timed, program, args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = ogrEnvironment(os.Environ())
	cmd.Dir = filepath.Dir(out)
	stdout, stderr := &firstBytes{limit: 1 << 20}, &firstBytes{limit: 64 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Start(); err != nil {
		return ogrSaid{}, fmt.Errorf("run %s: %w", filepath.Base(program), err)
	}
	done, grown := make(chan struct{}), make(chan bool, 1)
	go func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				grown <- false
				return
			case <-tick.C:
				if info, err := os.Stat(out); err == nil && info.Size() > limit {
					cancel()
					grown <- true
					return
				}
			}
		}
	}()
	err := cmd.Wait()
	close(done)
	tooMuch := <-grown
	switch {
	case ctx.Err() != nil:
		return ogrSaid{}, ctx.Err()
	case tooMuch:
		return ogrSaid{}, &Problem{Problem: ProblemLimit, Detail: "GDAL makes far more of the file than it has; export it in another format",
			Values: map[string]any{"limit": limit}}
	case timed.Err() != nil:
		return ogrSaid{}, &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("GDAL did not finish reading the file within %v; export it in another format", ogrTime),
			Values: map[string]any{"limit_s": ogrTime.Seconds()}}
	}
	return ogrSaid{stdout.String(), stderr.String(), err != nil}, nil
}

// ogrEnvironment gives what GDAL needs of our environment, and no more: no
// addresses of databases, no proxies, no drivers that reach beyond the file.
func ogrEnvironment(ours []string) []string {
	env := []string{"LC_ALL=C.UTF-8", "GDAL_SKIP=" + ogrSkip, "GDAL_CACHEMAX=64", "GML_SKIP_RESOLVE_ELEMS=ALL",
		"GDAL_HTTP_TIMEOUT=1", "CPL_CURL_ENABLE_VSIMEM=NO", "GDAL_DRIVER_PATH=disable", "OGR_ENABLE_PARTIAL_REPROJECTION=NO"}
	for _, v := range ours {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "PATH", "HOME", "GDAL_DATA", "PROJ_LIB", "PROJ_DATA", "LD_LIBRARY_PATH", "TMPDIR":
			env = append(env, v)
		}
	}
	return env
}

// firstBytes keeps the first bytes of what is written and drops the rest.
type firstBytes struct {
	bytes.Buffer
	limit int
}

// Write takes all and keeps what there is room for.
func (b *firstBytes) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), b.limit-b.Len())])
	return len(p), nil
}

// faultSaid gives the first error in what GDAL said, since it often ends well
// after one; its warnings are about what our own checks find better.
func faultSaid(stderr string) string {
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "ERROR") || strings.HasPrefix(line, "FAILURE") {
			return line
		}
	}
	return ""
}

// ogrFault is the problem of a file that GDAL does not read.
func ogrFault(in, said string) *Problem {
	name := clipText(filepath.Base(in), 120)
	if said == "" {
		said = "it is in no format that GDAL reads here"
	}
	said = clipText(strings.ReplaceAll(strings.ToValidUTF8(said, "\ufffd"), filepath.Dir(in)+string(filepath.Separator), ""), 300)
	return &Problem{
		Problem: ProblemFormatRefused,
		Detail:  fmt.Sprintf("GDAL cannot read %q: %s; export a shapefile, GeoPackage or GeoJSON", name, said),
		Values:  map[string]any{"file": name, "reason": said},
	}
}

// converted is a GeoPackage that ogr2ogr wrote, without the key that it added.
type converted struct {
	Source
	layers []Layer
	keys   []int // the column of the key in each layer, -1 where it is none
}

// Records reads a layer.
func (c *converted) Records(ctx context.Context, layer int, each func(*Record) error) error {
	key := c.keys[layer]
	if key < 0 {
		return c.Source.Records(ctx, layer, each)
	}
	var out Record // the other one is the reader's own
	return c.Source.Records(ctx, layer, func(r *Record) error {
		values := append(append(out.Values[:0], r.Values[:key]...), r.Values[key+1:]...)
		out = *r
		out.Values = values
		return each(&out)
	})
}

// Layers lists them under the names of the format that GDAL read.
func (c *converted) Layers() []Layer { return c.layers }

// openConverted opens what was written, and holds the number of its features
// against that of the file.
func openConverted(ctx context.Context, program, in, out string, o OpenOptions) (Source, error) {
	said, err := runOGR(ctx, strings.TrimSuffix(program, "ogr2ogr")+"ogrinfo", out, ogrFloor, "-ro", "-so", "-al", in)
	if err != nil {
		return nil, err
	}
	o.ViaOGR = false
	src, err := openGeoPackage(ctx, out, o)
	if err != nil {
		return nil, err
	}
	c := &converted{Source: src, layers: slices.Clone(src.Layers())}
	format, counts := describedByOGR(said.stdout)
	for i := range c.layers {
		l := &c.layers[i]
		key := slices.Index(l.Columns, ogrFID)
		c.keys = append(c.keys, key)
		if key >= 0 {
			l.Columns = slices.Delete(slices.Clone(l.Columns), key, key+1)
		}
		if ext := filepath.Ext(in); strings.EqualFold(ext, ".ovkml") || strings.EqualFold(ext, ".ovkmz") {
			l.CRS = ovital(ext)
		}
		l.Format = "GDAL"
		if format != "" {
			l.Format = format + ", by GDAL"
		}
		if n, ok := counts[l.Name]; ok && l.Features >= 0 && n != l.Features {
			l.Problems = append(slices.Clone(l.Problems), Problem{
				Problem: ProblemRowCount,
				Detail:  fmt.Sprintf("the layer %q says it has %d features; GDAL gave %d", clipText(l.Name, 120), n, l.Features),
				Values:  map[string]any{"layer": clipText(l.Name, 120), "expected": n, "count": l.Features},
			})
		}
	}
	return c, nil
}

// describedByOGR reads the format and the number of features of each layer out
// of what ogrinfo says.
func describedByOGR(said string) (format string, counts map[string]int) {
	counts = map[string]int{}
	layer := ""
	lines := bufio.NewScanner(strings.NewReader(said))
	for lines.Scan() {
		line := lines.Text()
		if _, after, ok := strings.Cut(line, "using driver `"); ok {
			format, _, _ = strings.Cut(after, "'")
		}
		if after, ok := strings.CutPrefix(line, "Layer name: "); ok {
			layer = after
		}
		if after, ok := strings.CutPrefix(line, "Feature Count: "); ok && layer != "" {
			if n, err := strconv.Atoi(strings.TrimSpace(after)); err == nil && n >= 0 {
				counts[layer] = n
			}
		}
	}
	return format, counts
}
