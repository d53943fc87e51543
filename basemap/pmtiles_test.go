package basemap

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/maptile"
)

// archiveOf writes a PMTiles file; leaf is the number of entries a leaf
// directory gets, 0 for a root directory alone.
func archiveOf(kind byte, tiles map[maptile.Tile][]byte, metadata string, leaf int) []byte {
	type placed struct {
		id   uint64
		body []byte
	}
	var all []placed
	low, high := maptile.Zoom(deepestZoom), maptile.Zoom(0)
	for t, body := range tiles {
		all = append(all, placed{tileID(t), body})
		low, high = min(low, t.Z), max(high, t.Z)
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.id, b.id) })
	var data []byte
	var entries []fileEntry
	for _, p := range all {
		if n := len(entries); n > 0 && entries[n-1].id+entries[n-1].run == p.id && bytes.Equal(data[entries[n-1].at:], p.body) {
			entries[n-1].run++
			continue
		}
		entries = append(entries, fileEntry{p.id, 1, uint64(len(p.body)), uint64(len(data))})
		data = append(data, p.body...)
	}
	var leaves []byte
	root := entries
	if leaf > 0 {
		root = nil
		for part := range slices.Chunk(entries, leaf) {
			d := zipped(directoryOf(part))
			root = append(root, fileEntry{part[0].id, 0, uint64(len(d)), uint64(len(leaves))})
			leaves = append(leaves, d...)
		}
	}
	dir, meta := zipped(directoryOf(root)), zipped([]byte(metadata))
	h := make([]byte, headerLen)
	copy(h, "PMTiles\x03")
	at := uint64(headerLen)
	for i, part := range [][]byte{dir, meta, leaves, data} {
		binary.LittleEndian.PutUint64(h[8+16*i:], at)
		binary.LittleEndian.PutUint64(h[16+16*i:], uint64(len(part)))
		at += uint64(len(part))
	}
	h[97], h[98], h[99], h[100], h[101] = gzipInside, plainInside, kind, byte(low), byte(high)
	if kind == 1 {
		h[98] = gzipInside
	}
	return slices.Concat(h, dir, meta, leaves, data)
}

func directoryOf(entries []fileEntry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.run)
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.length)
	}
	for i, e := range entries {
		if i > 0 && e.at == entries[i-1].at+entries[i-1].length {
			b = binary.AppendUvarint(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.at+1)
		}
	}
	return b
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// TestTileID compares with ids of the specification and of its own tests.
func TestTileID(t *testing.T) {
	for tile, want := range map[maptile.Tile]uint64{
		{X: 0, Y: 0, Z: 0}: 0, {X: 0, Y: 0, Z: 1}: 1, {X: 0, Y: 1, Z: 1}: 2, {X: 1, Y: 1, Z: 1}: 3, {X: 1, Y: 0, Z: 1}: 4,
		{X: 0, Y: 0, Z: 2}: 5, {X: 3423, Y: 1763, Z: 12}: 19078479,
	} {
		if got := tileID(tile); got != want {
			t.Errorf("tileID(%v) = %d, want %d", tile, got, want)
		}
	}
	seen := make(map[uint64]bool)
	for z := range maptile.Zoom(7) {
		for k := range uint32(1) << (2 * z) {
			seen[tileID(maptile.New(k>>z, k&(1<<z-1), z))] = true
		}
	}
	if len(seen) != (1<<14-1)/3 {
		t.Errorf("%d ids for %d tiles", len(seen), (1<<14-1)/3)
	}
}

func TestArchive(t *testing.T) {
	tiles := make(map[maptile.Tile][]byte)
	for x := range uint32(16) {
		for y := range uint32(16) {
			c := color.RGBA{uint8(x * 16), uint8(y * 16), 0, 255}
			if y >= 12 {
				c = color.RGBA{0, 0, 255, 255} // the same: runs
			}
			tiles[maptile.New(x, y, 4)] = plainPNG(8, c)
		}
	}
	delete(tiles, maptile.New(5, 5, 4))
	for _, leaf := range []int{0, 7} {
		t.Run(fmt.Sprintf("%d entries a leaf", leaf), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.pmtiles")
			if err := os.WriteFile(file, archiveOf(2, tiles, `{"attribution":"<a href=\"https://e.org\">&copy; Somebody</a>"}`, leaf), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := New(t.Context(), Config{Source: file, Logger: (&logged{}).logger()})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got, want := s.Info(), (Info{Raster, 256, 4, 4, "© Somebody", ""}); got != want {
				t.Errorf("Info = %+v, want %+v", got, want)
			}
			for x := range uint32(16) {
				for y := range uint32(16) {
					got := ask(s, fmt.Sprintf("/basemap/4/%d/%d", x, y))
					want, there := tiles[maptile.New(x, y, 4)]
					if !there && got.Code != 204 || there && !bytes.Equal(got.Body.Bytes(), want) {
						t.Errorf("tile %d/%d = %d, or another tile", x, y, got.Code)
					}
				}
			}
		})
	}
}

