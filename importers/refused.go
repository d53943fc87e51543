package importers

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// refusedFormat is a format that people have and that is not read, with what to
// export instead.
type refusedFormat struct {
	name    string
	exts    []string // that belong to it alone
	is      func(f *probe) bool
	instead string
	ogr     bool // --via-ogr reads it
}

const (
	asMap     = "a shapefile (.shp, .shx, .dbf, .prj), a GeoPackage or GeoJSON, in CGCS2000"
	asDrawing = "closed polylines with their codes, as a shapefile or GeoPackage, in CGCS2000"
)

// refusedFormats lists them; those with a signature first.
func refusedFormats() []refusedFormat {
	starts := func(signatures ...string) func(*probe) bool {
		return func(f *probe) bool {
			return slices.ContainsFunc(signatures, f.starts)
		}
	}
	textStarts := func(word string) func(*probe) bool {
		return func(f *probe) bool {
			text := f.text()
			return len(text) >= len(word) && strings.EqualFold(string(text[:len(word)]), word)
		}
	}
	never := func(*probe) bool { return false }
	root := func(name string) func(*probe) bool { return func(f *probe) bool { return f.root() == name } }
	return []refusedFormat{
		{"an AutoCAD drawing (DWG)", []string{".dwg", ".dwt"}, func(f *probe) bool { return f.starts("AC10") && f.binary() }, asDrawing + " (in AutoCAD Map: MAPEXPORT)", false},
		{"an AutoCAD drawing (DXF)", []string{".dxf"}, isDXF, asDrawing, true},
		{"an Esri file geodatabase", []string{".gdb"}, never, asMap + " (in ArcGIS: Export Features)", true},
		{"an Esri personal geodatabase or Access database", []string{".mdb", ".accdb"},
			starts("\x00\x01\x00\x00Standard Jet DB", "\x00\x01\x00\x00Standard ACE DB"), asMap + ", or the table as .xlsx", false},
		{"a MapInfo table", []string{".tab", ".mif", ".mid", ".wor", ".map", ".id"}, func(f *probe) bool {
			return textStarts("!table")(f) || textStarts("!workspace")(f) || textStarts("version ")(f) && bytes.Contains(bytes.ToLower(f.head), []byte("\ndelimiter"))
		}, asMap + " (in MapInfo: Universal Translator)", true},
		{"an object file of the Ovital map", []string{".ovobj", ".ovobjx", ".ovjsn"},
			func(f *probe) bool { return f.ext == ".ovjsn" }, "the objects as .ovkml or .ovkmz, which are known to be in GCJ-02", false},
		{"a VCT exchange file", []string{".vct"}, textStarts("HeadBegin"), asMap, false},
		{"an HDF file", nil, starts("\x89HDF\r\n\x1a\n", "\x0e\x03\x13\x01"), asMap, false},
		{"a MapGIS file", []string{".wt", ".wl", ".wp", ".wb", ".mpj", ".mpb", ".hdf", ".hdb", ".mapx", ".wat", ".wal", ".wap"},
			func(f *probe) bool { return f.starts("WMAP") && f.binary() }, asMap + " (in MapGIS: 文件转换, 输出 SHAPE 文件)", false},
		{"a SuperMap data source", []string{".udb", ".udd", ".udbx", ".smwu", ".sxwu"}, never, asMap + " (in SuperMap: 数据导出)", false},
		{"an Excel workbook from before 2007, or one with a password", []string{".xls", ".et"}, func(f *probe) bool {
			return f.starts(oleSignature) && !slices.Contains([]string{".doc", ".ppt", ".wps"}, f.ext) ||
				f.xml() && bytes.Contains(f.head, []byte("urn:schemas-microsoft-com:office:spreadsheet"))
		}, "the sheet as .xlsx or .csv, without a password (save as)", false},
		{"a web page", []string{".htm", ".html", ".mht"}, func(f *probe) bool {
			return textStarts("<!doctype html")(f) || slices.Contains([]string{"html", "table", "HTML"}, f.root())
		}, "the table in it as .xlsx or .csv (open it in a spreadsheet and save it as that)", false},
		{"a text document", []string{".doc", ".docx", ".ppt", ".pptx", ".wps", ".rtf", ".odt"}, func(f *probe) bool {
			return f.starts(oleSignature) || f.starts(`{\rtf`) || f.holds("word/document.xml") || f.holds("ppt/presentation.xml")
		}, "the table in it as .xlsx or .csv", false},
		{"an OpenDocument file", []string{".ods"}, func(f *probe) bool {
			return f.holds("META-INF/manifest.xml") && f.holds("content.xml")
		}, "the sheet as .xlsx or .csv (save as)", true},
		{"a PDF document", []string{".pdf"}, starts("%PDF"), "the data behind it: " + asMap + ", or the table as .xlsx", false},
		{"an image", []string{".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".img", ".ecw", ".sid"}, func(f *probe) bool {
			return starts("\xff\xd8\xff", "\x89PNG\r\n", "GIF89a", "GIF87a", "II*\x00", "MM\x00*", "II+\x00")(f) || f.starts("BM") && len(f.head) > 10 && string(f.head[6:10]) == "\x00\x00\x00\x00"
		}, "the lines drawn on it: " + asMap, false},
		{"a RAR archive", []string{".rar"}, starts("Rar!\x1a\x07"), "the files in it unpacked, or packed as .zip", false},
		{"a 7-Zip archive", []string{".7z"}, starts("7z\xbc\xaf\x27\x1c"), "the files in it unpacked, or packed as .zip", false},
		{"a packed file", []string{".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar", ".cab"}, func(f *probe) bool {
			return starts("\x1f\x8b", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "MSCF\x00")(f) || f.starts("BZh") && f.binary() || len(f.head) > 262 && string(f.head[257:262]) == "ustar"
		}, "the files in it unpacked, or packed as .zip", false},
		{"a FlatGeobuf file", []string{".fgb"}, starts("fgb\x03fgb"), asMap, true},
		{"a GPX file", []string{".gpx"}, root("gpx"), "what is in it as GeoJSON", true},
		{"an OpenStreetMap file in XML", []string{".osm"}, root("osm"), "the extract as .osm.pbf", true},
		{"a GML file", []string{".gml"}, func(f *probe) bool {
			return f.xml() && bytes.Contains(f.head, []byte("http://www.opengis.net/gml"))
		}, asMap, true},
		{"an ArcInfo exchange file", []string{".e00"}, starts("EXP  0", "EXP  1"), asMap, true},
		{"a MicroStation drawing", []string{".dgn"}, starts("\x08\x09\xfe\x02", "\xc8\x09\xfe\x02"), asDrawing, true},
		{"a TopoJSON file", []string{".topojson"}, func(f *probe) bool { return topology.Match(f.head) }, asMap, true},
		{"a project that names data and holds none", []string{".mxd", ".aprx", ".lyr", ".lyrx", ".mpk", ".lpk", ".qgs", ".qgz", ".qml", ".sld", ".sbn", ".sbx"},
			never, "its layers as " + asMap, false},
	}
}

