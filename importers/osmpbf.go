package importers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// osmColumns are the tags of ways that are read, after the way's number: those of
// the base map, and names.
var osmColumns = [...]string{"osm_id", "name", "name:zh", "ref", "highway", "waterway", "building", "landuse"}

// osmWanted are the columns that make a way worth reading.
var osmWanted = [len(osmColumns)]bool{4: true, 5: true, 6: true, 7: true}

// osmNodes is how many nodes may be kept at a time: an area of some 30 districts.
// Where nobody says which area, as in a preview, it is fewer.
const osmNodes, osmNodesAnywhere = 8 << 20, 1 << 20

// isOSMPBF reports whether a file is an extract of OpenStreetMap: it begins with
// the length of the header of a block of that type.
func isOSMPBF(f *probe) bool {
	return len(f.head) > 15 && bytes.Equal(f.head[4:15], []byte("\x0a\x09OSMHeader"))
}

// osmSource is an OpenStreetMap extract (https://wiki.openstreetmap.org/wiki/PBF_Format),
// of which ways with a highway, waterway, building or landuse are read. Ways name
// their nodes, which stand elsewhere in the file, so it is gone through three
// times: for the nodes within a bound and the ways that touch them, for
// the other nodes of those ways, for the ways again. What is kept in between
// grows with the bound, not with the file. Relations are not read.
type osmSource struct {
	file  *os.File
	blobs osmBlobReader
	block osmBlock
	o     OpenOptions
	name  string
	from  int64      // the first block after the header
	bound *orb.Bound // nil for everything

	prepared    bool
	data        []osmSpan // blocks with nodes or wanted ways
	inside      []osmNode // within the bound, by number
	outside     []osmNode // other nodes of ways that have one within, by number
	outsideRefs []int64   // their numbers, while they are collected
	done        int64     // how far into the file, for Progress
}

// osmSpan is a block that is gone through again.
type osmSpan struct {
	blob        osmBlob
	nodes       bool
	first, last int64 // numbers of its nodes
	ways        bool  // it has wanted ones
	touching    bool  // and some of them have a node within the bound
}

// osmPlace is a place on the lattice, in 1e-7 degrees.
type osmPlace struct{ lon, lat int32 }

type osmNode struct {
	id int64
	at osmPlace
}

func openOSMPBF(_ context.Context, path string, o OpenOptions) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &osmSource{file: f, o: o, name: strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".pbf"), ".osm")}
	info, err := f.Stat()
	if err == nil {
		s.blobs = osmBlobReader{r: f, size: info.Size(), ratio: o.Limits.ZipRatio}
		err = s.readHeader()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// readHeader reads the first block, and refuses what it says has to be
// understood and is not.
func (s *osmSource) readHeader() error {
	blob, ok, err := s.blobs.find(0)
	if err != nil {
		return err
	}
	if !ok || blob.kind != "OSMHeader" {
		return osmCorrupt(0, "it does not begin with a header")
	}
	content, err := s.blobs.read(blob)
	if err != nil {
		return err
	}
	s.from = blob.next
	for w := (wire{content}); ; {
		f, ok, err := w.next()
		if err != nil {
			return osmCorrupt(blob.at, "a header that is no protocol buffer")
		}
		if !ok {
			return nil
		}
		switch feature := string(f.data); {
		case f.number != 4, feature == "OsmSchema-V0.6", feature == "DenseNodes":
		default:
			return &Problem{
				Problem: ProblemFormatRefused,
				Detail:  fmt.Sprintf("the extract needs %.40q, which is not understood here; get one without history", feature),
				Values:  map[string]any{"format": "OSM PBF", "value": clipText(feature, 40)},
			}
		}
	}
}

// Layers gives the one layer, of ways.
func (s *osmSource) Layers() []Layer {
	return []Layer{{
		Name: s.name, Format: "OpenStreetMap PBF", Columns: slices.Clone(osmColumns[:]), Geometry: "Geometry",
		Features: -1, CRS: CRSHint{CRS: geo.WGS84, Text: "WGS 84", From: "format"},
	}}
}

// Records gives the wanted ways that have a node within the bound: closed ways of
// buildings and land as polygons, others as lines. Nodes that the extract names
// and does not hold break a line in two.
func (s *osmSource) Records(ctx context.Context, _ int, each func(*Record) error) error {
	if !s.prepared {
		if err := s.prepare(ctx); err != nil {
			return err
		}
	}
	rec := Record{Values: make([]Value, len(osmColumns))}
	n := 0
	for _, span := range s.data {
		if !span.touching {
			continue
		}
		err := s.read(ctx, span.blob, func(b *osmBlock) error {
			_, err := b.ways(func(way *osmWay) error {
				if !s.touches(way) {
					return nil
				}
				n++
				rec = Record{Number: n, Values: rec.Values}
				s.fill(&rec, way)
				return each(&rec)
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Within has Records leave out ways without a node in the bound.
func (s *osmSource) Within(bound orb.Bound) {
	s.bound, s.prepared = &bound, false
	s.data, s.inside, s.outside, s.done = nil, nil, nil, 0
}

// Close closes the file.
func (s *osmSource) Close() error { return s.file.Close() }

// fill makes a record of a way.
func (s *osmSource) fill(rec *Record, way *osmWay) {
	way.values[0] = strconv.FormatInt(way.id, 10)
	for i, v := range way.values {
		v = strings.ToValidUTF8(v, "\ufffd")
		if rec.Values[i] = (Value{v, Text}); v == "" {
			rec.Values[i] = Value{}
		}
	}
	if len(way.refs) > s.o.Limits.Vertices {
		rec.Problems = append(rec.Problems, Problem{
			Feature: rec.Number, Problem: ProblemLimit,
			Detail: fmt.Sprintf("way %d has %d nodes; the most is %d", way.id, len(way.refs), s.o.Limits.Vertices),
			Values: map[string]any{"what": "vertices", "value": len(way.refs), "limit": s.o.Limits.Vertices},
		})
		return
	}
	var lines orb.MultiLineString
	line := make(orb.LineString, 0, len(way.refs))
	for _, ref := range way.refs {
		p, ok := nodeAt(s.inside, ref)
		if !ok {
			p, ok = nodeAt(s.outside, ref)
		}
		if ok {
			line = append(line, p.point())
			continue
		}
		lines, line = appendLine(lines, line), nil
	}
	closed := len(lines) == 0 && len(line) > 3 && line[0] == line[len(line)-1]
	lines = appendLine(lines, line)
	area := way.values[6] != "" || way.values[7] != "" || way.values[5] == "riverbank"
	switch {
	case closed && area:
		rec.Geometry = orb.Polygon{orb.Ring(line)}
	case len(lines) == 1:
		rec.Geometry = lines[0]
	case len(lines) > 1:
		rec.Geometry = lines
	}
}

// appendLine adds a line, if it is one.
func appendLine(lines orb.MultiLineString, line orb.LineString) orb.MultiLineString {
	if len(line) > 1 {
		return append(lines, line)
	}
	return lines
}
