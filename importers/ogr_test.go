package importers

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// someGrids writes two grids in CGCS2000 about 126°E, for GDAL to convert.
func someGrids(t testing.TB) string {
	t.Helper()
	body := `{"type":"FeatureCollection","name":"网格","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4551"}},"features":[
		{"type":"Feature","properties":{"CODE":"220112001001001","NAME":"一号网格","N":12},"geometry":{"type":"Polygon","coordinates":[[[472000,4820000],[473000,4820000],[473000,4821000],[472000,4821000],[472000,4820000]],[[472200,4820200],[472200,4820400],[472400,4820400],[472200,4820200]]]}},
		{"type":"Feature","properties":{"CODE":"220112001001002","NAME":"二号网格","N":null},"geometry":{"type":"Polygon","coordinates":[[[473000,4820000],[474000,4820000],[474000,4821000],[473000,4821000],[473000,4820000]]]}}]}`
	path := filepath.Join(t.TempDir(), "grids.geojson")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ogr2ogr runs the real one.
func ogr2ogr(t testing.TB, args ...string) {
	t.Helper()
	if said, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr %q: %v %s", args, err, said)
	}
}

func TestOpenViaOGR(t *testing.T) {
	in := someGrids(t)
	dir := t.TempDir()
	tests := []struct {
		name, file string
		args       []string
		format     string
	}{
		{"MapInfo TAB", "grids.tab", []string{"-f", "MapInfo File", "-lco", "ENCODING=UTF-8", "-a_srs", "EPSG:4551"}, "MapInfo File"},
		{"MapInfo MIF", "grids.mif", []string{"-f", "MapInfo File", "-a_srs", "EPSG:4551"}, "MapInfo File"},
		{"FlatGeobuf", "grids.fgb", []string{"-f", "FlatGeobuf", "-lco", "SPATIAL_INDEX=NO"}, "FlatGeobuf"},
		{"GML", "grids.gml", []string{"-f", "GML"}, "GML"},
		{"file geodatabase", "grids.gdb", []string{"-f", "OpenFileGDB"}, "OpenFileGDB"},
		{"shapefile", "grids.shp", []string{"-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8"}, "ESRI Shapefile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, tt.file)
			ogr2ogr(t, append(tt.args, path, in)...)
			before, _ := os.ReadDir(dir)
			temp := t.TempDir()
			src, err := Open(context.Background(), path, OpenOptions{ViaOGR: true, TempDir: temp})
			if err != nil {
				t.Fatal(err)
			}
			layers := src.Layers()
			if len(layers) != 1 || layers[0].Format != tt.format+", by GDAL" || layers[0].Features != 2 || len(layers[0].Problems) > 0 {
				t.Fatalf("layers %+v", layers)
			}
			l := layers[0]
			if l.CRS.CRS != "EPSG:4551" {
				t.Errorf("CRS %+v", l.CRS)
			}
			code, name, n := slices.Index(l.Columns, "CODE"), slices.Index(l.Columns, "NAME"), slices.Index(l.Columns, "N")
			if code < 0 || name < 0 || n < 0 || slices.Contains(l.Columns, ogrFID) {
				t.Fatalf("columns %q", l.Columns)
			}
			got := readLayer(t, src, 0)
			if len(got) != 2 || got[0].Number != 1 || got[0].Values[code] != (Value{"220112001001001", Text}) || got[1].Values[code].Text != "220112001001002" || got[0].Values[n].Text != "12" {
				t.Fatalf("records %+v", got)
			}
			if tt.name != "MapInfo MIF" && got[0].Values[name].Text != "一号网格" {
				t.Errorf("name %q", got[0].Values[name].Text)
			}
			bound := got[1].Geometry.Bound()
			if want := (orb.Bound{Min: orb.Point{473000, 4820000}, Max: orb.Point{474000, 4821000}}); !near(bound, want) {
				t.Errorf("bound %v, want %v", bound, want)
			}
			if err := src.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if after, _ := os.ReadDir(dir); len(after) != len(before) {
				t.Errorf("GDAL wrote beside the file: %v", after)
			}
		})
	}
}

func near(a, b orb.Bound) bool {
	const tolerance = 0.05 // MapInfo rounds to a grid
	for i := range 2 {
		if d := a.Min[i] - b.Min[i]; d > tolerance || d < -tolerance {
			return false
		}
		if d := a.Max[i] - b.Max[i]; d > tolerance || d < -tolerance {
			return false
		}
	}
	return true
}

