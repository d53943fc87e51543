package importers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// rowsOf gives rows that come again and again.
func rowsOf(rows ...TableRow) iter.Seq2[TableRow, error] {
	return func(yield func(TableRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// jagged is a polygon of n corners and a hole.
func jagged(n int, at orb.Point) orb.MultiPolygon {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		r := 0.01 + 0.002*float64(i%2)
		p, _ := geo.Round(orb.Point{at[0] + r*math.Cos(angle), at[1] + r*math.Sin(angle)})
		ring = append(ring, p)
	}
	hole := orb.Ring{at, {at[0], at[1] + 0.001}, {at[0] + 0.001, at[1]}, at}
	return orb.MultiPolygon{{append(ring, ring[0]), hole}}
}

// tableSample has a value of every type, nothing of every type, and texts that are
// hard on a format.
func tableSample() *Table {
	at := time.Date(2026, 5, 3, 8, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return &Table{
		Name: "grids", Title: "Patrol grids", Geometry: "MultiPolygon",
		Columns: []TableColumn{{"code", TextColumn}, {"alias", TextsColumn}, {"households", IntegerColumn}, {"share", NumberColumn}, {"synthetic", BoolColumn}, {"since", TimeColumn}},
		Rows: rowsOf(
			TableRow{"220112000000001", jagged(2500, orb.Point{125.66, 43.52}), []any{"220112000000001", []string{"甲", "乙"}, 31, -0.5, true, at}},
			TableRow{"x", jagged(4, orb.Point{125.7, 43.5}), []any{"=1+1,\"二\"\n第二行", nil, nil, nil, nil, nil}},
			TableRow{"y", nil, []any{"&<>' ", []string{}, 0, 1e-9, false, at}},
		),
	}
}

// pointSample is a table of points.
func pointSample() *Table {
	t := &Table{Name: "reports", Title: "Reports", Geometry: "Point", Columns: []TableColumn{{"id", TextColumn}}}
	t.Rows = rowsOf(TableRow{"a", orb.Point{125.66, 43.52}, []any{"a"}}, TableRow{"b", orb.Point{125.4400001, 43.2600001}, []any{"b"}}, TableRow{"c", nil, []any{"c"}})
	return t
}

// lineSample is a table of lines and polygons together.
func lineSample() *Table {
	t := &Table{Name: "roads", Title: "Base map", Geometry: "Geometry", Columns: []TableColumn{{"class", TextColumn}}}
	t.Rows = rowsOf(TableRow{"", orb.LineString{{125.66, 43.52}, {125.67, 43.53}}, []any{"road"}}, TableRow{"", jagged(5, orb.Point{125.6, 43.5})[0], []any{"houses"}},
		TableRow{"", orb.MultiLineString{{{125.66, 43.52}, {125.67, 43.53}}}, []any{"river"}})
	return t
}

// plainSample is a table without shapes.
func plainSample() *Table {
	return &Table{Name: "posts", Title: "Posts", Columns: []TableColumn{{"post", TextColumn}, {"area", TextColumn}}, Rows: rowsOf(TableRow{"", nil, []any{"grid_chief", "1"}})}
}

var allCRS = []geo.CRS{geo.WGS84, geo.CGCS2000, gk126}

// tableFile writes a table to a file of its name.
func tableFile(t *testing.T, table *Table, f Format, c geo.CRS) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), table.FileName(f, c))
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(table.Write(t.Context(), out, f, c, t.TempDir()), out.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTablesAreTheSameBytes: again, and after other tables were written.
func TestTablesAreTheSameBytes(t *testing.T) {
	first := map[string][]byte{}
	for round := range 3 {
		for _, table := range []*Table{tableSample(), pointSample(), lineSample(), plainSample()} {
			for _, f := range Formats() {
				for _, c := range allCRS {
					key := table.Name + " " + string(f) + " " + string(c)
					b, err := os.ReadFile(tableFile(t, table, f, c))
					if err != nil {
						t.Fatal(err)
					}
					if round == 0 {
						first[key] = b
					} else if !bytes.Equal(b, first[key]) {
						t.Errorf("%s: other bytes in round %d", key, round)
					}
				}
			}
		}
	}
}

// TestGeoPackageReadsBack: what was written is read by our own reader as it was.
func TestGeoPackageReadsBack(t *testing.T) {
	s := openTest(t, tableFile(t, tableSample(), GeoPackage, geo.WGS84), OpenOptions{})
	records := readAll(t, s, 0)
	l := s.Layers()[0]
	if l.Name != "grids" || l.Geometry != "MultiPolygon" || l.CRS.CRS != geo.WGS84 || strings.Join(l.Columns, " ") != "code alias households share synthetic since" {
		t.Errorf("layer %+v", l)
	}
	i := 0
	for row := range tableSample().Rows {
		if r := records[i]; !orb.Equal(r.Geometry, row.Geometry) || r.Values[0].Text != row.Values[0] {
			t.Errorf("record %d = %+v, want %+v", i, r.Values, row.Values)
		}
		i++
	}
	if r := records[0].Values; r[1] != (Value{"甲;乙", Text}) || r[2] != (Value{"31", Number}) || r[3] != (Value{"-0.5", Number}) || r[4] != (Value{"true", Bool}) || r[5] != (Value{"2026-05-03T00:00:00.000Z", Date}) {
		t.Errorf("values %+v", r)
	}
	for _, c := range allCRS[1:] {
		if got := openTest(t, tableFile(t, tableSample(), GeoPackage, c), OpenOptions{}).Layers()[0].CRS; got.CRS != c || got.Err != nil {
			t.Errorf("written in %s, read as %+v", c, got)
		}
	}
}

// TestTablesBreakOff: what goes wrong midway comes back, and what was written is not whole.
func TestTablesBreakOff(t *testing.T) {
	broken := errors.New("the database is gone")
	faults := map[string]func(*Table) context.Context{
		"rows that fail": func(table *Table) context.Context {
			rows := table.Rows
			table.Rows = func(yield func(TableRow, error) bool) {
				for row := range rows {
					if !yield(row, nil) {
						return
					}
				}
				yield(TableRow{}, broken)
			}
			return t.Context()
		},
		"a context that ends": func(*Table) context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx
		},
		"a value of another type": func(table *Table) context.Context {
			table.Rows = rowsOf(TableRow{"", nil, []any{12, nil, nil, nil, nil, nil}})
			return t.Context()
		},
		"too few values": func(table *Table) context.Context {
			table.Rows = rowsOf(TableRow{"", nil, []any{"x"}})
			return t.Context()
		},
		"no place": func(table *Table) context.Context {
			table.Rows = rowsOf(TableRow{"", orb.Point{nan(), 1}, []any{"x", nil, nil, nil, nil, nil}})
			return t.Context()
		},
		"a shape that cannot be written": func(table *Table) context.Context {
			table.Rows = rowsOf(TableRow{"", orb.Collection{orb.Point{1, 2}}, []any{"x", nil, nil, nil, nil, nil}})
			return t.Context()
		},
	}
	for _, f := range Formats() {
		for name, fault := range faults {
			table := tableSample()
			ctx := fault(table)
			var out bytes.Buffer
			temp := t.TempDir()
			err := table.Write(ctx, &out, f, gk126, temp)
			if err == nil || name == "rows that fail" && !errors.Is(err, broken) {
				t.Errorf("%s, %s: Write = %v", f, name, err)
			}
			if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
				t.Errorf("%s, %s: %v, %v stay behind", f, name, left, err)
			}
			if f == GeoJSON && json.Valid(out.Bytes()) || f.Binary() && out.Len() > 0 {
				t.Errorf("%s, %s: what was written looks whole", f, name)
			}
		}
	}
}