// oleSignature begins the compound files of Microsoft's programs before 2007, and
// workbooks with a password.
const oleSignature = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// topology finds what tells TopoJSON from GeoJSON.
var topology = regexp.MustCompile(`^\s*\{[^{}\[\]]*"type"\s*:\s*"Topology"`)

// isDXF knows a drawing in DXF: a group code 0 and SECTION, after comments (999).
func isDXF(f *probe) bool {
	if f.starts("AutoCAD Binary DXF\r\n\x1a\x00") {
		return true
	}
	lines := bytes.SplitN(f.text(), []byte("\n"), 40)
	for i := 0; i+1 < len(lines); i += 2 {
		code, value := string(bytes.TrimSpace(lines[i])), string(bytes.TrimSpace(lines[i+1]))
		switch {
		case code == "999":
		case code == "0":
			return value == "SECTION"
		default:
			return false
		}
	}
	return false
}

// isRefused reports whether a file is, by what it holds, of a format that is
// known and not read.
func isRefused(f *probe) bool { return refusedByContent(f) != nil }

// openRefused says why.
func openRefused(_ context.Context, path string, _ OpenOptions) (Source, error) {
	f, err := newProbe(path)
	if err != nil {
		return nil, err
	}
	if p := refusedByContent(f); p != nil {
		return nil, p
	}
	return nil, fmt.Errorf("open %s: it changed meanwhile", f.name)
}

// refusedByContent gives why a file is not read; nil where it may be.
func refusedByContent(f *probe) *Problem {
	if f.dir {
		return nil
	}
	for _, r := range refusedFormats() {
		if r.is(f) {
			return r.refuse(f.name)
		}
	}
	return nil
}

// isRefusedName reports whether a file has the name of a format that is not read;
// for files that hold nothing that tells.
func isRefusedName(f *probe) bool { return refusedByName(f.name) != nil }

// openRefusedName says why.
func openRefusedName(_ context.Context, path string, _ OpenOptions) (Source, error) {
	return nil, refusedByName(filepath.Base(path))
}

// refusedByName gives why a file or folder of this name is not read; nil where it
// may be.
func refusedByName(name string) *Problem {
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(name, "/")))
	for _, r := range refusedFormats() {
		if slices.Contains(r.exts, ext) {
			return r.refuse(name)
		}
	}
	return nil
}

// refuse makes the problem.
func (r refusedFormat) refuse(name string) *Problem {
	name = clipText(strings.TrimSuffix(name, "/"), 120)
	p := &Problem{
		Problem: ProblemFormatRefused,
		Detail:  fmt.Sprintf("%q is %s, which is not read here; export %s", name, r.name, r.instead),
		Values:  map[string]any{"file": name, "format": r.name, "instead": r.instead, "via_ogr": r.ogr},
	}
	if r.ogr {
		p.Detail += ", or have GDAL read it with --via-ogr where that is installed"
	}
	return p
}
