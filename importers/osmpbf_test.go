package importers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
)

// osmBoundOf is round the nodes that osmSmall has inside.
var osmBoundOf = orb.Bound{Min: orb.Point{125.5, 43.4}, Max: orb.Point{125.7, 43.6}}

// openBytesOSM reads an extract that is in memory.
func openBytesOSM(b []byte, bound *orb.Bound, o OpenOptions) (*osmSource, error) {
	o.Limits = o.Limits.orDefault()
	s := &osmSource{o: o, blobs: osmBlobReader{r: bytes.NewReader(b), size: int64(len(b)), ratio: o.Limits.ZipRatio}}
	if bound != nil {
		s.Within(*bound)
	}
	return s, s.readHeader()
}

// osmLines reads an extract as lines of text.
func osmLines(b []byte, bound *orb.Bound, o OpenOptions) (out []string, err error) {
	s, err := openBytesOSM(b, bound, o)
	if err != nil {
		return nil, err
	}
	err = s.Records(context.Background(), 0, func(r *Record) error {
		texts := []string{}
		for _, v := range r.Values {
			if v.Type != Null {
				texts = append(texts, v.Text)
			}
		}
		out = append(out, fmt.Sprint(r.Number, texts, r.Geometry, problemsOf(r.Problems)))
		return nil
	})
	return out, err
}