// A file of several layers keeps them, and an archive of a geodatabase is read too.
func TestOpenViaOGRInArchive(t *testing.T) {
	in := someGrids(t)
	dir := t.TempDir()
	gdb := filepath.Join(dir, "区.gdb")
	ogr2ogr(t, "-f", "OpenFileGDB", gdb, in, "-nln", "grids")
	ogr2ogr(t, "-f", "OpenFileGDB", "-update", gdb, in, "-nln", "villages", "-t_srs", "EPSG:4490")
	var entries []entry
	files, err := os.ReadDir(gdb)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(gdb, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{name: "区.gdb/" + f.Name(), body: string(b)})
	}
	if len(entries) > 50 {
		entries = slices.DeleteFunc(entries, func(e entry) bool { return strings.HasSuffix(e.name, ".atx") || strings.HasSuffix(e.name, ".spx") })
	}
	zipped := put(t, "区.zip", pack(t, entries...))
	limits := Limits{ZipEntries: len(entries)}
	if p := openProblem(t, zipped, OpenOptions{Limits: limits}); !strings.Contains(p.Detail, "--via-ogr") {
		t.Errorf("without GDAL: %v", p)
	}
	for _, path := range []string{gdb, zipped} {
		src, err := Open(context.Background(), path, OpenOptions{ViaOGR: true, TempDir: t.TempDir(), Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range src.Layers() {
			got = append(got, l.Name+" "+string(l.CRS.CRS))
		}
		slices.Sort(got)
		if want := []string{"grids EPSG:4551", "villages " + string(geo.CGCS2000)}; !slices.Equal(got, want) {
			t.Errorf("%s: layers %q, want %q", filepath.Base(path), got, want)
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What the Ovital map wrote is shifted, whoever reads it.
func TestOpenViaOGRShifted(t *testing.T) {
	path := put(t, "a.ovkml", []byte(kmlOf(`<Placemark><name>x</name><Point><coordinates>125.66613,43.52237</coordinates></Point></Placemark>`)))
	src, err := Open(context.Background(), path, OpenOptions{ViaOGR: true, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if l := src.Layers()[0]; l.CRS.CRS != geo.GCJ02 {
		t.Errorf("layer %+v", l)
	}
}

func TestOpenViaOGRFaults(t *testing.T) {
	in := someGrids(t)
	legacy := filepath.Join(t.TempDir(), "old.fgb")
	ogr2ogr(t, "-f", "FlatGeobuf", "-a_srs", "EPSG:2437", legacy, in)
	src, err := Open(context.Background(), legacy, OpenOptions{ViaOGR: true, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if l := src.Layers()[0]; !errors.As(l.CRS.Err, &p) || p.Problem != ProblemDatumRefused {
		t.Errorf("Beijing 54: %+v", l.CRS)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}

	tab := filepath.Join(t.TempDir(), "lost.tab")
	ogr2ogr(t, "-f", "MapInfo File", tab, in)
	if err := os.Remove(strings.TrimSuffix(tab, ".tab") + ".dat"); err != nil {
		t.Fatal(err)
	}
	secret := put(t, "secret.geojson", []byte(onePoint))
	for name, path := range map[string]string{
		"no format of GDAL's":     put(t, "a.bin", []byte("nothing")),
		"a part that is missing":  tab,
		"cut off":                 put(t, "a.fgb", []byte("fgb\x03fgb\x00\x00\x00")),
		"a file that names files": put(t, "a.vrt", []byte(`<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>`+secret+`</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`)),
		"a file that names hosts": put(t, "a.xml", []byte(`<OGRWFSDataSource><URL>http://127.0.0.1:1/wfs</URL></OGRWFSDataSource>`)),
		"an empty folder":         t.TempDir(),
	} {
		if p := openProblem(t, path, OpenOptions{ViaOGR: true}); p.Problem != ProblemFormatRefused {
			t.Errorf("%s: %v", name, p)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, in, OpenOptions{ViaOGR: true, TempDir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "none"), OpenOptions{ViaOGR: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if p := openProblem(t, in, OpenOptions{ViaOGR: true}); p.Problem != ProblemFormatRefused || !strings.Contains(p.Detail, "install GDAL") {
		t.Errorf("without GDAL: %v", p)
	}
}

// Nothing of our environment reaches GDAL but what it needs.
func TestOGREnvironment(t *testing.T) {
	env := ogrEnvironment([]string{"PATH=/bin", "GRIDPATROL_DATABASE_URL=postgres://secret", "PGPASSWORD=x", "GDAL_SKIP=", "http_proxy=x", "PROJ_LIB=/p"})
	for _, v := range env {
		if strings.Contains(v, "secret") || strings.HasPrefix(v, "PG") || strings.HasPrefix(v, "http_proxy") || v == "GDAL_SKIP=" {
			t.Errorf("%q reaches GDAL", v)
		}
	}
	if !slices.Contains(env, "PATH=/bin") || !slices.Contains(env, "PROJ_LIB=/p") {
		t.Errorf("environment %q", env)
	}
}

// What a program makes is bounded, by size too.
func TestRunOGRBound(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "ogr2ogr")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nwhile :; do echo 0123456789 >> \"$1\"; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	_, err := runOGR(context.Background(), program, out, 1000, out)
	var p *Problem
	if !errors.As(err, &p) || p.Problem != ProblemLimit {
		t.Errorf("runOGR = %v, want %s", err, ProblemLimit)
	}
}
