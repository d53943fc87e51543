package importers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRefused(t *testing.T) {
	ole := oleSignature + strings.Repeat("\x00", 500)
	tests := []struct {
		file, body string
		format     string // part of what it is called
		ogr        bool
	}{
		{"网格.wp", "WMAP`D23\x00\x00\x01", "MapGIS", false},
		{"网格.bin", "WMAP`D23\x00\x00\x01", "MapGIS", false},
		{"工程.MPJ", "anything", "MapGIS", false},
		{"网格.hdf", "anything\x00", "MapGIS", false},
		{"图.hdf", "\x89HDF\r\n\x1a\n", "HDF", false},
		{"图.dwg", "AC1032\x00\x00\x00", "DWG", false},
		{"drawing", "AC1015\x00\x00\x00", "DWG", false},
		{"图.dxf", "  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "DXF", true},
		{"drawing.txt", "999\nmade by x\n0\nSECTION\n2\nENTITIES\n", "DXF", true},
		{"图.tab", "!table\r\n!version 300\r\n!charset WindowsSimpChinese\r\n", "MapInfo", true},
		{"x.mif", "Version   300\r\nCharset \"Neutral\"\r\nDelimiter \",\"\r\n", "MapInfo", true},
		{"x.mid", "1,2\r\n", "MapInfo", true},
		{"网格.ovobj", "x\x00", "Ovital", false},
		{"网格.ovjsn", `{"ObjItems":[]}`, "Ovital", false},
		{"网格.vct", "HeadBegin\r\nVersion: 1.0\r\n", "VCT", false},
		{"data.mdb", "\x00\x01\x00\x00Standard Jet DB\x00", "Access", false},
		{"data.udb", "x\x00", "SuperMap", false},
		{"名册.xls", ole, "before 2007", false},
		{"名册.xlsx", ole, "with a password", false},
		{"名册.xls", "<html><table><tr><td>姓名</td></tr></table></html>", "web page", false},
		{"名册.xls", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`, "before 2007", false},
		{"说明.doc", ole, "text document", false},
		{"说明.rtf", `{\rtf1\ansi}`, "text document", false},
		{"说明.docx", string(pack(t, entry{name: "[Content_Types].xml", body: "x"}, entry{name: "word/document.xml", body: "x"})), "text document", false},
		{"名册.ods", string(pack(t, entry{name: "META-INF/manifest.xml", body: "x"}, entry{name: "content.xml", body: "x"})), "OpenDocument", true},
		{"图.pdf", "%PDF-1.7\n", "PDF", false},
		{"图.jpg", "\xff\xd8\xff\xe0", "image", false},
		{"图.zip", "\x89PNG\r\n\x1a\n", "image", false},
		{"图.bmp", "BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "image", false},
		{"图.rar", "Rar!\x1a\x07\x01\x00", "RAR", false},
		{"图.zip", "Rar!\x1a\x07\x01\x00", "RAR", false},
		{"图.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "7-Zip", false},
		{"grid.geojson.gz", "\x1f\x8b\x08\x00", "packed", false},
		{"a.tar", strings.Repeat("\x00", 257) + "ustar\x00", "packed", false},
		{"a.fgb", "fgb\x03fgb\x00", "FlatGeobuf", true},
		{"a.gml", `<?xml version="1.0"?><ogr:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2">`, "GML", true},
		{"a.gpx", `<?xml version="1.0"?><gpx version="1.1"/>`, "GPX", true},
		{"a.osm", `<?xml version='1.0'?><!-- x --><osm version="0.6"/>`, "OpenStreetMap", true},
		{"a.json", `{"type":"Topology","objects":{}}`, "TopoJSON", true},
		{"a.e00", "EXP  0 C:\\X.E00", "ArcInfo", true},
		{"a.mxd", ole, "before 2007", false},
		{"a.qgz", "anything\x00", "project", false},
		{"a.exe", "MZ\x90\x00", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.format, func(t *testing.T) {
			p := openProblem(t, put(t, tt.file, []byte(tt.body)), OpenOptions{})
			if p.Problem != ProblemFormatRefused || !strings.Contains(p.Detail, tt.format) || !strings.Contains(p.Detail, "export") && tt.format != "" || strings.Contains(p.Detail, "--via-ogr") != tt.ogr {
				t.Errorf("%v, want %q", p, tt.format)
			}
		})
	}
	for _, name := range []string{"区.gdb", "区.GDB"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if p := openProblem(t, dir, OpenOptions{}); p.Problem != ProblemFormatRefused || !strings.Contains(p.Detail, "file geodatabase") {
			t.Errorf("%s: %v", name, p)
		}
		if p := openProblem(t, filepath.Dir(dir), OpenOptions{}); p.Problem != ProblemFormatRefused || !strings.Contains(p.Detail, "file geodatabase") {
			t.Errorf("the folder of %s: %v", name, p)
		}
	}
}

// What a file holds counts more than what it is called.
func TestOpenByContent(t *testing.T) {
	kml := kmlOf(`<Placemark><name>x</name><Point><coordinates>1,2</coordinates></Point></Placemark>`)
	zipped := string(pack(t, entry{name: "grid.geojson", body: onePoint}))
	for file, tt := range map[string]struct{ body, format string }{
		"grid.tab":     {onePoint, "GeoJSON"},
		"grid.dwg":     {"\ufeff \n" + onePoint, "GeoJSON"},
		"grid.kml":     {onePoint, "GeoJSON"},
		"grid.geojson": {kml, "KML"},
		"grid.xml":     {"<!-- " + strings.Repeat("x", 1000) + " -->" + kml[strings.Index(kml, "<kml"):], "KML"},
		"grid":         {strings.ReplaceAll(strings.ReplaceAll(kml, "<kml xmlns=", "<k:kml xmlns:k="), "</kml>", "</k:kml>"), "KML"},
		"grid.csv":     {zipped, "GeoJSON"},
		"grid.xlsx":    {zipped, "GeoJSON"},
		"grid.doc":     {string(pack(t, entry{name: "doc.kml", body: kml})), "KMZ"},
		"BM.csv":       {"BM,code\n1,2\n", "CSV"},
		"AC1.csv":      {"AC1015,code\n1,2\n", "CSV"},
		"version.csv":  {"version ,code\n1,2\n", "CSV"},
	} {
		t.Run(file, func(t *testing.T) {
			src, err := Open(context.Background(), put(t, file, []byte(tt.body)), OpenOptions{TempDir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if got := src.Layers()[0].Format; !strings.HasPrefix(got, tt.format) {
				t.Errorf("format %q, want %q", got, tt.format)
			}
		})
	}
}

// A shapefile that Windows packed: every part has its name in GBK.
func TestOpenShapefileFromWindows(t *testing.T) {
	dir := t.TempDir()
	ogr2ogr(t, "-f", "ESRI Shapefile", "-lco", "ENCODING=GB18030", filepath.Join(dir, "网格.shp"), someGrids(t))
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(f.Name()) == ".dbf" { // as some programs do
			entries = append(entries, entry{name: gbk(t, `双阳区\网格.DBF`), body: string(b), raw: true})
			continue
		}
		entries = append(entries, entry{name: gbk(t, `双阳区\`+f.Name()), body: string(b), raw: true})
	}
	entries = append(entries, entry{name: gbk(t, `双阳区\说明.txt`), body: "x", raw: true}, entry{name: gbk(t, `双阳区\网格.sbn`), body: "x", raw: true})
	for _, path := range []string{put(t, "网格.zip", pack(t, entries...)), dir} {
		src, err := Open(context.Background(), path, OpenOptions{TempDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		l := src.Layers()
		if len(l) != 1 || l[0].Name != "网格" || l[0].CRS.CRS != "EPSG:4551" || len(l[0].Problems) > 0 || l[0].Features != 2 {
			t.Fatalf("layers %+v", l)
		}
		name := slices.Index(l[0].Columns, "NAME")
		if got := readLayer(t, src, 0); len(got) != 2 || name < 0 || got[1].Values[name].Text != "二号网格" {
			t.Errorf("columns %q, records %+v", l[0].Columns, got)
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"a.geojson": onePoint, "b.csv": "code,name\n1,x\n", "readme.txt": "x", ".hidden.geojson": "{", "~$b.xlsx": "x", "图.dwg": "AC1032\x00",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := layerNames(t, dir, OpenOptions{}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("layers %q", got)
	}
	if p := openProblem(t, t.TempDir(), OpenOptions{}); p.Problem != ProblemFormatRefused {
		t.Errorf("an empty folder: %v", p)
	}
	if _, err := Open(context.Background(), filepath.Join(dir, "none"), OpenOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if p := openProblem(t, dir, OpenOptions{Limits: Limits{ZipEntries: 1}}); p.Problem != ProblemLimit {
		t.Errorf("too many files: %v", p)
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{onePoint, kmlOf(""), "!table\n", "  0\nSECTION\n", "a,b\n1,2\n", "<?xml?><!-- --><a:gml xmlns='http://www.opengis.net/gml'>", "PK\x03\x04", "\xff\xfe<\x00", "SQLite format 3\x00"} {
		f.Add(s, ".x")
	}
	f.Add("", ".shp")
	f.Fuzz(func(t *testing.T, body, ext string) {
		if len(ext) > 20 || strings.ContainsAny(ext, "/\x00") {
			return
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "a"+ext)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		src, err := Open(context.Background(), path, OpenOptions{TempDir: dir})
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) {
				t.Errorf("%v is no problem", err)
			}
			return
		}
		if len(src.Layers()) == 0 {
			t.Error("no layers")
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
}