// TestOSM reads the ways of the base map within a bound, whatever the order of
// the file: whole where they leave the bound, broken where nodes are missing.
func TestOSM(t *testing.T) {
	want := []string{
		"1 [11 长清公路 primary] [[125.6 43.5] [125.601 43.5] [125.602 43.5]] []",
		"2 [12 track] [[125.602 43.5] [126.6 43.5] [126.601 43.5]] []",
		"3 [15 饮马河 river] [[[125.6 43.501] [125.601 43.501]] [[125.601 43.502] [125.602 43.502]]] []",
		"4 [16 yes] [[[125.6 43.5] [125.601 43.5] [125.601 43.501] [125.6 43.501] [125.6 43.5]]] []",
		"5 [17 path] <nil> []",
	}
	for _, order := range []string{"nodes first", "ways first", "nodes backwards", "nodes one by one", "between ways"} {
		got, err := osmLines(osmSmall(t, order), &osmBoundOf, OpenOptions{})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", order, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	got, err := osmLines(osmSmall(t, "nodes first"), nil, OpenOptions{})
	if err != nil || len(got) != 6 || !strings.HasPrefix(got[2], "3 [13 beyond primary]") {
		t.Errorf("without a bound: %v, %q", err, got)
	}
}

// TestOSMFile opens an extract by what it holds, and reads it twice.
func TestOSMFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "jilin.osm.pbf")
	if err := os.WriteFile(name, osmSmall(t, "nodes first"), 0o644); err != nil {
		t.Fatal(err)
	}
	probe, err := newProbe(name)
	if err != nil || !isOSMPBF(probe) {
		t.Fatalf("it is not taken for an extract, %v", err)
	}
	var seen, of int64
	s, err := openOSMPBF(context.Background(), name, OpenOptions{Limits: DefaultLimits(), Progress: func(d, o int64) { seen, of = d, o }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if l := s.Layers()[0]; l.Name != "jilin" || l.CRS.CRS != geo.WGS84 || l.Columns[4] != "highway" {
		t.Errorf("layer %+v", l)
	}
	for range 2 {
		n := 0
		if err := s.Records(context.Background(), 0, func(*Record) error { n++; return nil }); err != nil || n != 6 {
			t.Errorf("%d ways, %v, want 6", n, err)
		}
	}
	if seen != of || of == 0 {
		t.Errorf("progress ends at %d of %d", seen, of)
	}
	s.(Bounded).Within(osmBoundOf)
	n := 0
	if err := s.Records(context.Background(), 0, func(*Record) error { n++; return nil }); err != nil || n != 5 {
		t.Errorf("%d ways within a bound, %v, want 5", n, err)
	}
	stop := errors.New("enough")
	if err := s.Records(context.Background(), 0, func(*Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of each gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Records(ctx, 0, func(*Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled reading gives %v", err)
	}
}

// TestOSMAgrees compares with another reader of the format, GDAL's.
func TestOSMAgrees(t *testing.T) {
	for _, order := range []string{"nodes first", "nodes one by one"} {
		b := osmSmall(t, order)
		name := filepath.Join(t.TempDir(), "a.osm.pbf")
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := exec.CommandContext(context.Background(), "ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=7", "/vsistdout/", name, "lines").Output()
		if err != nil {
			t.Fatalf("ogr2ogr: %v", err)
		}
		c, err := geojson.UnmarshalFeatureCollection(text)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, f := range c.Features {
			if highway, ok := f.Properties["highway"].(string); ok {
				want = append(want, fmt.Sprint(f.Properties["osm_id"], highway, f.Geometry))
			}
		}
		s, err := openBytesOSM(b, nil, OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Records(context.Background(), 0, func(r *Record) error {
			if r.Values[4].Type == Text && r.Geometry != nil {
				got = append(got, fmt.Sprint(r.Values[0].Text, r.Values[4].Text, r.Geometry))
			}
			return nil
		})
		if err != nil || len(want) != 3 || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %q, want %q", order, err, got, want)
		}
	}
}

// TestOSMLies: sizes that lie, bombs and damage end the reading, with little memory.
func TestOSMLies(t *testing.T) {
	good := func(o *osmWriter) { o.header("OsmSchema-V0.6", "DenseNodes") }
	withBlob := func(size uint64, blob ...byte) func(*osmWriter) {
		return func(o *osmWriter) {
			good(o)
			o.blob("OSMData", append(pbNumber(nil, 2, size), blob...), len(blob)+len(pbNumber(nil, 2, size)))
		}
	}
	way := osmTagged{1, []int64{1, 2}, []string{"highway", "path"}}
	for name, c := range map[string]struct {
		write func(*osmWriter)
		cut   int
		want  string
	}{
		"a header of 2 billion bytes":  {func(o *osmWriter) { good(o); o.w.Write([]byte{0x7f, 0xff, 0xff, 0xff, 0}) }, 0, ProblemFileCorrupt},
		"a blob of 2 billion bytes":    {func(o *osmWriter) { good(o); o.blob("OSMData", []byte("abc"), math.MaxInt32) }, 0, ProblemFileCorrupt},
		"a blob of less than none":     {func(o *osmWriter) { good(o); o.blob("OSMData", []byte("abc"), -1) }, 0, ProblemFileCorrupt},
		"a blob beyond the end":        {func(o *osmWriter) { good(o); o.blob("OSMData", []byte("abc"), 300) }, 0, ProblemFileTruncated},
		"content of 2 billion bytes":   {withBlob(math.MaxInt32, pbBytes(nil, 3, zlibbed(t, []byte("abc")))...), 0, ProblemLimit},
		"content larger than it says":  {withBlob(10, pbBytes(nil, 3, zlibbed(t, make([]byte, 1<<20)))...), 0, ProblemFileCorrupt},
		"content smaller than it says": {withBlob(1000, pbBytes(nil, 3, zlibbed(t, []byte("abc")))...), 0, ProblemFileCorrupt},
		"a bomb":                       {withBlob(30<<20, pbBytes(nil, 3, zlibbed(t, make([]byte, 30<<20)))...), 0, ProblemLimit},
		"content that does not unpack": {withBlob(10, pbBytes(nil, 3, []byte("0123456789"))...), 0, ProblemFileCorrupt},
		"no content":                   {withBlob(10), 0, ProblemFileCorrupt},
		"content that is no message":   {withBlob(3, pbBytes(nil, 1, []byte("\xff\xff\xff"))...), 0, ProblemFileCorrupt},
		"Zstandard":                    {withBlob(10, pbBytes(nil, 7, []byte("x"))...), 0, ProblemFormatRefused},
		"history":                      {func(o *osmWriter) { o.header("OsmSchema-V0.6", "HistoricalInformation") }, 0, ProblemFormatRefused},
		"no header":                    {func(o *osmWriter) { o.ways(way) }, 0, ProblemFileCorrupt},
		"cut within a block":           {func(o *osmWriter) { good(o); o.ways(way) }, 3, ProblemFileTruncated},
		"cut within a header":          {good, 3, ProblemFileTruncated},
		"nothing":                      {func(*osmWriter) {}, 0, ProblemFileCorrupt},
		"a tag beyond the texts": {func(o *osmWriter) {
			good(o)
			o.packed("OSMData", osmBlockOf([]string{"", "highway"}, pbBytes(nil, 3, pbBytes(pbBytes(nil, 2, []byte{1}), 3, []byte{9}))))
		}, 0, ProblemFileCorrupt},
		"a key without a value": {func(o *osmWriter) {
			good(o)
			o.packed("OSMData", osmBlockOf([]string{"", "highway"}, pbBytes(nil, 3, pbBytes(nil, 2, []byte{1}))))
		}, 0, ProblemFileCorrupt},
		"a number without a latitude": {func(o *osmWriter) {
			good(o)
			o.packed("OSMData", osmBlockOf(nil, pbBytes(nil, 2, pbBytes(nil, 1, []byte{2, 2}))))
		}, 0, ProblemFileCorrupt},
		"too many texts": {func(o *osmWriter) {
			good(o)
			o.packed("OSMData", pbBytes(nil, 1, bytes.Repeat([]byte{0x0a, 0}, osmStrings+1)))
		}, 0, ProblemLimit},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			c.write(&osmWriter{t: t, w: &b})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := osmLines(b.Bytes()[:b.Len()-c.cut], nil, OpenOptions{Limits: Limits{ZipRatio: 500}})
			runtime.ReadMemStats(&after)
			var p *Problem
			if !errors.As(err, &p) || p.Problem != c.want || len(got) != 0 {
				t.Errorf("%q, %v, want %s", got, err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 24<<20 {
				t.Errorf("%d bytes were allocated for %d", used, b.Len())
			}
		})
	}
}

// A place that is none is left out, as a node that is not there.
func TestOSMPlaces(t *testing.T) {
	var b osmBlock
	b.granularity = 100
	if p, ok := b.place(1800000000, -900000000); !ok || p != (osmPlace{1800000000, -900000000}) {
		t.Errorf("the corner of the world is %v, %v", p, ok)
	}
	for _, p := range [][2]int64{{1800000001, 0}, {0, 900000001}, {math.MaxInt64, 0}, {0, math.MinInt64}} {
		if got, ok := b.place(p[0], p[1]); ok {
			t.Errorf("%d is taken for %v", p, got)
		}
	}
}

// TestOSMVertices: a way at the limit, and one past it.
func TestOSMVertices(t *testing.T) {
	for limit, want := range map[int]string{5: "[]", 4: "[LIMIT]"} {
		got, err := osmLines(osmSmall(t, "nodes first"), &osmBoundOf, OpenOptions{Limits: Limits{Vertices: limit}})
		if err != nil || len(got) != 5 || !strings.HasSuffix(got[3], want) {
			t.Errorf("ways of 5 nodes where %d may be: %q, %v, want %s", limit, got, err, want)
		}
	}
}

// Without a bound only so many nodes are kept: an extract that is larger says so.
func TestOSMUnbounded(t *testing.T) {
	var b bytes.Buffer
	o := &osmWriter{t: t, w: &b}
	o.header("OsmSchema-V0.6", "DenseNodes")
	for first := int64(1); first <= osmNodesAnywhere; first += 1 << 16 {
		o.dense(osmGrid(first, 1_200_000_000, 400_000_000, 1<<8)...)
	}
	if got, err := osmLines(b.Bytes(), nil, OpenOptions{Limits: Limits{ZipRatio: 1000}}); err != nil || len(got) != 0 {
		t.Errorf("as many nodes as may be: %q, %v", got, err)
	}
	o.dense(osmNode{osmNodesAnywhere + 1, osmPlace{1_200_000_000, 400_000_000}})
	var p *Problem
	if _, err := osmLines(b.Bytes(), nil, OpenOptions{Limits: Limits{ZipRatio: 1000}}); !errors.As(err, &p) || p.Problem != ProblemLimit {
		t.Errorf("one more gives %v, want LIMIT", err)
	}
	if _, err := osmLines(b.Bytes(), &osmBoundOf, OpenOptions{Limits: Limits{ZipRatio: 1000}}); err != nil {
		t.Errorf("within a bound elsewhere: %v", err)
	}
}

func FuzzOSM(f *testing.F) {
	for _, order := range []string{"nodes first", "ways first", "nodes one by one"} {
		f.Add(osmSmall(f, order))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, err := osmLines(b, &osmBoundOf, OpenOptions{})
		if err == nil && len(lines) > len(b) {
			t.Errorf("%d ways in %d bytes", len(lines), len(b))
		}
	})
}

// FuzzOSMBlock leaves the packing out, which keeps most of FuzzOSM's bytes away
// from the blocks.
func FuzzOSMBlock(f *testing.F) {
	f.Add(osmWaysBlock(osmTagged{1, []int64{1, 2}, []string{"highway", "path", "name", "长"}}))
	f.Add(pbNumber(osmBlockOf(nil, pbBytes(nil, 2, pbBytes(pbBytes(pbBytes(nil, 1, []byte{2, 2}), 8, []byte{4, 4}), 9, []byte{6, 6}))), 17, 1000))
	f.Fuzz(func(t *testing.T, content []byte) {
		var b osmBlock
		if b.parse(content) != nil {
			return
		}
		n := 0
		_, err1 := b.nodes(func(int64, osmPlace) error { n++; return nil })
		_, err2 := b.ways(func(w *osmWay) error { n += len(w.refs); return nil })
		if n > len(content) {
			t.Errorf("%d nodes in %d bytes, %v, %v", n, len(content), err1, err2)
		}
	})
}