func TestParseFormatAndCRS(t *testing.T) {
	for in, want := range map[string]Format{"geojson": GeoJSON, "GPKG": GeoPackage, "csv": CSVText, "xlsx": XLSX, "": "", "shp": ""} {
		if got, err := ParseFormat(in); got != want || (err == nil) != (want != "") {
			t.Errorf("ParseFormat(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]geo.CRS{"": geo.WGS84, "4326": geo.WGS84, "EPSG:4326": geo.WGS84, "wgs84": geo.WGS84, "epsg:4490": geo.CGCS2000, "4551": gk126, "4549": "", "gcj02": ""} {
		if got, err := ParseTableCRS(in); got != want || (err == nil) != (want != "") {
			t.Errorf("ParseTableCRS(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

// TestTableCoordinatesComeBack: four decimals of a metre lead back to the same point of the
// lattice, all over the district and beyond.
func TestTableCoordinatesComeBack(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		p, _ := geo.Round(orb.Point{124.5 + 3*source.Float64(), 42.5 + 2*source.Float64()})
		moved, err := inSystem(p, gk126)
		if err != nil {
			t.Fatal(err)
		}
		back, err := geo.ToWGS84(gk126, moved.(orb.Point))
		if got, ok := geo.Round(back); err != nil || !ok || got != p {
			t.Fatalf("%v went to %v and came back as %v, %v", p, moved, got, err)
		}
	}
}

// TestWriteRelative: the folder that a GeoPackage is made in may be named from
// where one is.
func TestWriteRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := lineSample().Write(t.Context(), io.Discard, GeoPackage, geo.WGS84, "."); err != nil {
		t.Error(err)
	}
}