func TestVectorArchive(t *testing.T) {
	tile := []byte{3<<3 | 2, 3, 0x0a, 0x01, 'w'} // a layer w without features
	home := maptile.New(0, 0, 0)
	file := filepath.Join(t.TempDir(), "a.pmtiles")
	if err := os.WriteFile(file, archiveOf(1, map[maptile.Tile][]byte{home: zipped(tile)}, "{}", 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Config{Source: file}).Check(); err == nil || !strings.Contains(err.Error(), "attribution") {
		t.Errorf("a file that says nothing of its origin: %v, want it refused", err)
	}
	s := open(t, Config{Source: file})
	if got := s.Info(); got.Kind != Vector || got.TileSize != 512 {
		t.Errorf("Info = %+v", got)
	}
	packed := ask(s, "/basemap/0/0/0", "Accept-Encoding", "gzip, br")
	if packed.Code != 200 || packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Errorf("tile = %d %v", packed.Code, packed.Header())
	}
	bare := ask(s, "/basemap/0/0/0")
	if !bytes.Equal(bare.Body.Bytes(), tile) || bare.Header().Get("Content-Encoding") != "" {
		t.Errorf("for who does not read gzip: %x, want %x", bare.Body, tile)
	}
	if bare.Header().Get("ETag") == packed.Header().Get("ETag") {
		t.Error("two forms have one tag")
	}
}

func TestArchiveRefuses(t *testing.T) {
	good := archiveOf(2, map[maptile.Tile][]byte{maptile.New(0, 0, 0): plainPNG(8, color.White)}, "{}", 0)
	change := func(at int, b ...byte) []byte {
		bad := slices.Clone(good)
		copy(bad[at:], b)
		return bad
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"empty":                   {nil, "no PMTiles"},
		"another file":            {[]byte(strings.Repeat("x", 500)), "no PMTiles"},
		"version 2":               {change(7, 2), "version 2"},
		"brotli":                  {change(97, 3), "other than gzip"},
		"AVIF":                    {change(99, 5), "neither"},
		"zooms in wrong order":    {change(100, 9), "zooms"},
		"a root beyond the end":   {change(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "root directory"},
		"a root of many bytes":    {change(16, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "root directory"},
		"a root that is no gzip":  {change(headerLen, 0), "decompressed"},
		"cut off in the middle":   {good[:headerLen+3], "root directory"},
		"a bomb for a directory":  {bomb(), "decompressed"},
		"entries without end":     {rooted(binary.AppendUvarint(nil, 1<<60)), "entries"},
		"entries in wrong order":  {rooted([]byte{2, 1, 0, 1, 1, 1, 1, 1, 1}), "out of order"},
		"a directory that breaks": {rooted([]byte{1, 0x80, 0x80, 0x80, 0x80}), "ends early"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openArchive(bytes.NewReader(c.file), int64(len(c.file)))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("openArchive = %v, want it to say %q", err, c.says)
			}
		})
	}
}

// rooted is a file with a root directory of these bytes.
func rooted(dir []byte) []byte {
	b := archiveOf(2, nil, "{}", 0)
	d := zipped(dir)
	binary.LittleEndian.PutUint64(b[8:], uint64(len(b)))
	binary.LittleEndian.PutUint64(b[16:], uint64(len(d)))
	b[100] = 0
	return append(b, d...)
}

func bomb() []byte { return rooted(make([]byte, maxEntriesSize+2)) }

// TestLeavesThatLoop has a directory that points to itself.
func TestLeavesThatLoop(t *testing.T) {
	b := archiveOf(2, map[maptile.Tile][]byte{maptile.New(0, 0, 0): plainPNG(8, color.White)}, "{}", 1)
	a, err := openArchive(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	self := []fileEntry{{0, 0, 10, 0}}
	a.root, a.leaves[0] = self, self
	if _, err := a.tile(t.Context(), maptile.New(0, 0, 0)); err == nil || a.side() != 0 {
		t.Errorf("a directory within itself = %v, want an error", err)
	}
}

func FuzzArchive(f *testing.F) {
	tiles := map[maptile.Tile][]byte{maptile.New(0, 0, 0): plainPNG(4, color.White), maptile.New(1, 1, 1): plainPNG(4, color.Black)}
	f.Add(archiveOf(2, tiles, `{"attribution":"x"}`, 0))
	f.Add(archiveOf(2, tiles, "{}", 1))
	f.Add(archiveOf(1, map[maptile.Tile][]byte{maptile.New(0, 0, 0): zipped([]byte{0x1a, 0})}, "", 0))
	plain := archiveOf(2, tiles, "{}", 0)
	plain[97] = plainInside
	f.Add(plain)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := openArchive(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		a.side()
		for _, tile := range []maptile.Tile{maptile.New(0, 0, 0), maptile.New(1, 1, 1), town} {
			c, err := a.tile(t.Context(), tile)
			if err == nil && !c.empty() && mediaTypes[c.format] == "" {
				t.Errorf("a tile of format %q", c.format)
			}
		}
	})
}

func FuzzVectorTile(f *testing.F) {
	f.Add([]byte{0x1a, 0})
	f.Add(zipped([]byte{0x1a, 3, 1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := sniff(Vector, b)
		if err != nil || c.empty() {
			return
		}
		plain, err := unzip(c.body, maxBody)
		if err != nil || !isVectorTile(plain) {
			t.Errorf("%x was taken, and is no tile: %v", b, err)
		}
	})
}
