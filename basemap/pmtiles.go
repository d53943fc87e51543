package basemap

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/paulmach/orb/maptile"
)

// archive reads a PMTiles file of version 3, as the specification at
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md lays it out.
// Every length in it is held against the file, and against bounds of our own,
// before anything is made of it.
type archive struct {
	file     io.ReaderAt
	size     uint64
	head     header
	root     []fileEntry
	metadata fileMetadata

	mu     sync.Mutex
	leaves map[uint64][]fileEntry // by offset
}

// header is the fixed part at the start of a file.
type header struct {
	rootAt, rootLen     uint64
	metaAt, metaLen     uint64
	leavesAt, leavesLen uint64
	tilesAt, tilesLen   uint64
	inner, outer        byte // compression of directories and metadata; of tiles
	kind                byte
	minZoom, maxZoom    uint8
}

// fileMetadata is what is read of a file's description of itself.
type fileMetadata struct {
	Attribution string `json:"attribution"`
}

const (
	headerLen      = 127
	plainInside    = 1
	gzipInside     = 2
	maxDirectory   = 4 << 20 // bytes as they stand in the file
	maxEntriesSize = 16 << 20
	maxMetadata    = 8 << 20
	maxLeaves      = 64 // kept in memory
	deepestLeaf    = 4
)

// openFile makes a layer of a PMTiles file.
func (s *Server) openFile(path string, c Config) error {
	if c.Key != "" {
		return invalid("a PMTiles file needs no key")
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("base map: %w", err)
	}
	s.closers = append(s.closers, f)
	stat, err := f.Stat()
	if err != nil {
		return fmt.Errorf("base map: %w", err)
	}
	a, err := openArchive(f, stat.Size())
	if err != nil {
		return fmt.Errorf("base map %s: %w", path, err)
	}
	s.info.Attribution = plainText(a.metadata.Attribution)
	s.info.MinZoom = int(a.head.minZoom)
	if s.info.MaxZoom == 0 || s.info.MaxZoom > int(a.head.maxZoom) {
		s.info.MaxZoom = int(a.head.maxZoom)
	}
	if a.kind() == Vector {
		s.info.Kind, s.info.TileSize = Vector, 512
	} else if side := a.side(); side >= 512 {
		s.info.TileSize = 512
	}
	s.layers = []source{a}
	return nil
}

var markup = regexp.MustCompile(`<[^<>]*>`)

// plainText takes the markup out of an attribution, which pages show as text.
func plainText(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(markup.ReplaceAllString(s, ""))), " ")
}

