package importers

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const onePoint = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"Point","coordinates":[125.6,43.5]}}]}`

// entry is one of an archive that a test makes.
type entry struct {
	name   string
	body   string
	raw    bool        // the name is not UTF-8
	mode   fs.FileMode // 0: a file
	stored bool
}

// pack makes a zip.
func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, NonUTF8: e.raw}
		if e.stored {
			h.Method = zip.Store
		}
		if e.mode != 0 {
			h.SetMode(e.mode)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put writes a file into a folder of the test.
func put(t testing.TB, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openProblem opens a file that is refused, and gives why.
func openProblem(t testing.TB, path string, o OpenOptions) *Problem {
	t.Helper()
	o.TempDir = t.TempDir()
	src, err := Open(context.Background(), path, o)
	if err == nil {
		src.Close()
		t.Fatalf("Open(%s) took it: %+v", filepath.Base(path), src.Layers())
	}
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatalf("Open(%s): %v is no problem", filepath.Base(path), err)
	}
	if left, _ := os.ReadDir(o.TempDir); len(left) > 0 {
		t.Errorf("Open(%s) left %v behind", filepath.Base(path), left)
	}
	return p
}

// layerNames opens a file and lists its layers.
func layerNames(t testing.TB, path string, o OpenOptions) []string {
	t.Helper()
	o.TempDir = t.TempDir()
	src, err := Open(context.Background(), path, o)
	if err != nil {
		t.Fatalf("Open(%s): %v", filepath.Base(path), err)
	}
	var names []string
	for _, l := range src.Layers() {
		names = append(names, l.Name)
	}
	if err := src.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if left, _ := os.ReadDir(o.TempDir); len(left) > 0 {
		t.Errorf("Close left %v behind", left)
	}
	return names
}

func gbk(t testing.TB, s string) string {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpenArchive(t *testing.T) {
	grid := entry{name: "grid.geojson", body: onePoint}
	tests := []struct {
		name    string
		entries []entry
		want    []string
	}{
		{"one file", []entry{grid}, []string{"grid"}},
		{"a folder of its own", []entry{{name: "数据/", mode: fs.ModeDir | 0o755}, {name: "数据/grid.geojson", body: onePoint}}, []string{"grid"}},
		{"a name in GBK", []entry{{name: gbk(t, "网格.geojson"), body: onePoint, raw: true}}, []string{"网格"}},
		{"a name in GBK with a backslash in a character", []entry{{name: gbk(t, "数据\\誠.geojson"), body: onePoint, raw: true}}, []string{"誠"}},
		{"a name in UTF-8 that nothing says", []entry{{name: "网格.geojson", body: onePoint, raw: true}}, []string{"网格"}},
		{"Windows' separators", []entry{{name: `数据\网格.geojson`, body: onePoint}}, []string{"网格"}},
		{"several files", []entry{{name: "b.geojson", body: onePoint}, {name: "a.geojson", body: onePoint}}, []string{"a", "b"}},
		{"several files of one name", []entry{{name: "x/a.geojson", body: onePoint}, {name: "y/a.geojson", body: onePoint}}, []string{"a", "y/a.geojson:a"}},
		{"with what systems leave behind", []entry{{name: "__MACOSX/._grid.geojson", body: "junk"}, {name: ".DS_Store", body: "junk"}, {name: "Thumbs.db", body: "junk"}, grid}, []string{"grid"}},
		{"with a note beside it", []entry{{name: "readme.txt", body: "look,here\n1,2\n"}, grid}, []string{"grid"}},
		{"with an ending that says nothing", []entry{{name: "grid.bin", body: onePoint}}, []string{"grid"}},
		{"a damaged file beside a good one", []entry{grid, {name: "z.gpkg", body: "SQLite format 3\x00 and no more"}}, []string{"grid", "z.gpkg"}},
		{"from where it was packed", []entry{{name: "./", mode: fs.ModeDir | 0o755}, {name: "./grid.geojson", body: onePoint}}, []string{"grid"}},
		{"dots in a name", []entry{{name: "a..b/grid..geojson", body: onePoint}}, []string{"grid."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := layerNames(t, put(t, "a.zip", pack(t, tt.entries...)), OpenOptions{}); !slices.Equal(got, tt.want) {
				t.Errorf("layers %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOpenArchiveUnsafe(t *testing.T) {
	grid := entry{name: "grid.geojson", body: onePoint}
	many := func(n int) (out []entry) {
		for i := range n {
			out = append(out, entry{name: fmt.Sprintf("%d.geojson", i), body: onePoint})
		}
		return out
	}
	blank := strings.Repeat(" ", 4<<20)
	tests := []struct {
		name    string
		entries []entry
		want    string
	}{
		{"climbs", []entry{grid, {name: "../evil.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"climbs within", []entry{{name: "a/../../evil.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"climbs by backslashes", []entry{{name: `a\..\..\evil.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"climbs in GBK", []entry{{name: gbk(t, `数据\..\..\恶.geojson`), body: onePoint, raw: true}}, ProblemZipUnsafe},
		{"climbs by dots and blanks", []entry{{name: ".. /evil.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"at the root", []entry{{name: "/etc/evil.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"at the root of Windows", []entry{{name: `\evil.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"on a drive", []entry{{name: `C:\evil.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"on a drive, relative", []entry{{name: `C:evil.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"on a server", []entry{{name: `\\server\share\evil.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"in a stream", []entry{{name: `grid.geojson:evil`, body: onePoint}}, ProblemZipUnsafe},
		{"the folder itself", []entry{{name: ".", body: onePoint}}, ProblemZipUnsafe},
		{"a nameless one", []entry{{name: "a//b.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"a zero in the name", []entry{{name: "a\x00.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"a line end in the name", []entry{{name: "a\n.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"a long name", []entry{{name: strings.Repeat("x", 300) + ".geojson", body: onePoint}}, ProblemZipUnsafe},
		{"a link", []entry{grid, {name: "link.geojson", body: "/etc/passwd", mode: fs.ModeSymlink | 0o777}}, ProblemZipUnsafe},
		{"a device", []entry{grid, {name: "dev.geojson", mode: fs.ModeDevice | 0o666}}, ProblemZipUnsafe},
		{"twice", []entry{grid, grid}, ProblemZipUnsafe},
		{"twice but for capitals", []entry{grid, {name: "GRID.GeoJSON", body: onePoint}}, ProblemZipUnsafe},
		{"twice by backslash", []entry{{name: "a/b.geojson", body: onePoint}, {name: `a\b.geojson`, body: onePoint}}, ProblemZipUnsafe},
		{"a file and a folder", []entry{{name: "a", body: "x"}, {name: "a/grid.geojson", body: onePoint}}, ProblemZipUnsafe},
		{"a folder and a file", []entry{{name: "a/grid.geojson", body: onePoint}, {name: "A", body: "x"}}, ProblemZipUnsafe},
		{"an archive in it", []entry{grid, {name: "inner.zip", body: "PK"}}, ProblemZipUnsafe},
		{"a bomb", []entry{{name: "grid.geojson", body: blank + onePoint}}, ProblemZipUnsafe},
		{"one entry too many", many(51), ProblemLimit},
		{"nothing in it", nil, ProblemFormatRefused},
		{"nothing of ours in it", []entry{{name: "a.bin", body: "x"}, {name: "b.bin", body: "x"}}, ProblemFormatRefused},
		{"MapGIS in it", []entry{{name: "网格.WP", body: "WMAP`D23\x00\x00"}, {name: "网格.WL", body: "WMAP`D21\x00\x00"}}, ProblemFormatRefused},
		{"a geodatabase in it", []entry{{name: "a.gdb/a00000001.gdbtable", body: "x"}, {name: "a.gdb/gdb", body: "x"}}, ProblemFormatRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := openProblem(t, put(t, "a.zip", pack(t, tt.entries...)), OpenOptions{})
			if p.Problem != tt.want {
				t.Errorf("%v, want %s", p, tt.want)
			}
		})
	}
	atLimit := many(50)
	for i := range 60 { // what is not read does not count
		atLimit = append(atLimit, entry{name: fmt.Sprintf("__MACOSX/._%d.geojson", i), body: "x"})
	}
	if got := layerNames(t, put(t, "a.zip", pack(t, atLimit...)), OpenOptions{}); len(got) != 50 {
		t.Errorf("of 50 entries there are %d layers", len(got))
	}
}

// A limit holds at its value and not one past it.
func TestOpenArchiveLimits(t *testing.T) {
	body := strings.Repeat("x", 3000)
	zipped := put(t, "a.zip", pack(t, entry{name: "g.geojson", body: onePoint, stored: true}, entry{name: "x.bin", body: body, stored: true}))
	size := int64(len(onePoint) + len(body))
	layerNames(t, zipped, OpenOptions{Limits: Limits{ZipBytes: size}})
	if p := openProblem(t, zipped, OpenOptions{Limits: Limits{ZipBytes: size - 1}}); p.Problem != ProblemLimit {
		t.Errorf("a byte too much gives %v", p)
	}
}

// patched gives a zip with other numbers in its headers: local and central ones.
func patched(zipped []byte, local, central func(header []byte)) []byte {
	out := bytes.Clone(zipped)
	for i := 0; i+46 <= len(out); i++ {
		switch {
		case local != nil && bytes.HasPrefix(out[i:], []byte("PK\x03\x04")):
			local(out[i:])
		case central != nil && bytes.HasPrefix(out[i:], []byte("PK\x01\x02")):
			central(out[i:])
		}
	}
	return out
}

func TestOpenArchiveLies(t *testing.T) {
	body := strings.Repeat(onePoint[:100], 500)
	good := pack(t, entry{name: "grid.geojson", body: body})
	put32 := func(at int, v uint32) func([]byte) {
		return func(h []byte) { binary.LittleEndian.PutUint32(h[at:], v) }
	}
	put16 := func(at int, v uint16) func([]byte) {
		return func(h []byte) { binary.LittleEndian.PutUint16(h[at:], v) }
	}
	two := pack(t, entry{name: "a.geojson", body: onePoint, stored: true}, entry{name: "b.geojson", body: onePoint, stored: true})
	tests := []struct {
		name string
		zip  []byte
		want string
	}{
		{"says less than comes out", patched(good, nil, put32(24, 100)), ProblemZipUnsafe},
		{"says more than comes out", patched(good, nil, put32(24, 60_000)), ProblemFileTruncated},
		{"says 4 GB", patched(good, nil, put32(24, 0xfffffff0)), ProblemZipUnsafe},
		{"300 MB of blanks", pack(t, entry{name: "grid.geojson", body: strings.Repeat(" ", 300<<20)}), ProblemZipUnsafe},
		{"says it has more bytes than the archive", patched(good, nil, put32(20, 0x7ffffff0)), ProblemFileTruncated},
		{"a wrong sum", patched(good, nil, put32(16, 1)), ProblemFileCorrupt},
		{"encrypted", patched(good, put16(6, 9), put16(8, 9)), ProblemFormatRefused},
		{"packed by LZMA", patched(good, put16(8, 14), put16(10, 14)), ProblemFormatRefused},
		{"two entries of the same bytes", patched(two, nil, put32(42, 0)), ProblemZipUnsafe},
		{"an entry past the end", patched(good, nil, put32(42, 1<<30)), ProblemFileTruncated},
		{"cut off", good[:len(good)/2], ProblemFileTruncated},
		{"only a signature", []byte("PK\x03\x04"), ProblemFileTruncated},
		{"damaged within", func() []byte {
			b := bytes.Clone(good)
			for i := 60; i < 120; i++ {
				b[i] ^= 0xff
			}
			return b
		}(), ProblemFileCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p := openProblem(t, put(t, "a.zip", tt.zip), OpenOptions{}); p.Problem != tt.want {
				t.Errorf("%v, want %s", p, tt.want)
			}
		})
	}
}

// A list of entries as long as the archive costs no memory.
func TestOpenArchiveOfNothingButEntries(t *testing.T) {
	var header [46 + 1]byte
	copy(header[:], "PK\x01\x02")
	binary.LittleEndian.PutUint16(header[28:], 1)
	header[46] = 'x'
	const n = 200_000
	b := pack(t, entry{name: "grid.geojson", body: onePoint})
	b = b[:bytes.Index(b, []byte("PK\x01\x02"))]
	at := len(b)
	b = append(b, bytes.Repeat(header[:], n)...)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], n&0xffff)
	binary.LittleEndian.PutUint16(end[10:], n&0xffff)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(b)-at))
	binary.LittleEndian.PutUint32(end[16:], uint32(at))
	path := put(t, "a.zip", append(b, end...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := openProblem(t, path, OpenOptions{})
	runtime.ReadMemStats(&after)
	if p.Problem != ProblemZipUnsafe {
		t.Errorf("%v, want %s", p, ProblemZipUnsafe)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 64<<20 {
		t.Errorf("a list of %d entries made us take %d MiB", n, made>>20)
	}
}

// The name in the extra field counts where it belongs to the name in the header.
func TestUnicodePath(t *testing.T) {
	extra := func(name, of string) []byte {
		b := []byte{0x75, 0x70, 0, 0, 1}
		b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(of)))
		b = append(b, name...)
		binary.LittleEndian.PutUint16(b[2:], uint16(len(b)-4))
		return b
	}
	for name, tt := range map[string]struct {
		extra []byte
		want  string
	}{
		"its own":            {extra("网格.shp", "??.shp"), "网格.shp"},
		"after another":      {append([]byte{1, 0, 2, 0, 9, 9}, extra("网格.shp", "??.shp")...), "网格.shp"},
		"of an earlier name": {extra("网格.shp", "old.shp"), "??.shp"},
		"cut off":            {extra("网格.shp", "??.shp")[:8], "??.shp"},
	} {
		if got := entryName(&zip.File{FileHeader: zip.FileHeader{Name: "??.shp", Extra: tt.extra}}); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// What a killed process left is removed, what a living one has is not.
func TestScratchSweep(t *testing.T) {
	dir := t.TempDir()
	living, err := newScratch(dir)
	if err != nil {
		t.Fatal(err)
	}
	killed, err := newScratch(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := killed.files()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(files, "names.csv"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	killed.lock.Close() // what the system does with a process that dies
	unlocked := filepath.Join(dir, scratchPrefix+"new")
	old := filepath.Join(dir, scratchPrefix+"old")
	other := filepath.Join(dir, "gridpatrol-other")
	for _, d := range []string{unlocked, old, other} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	trap := filepath.Join(dir, scratchPrefix+"trap") // to open it would wait for ever
	if err := os.Mkdir(trap, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(trap, scratchLock), 0o600); err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	if err := os.Symlink(target, filepath.Join(dir, scratchPrefix+"link")); err != nil {
		t.Fatal(err)
	}
	next, err := newScratch(dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{living.dir: true, killed.dir: false, unlocked: true, old: false, other: true, target: true, next.dir: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", filepath.Base(path), err == nil, want)
		}
	}
	if info, err := os.Stat(living.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	for _, s := range []*scratch{living, next} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenArchiveCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	_, err := Open(ctx, put(t, "a.zip", pack(t, entry{name: "grid.geojson", body: onePoint})), OpenOptions{TempDir: dir})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want %v", err, context.Canceled)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
}

func FuzzOpenArchive(f *testing.F) {
	f.Add(pack(f, entry{name: "grid.geojson", body: onePoint}, entry{name: gbk(f, "数据\\网格.csv"), body: "a,b\n1,2\n", raw: true}))
	f.Add(pack(f, entry{name: "../x", body: onePoint}))
	f.Add(pack(f, entry{name: "doc.kml", body: kmlOf(`<Placemark><name>a</name><Point><coordinates>1,2</coordinates></Point></Placemark>`)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.zip")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadDir(dir)
		src, err := openArchive(context.Background(), path, OpenOptions{TempDir: dir, Limits: Limits{ZipBytes: 1 << 20}.orDefault()})
		if err == nil {
			for i := range src.Layers() {
				var p *Problem
				if err := src.Records(context.Background(), i, func(*Record) error { return nil }); err != nil && !errors.As(err, &p) {
					t.Errorf("Records: %v", err)
				}
			}
			if err := src.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		if after, _ := os.ReadDir(dir); len(after) != len(before) {
			t.Errorf("left behind: %v", after)
		}
	})
}