// openArchive reads header, root directory and metadata.
func openArchive(file io.ReaderAt, size int64) (*archive, error) {
	a := &archive{file: file, size: uint64(max(size, 0)), leaves: make(map[uint64][]fileEntry)}
	b, err := a.read(0, headerLen, headerLen)
	if err != nil || string(b[:7]) != "PMTiles" {
		return nil, invalid("it is no PMTiles file")
	}
	if b[7] != 3 {
		return nil, invalid("it is of PMTiles version %d, and 3 is needed: convert it with the pmtiles tool", b[7])
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	a.head = header{
		number(8), number(16), number(24), number(32), number(40), number(48), number(56), number(64),
		b[97], b[98], b[99], b[100], b[101],
	}
	switch {
	case a.head.inner != plainInside && a.head.inner != gzipInside:
		return nil, invalid("its directories are compressed by a way other than gzip")
	case a.kind() == "":
		return nil, invalid("its tiles are neither vector tiles nor PNG, JPEG or WebP")
	case a.kind() == Vector && a.head.outer != plainInside && a.head.outer != gzipInside,
		a.kind() == Raster && a.head.outer != plainInside && a.head.outer != 0:
		return nil, invalid("its tiles are compressed by a way other than gzip")
	case a.head.minZoom > a.head.maxZoom || a.head.maxZoom > deepestZoom:
		return nil, invalid("its zooms are %d to %d", a.head.minZoom, a.head.maxZoom)
	}
	if a.root, err = a.directory(a.head.rootAt, a.head.rootLen); err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	if text, err := a.inflate(a.head.metaAt, a.head.metaLen, maxMetadata); err == nil {
		// Who writes no JSON there has said nothing.
		_ = json.Unmarshal(text, &a.metadata)
	}
	return a, nil
}

// kind gives what the tiles are, the empty string for what is not served.
func (a *archive) kind() Kind {
	switch a.head.kind {
	case 1:
		return Vector
	case 2, 3, 4:
		return Raster
	}
	return ""
}

// side gives the pixels of the first tile that can be read, 0 where none can.
func (a *archive) side() int {
	entries := a.root
	for range deepestLeaf {
		if len(entries) == 0 {
			return 0
		}
		e := entries[0]
		if e.run > 0 {
			c, _ := a.content(e)
			return c.side
		}
		var err error
		if entries, err = a.leaf(e); err != nil {
			return 0
		}
	}
	return 0
}

func (a *archive) tile(_ context.Context, t maptile.Tile) (content, error) {
	id, entries := tileID(t), a.root
	for range deepestLeaf {
		i := sort.Search(len(entries), func(i int) bool { return entries[i].id > id }) - 1
		if i < 0 {
			return content{keep: keepLong}, nil
		}
		e := entries[i]
		if e.run > 0 {
			if id-e.id >= e.run {
				return content{keep: keepLong}, nil
			}
			return a.content(e)
		}
		var err error
		if entries, err = a.leaf(e); err != nil {
			return content{}, fmt.Errorf("directory of the base map: %w", err)
		}
	}
	return content{}, invalid("the directories of the base map go too deep")
}

// content reads the tile of an entry.
func (a *archive) content(e fileEntry) (content, error) {
	if e.at > a.head.tilesLen || e.length > a.head.tilesLen-e.at {
		return content{}, invalid("a tile lies outside the file")
	}
	body, err := a.read(a.head.tilesAt+e.at, e.length, maxBody)
	if err != nil {
		return content{}, err
	}
	c, err := sniff(a.kind(), body)
	c.keep = keepLong
	return c, err
}

// leaf reads the directory that an entry points to, or gives it from memory.
func (a *archive) leaf(e fileEntry) ([]fileEntry, error) {
	a.mu.Lock()
	entries, ok := a.leaves[e.at]
	a.mu.Unlock()
	if ok {
		return entries, nil
	}
	if e.at > a.head.leavesLen || e.length > a.head.leavesLen-e.at {
		return nil, invalid("it lies outside the file")
	}
	entries, err := a.directory(a.head.leavesAt+e.at, e.length)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.leaves) >= maxLeaves {
		for at := range a.leaves { // any one: neighbours are asked for together
			delete(a.leaves, at)
			break
		}
	}
	a.leaves[e.at] = entries
	return entries, nil
}

func (a *archive) directory(at, length uint64) ([]fileEntry, error) {
	b, err := a.inflate(at, length, maxEntriesSize)
	if err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// inflate reads a part of the file that is compressed as the header says.
func (a *archive) inflate(at, length uint64, limit int64) ([]byte, error) {
	b, err := a.read(at, length, maxDirectory)
	if err != nil || a.head.inner == plainInside {
		return b, err
	}
	b, err = unzip(b, limit)
	if err != nil {
		return nil, invalid("it cannot be decompressed (%v)", err)
	}
	return b, nil
}

// read gives a part of the file, which has to lie in it and be no longer than limit.
func (a *archive) read(at, length, limit uint64) ([]byte, error) {
	if length > limit || at > a.size || length > a.size-at {
		return nil, invalid("it says %d bytes at %d of %d", length, at, a.size)
	}
	b := make([]byte, length)
	if _, err := a.file.ReadAt(b, int64(at)); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}
