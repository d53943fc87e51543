package importers

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Source is an opened file, or a set of files that belong together. It is read
// as a stream: what it needs of memory does not follow from its size, nor from
// what a header claims. Not safe for concurrent use.
type Source interface {
	// Layers lists the layers or sheets, in the order of the file; never empty.
	// The caller does not change it.
	Layers() []Layer
	// Records calls each with every record of a layer, in the order of the file.
	// The record and its Values are valid until each returns; its geometry and
	// texts stay. A fault of one record goes with that record (Record.Problems)
	// and the next is read; what ends the reading is an error, a *Problem where
	// the file is at fault. An error of each ends it too and is returned as it is.
	// A layer may be read several times.
	Records(ctx context.Context, layer int, each func(*Record) error) error
	// Close gives back what is open and removes what was unpacked.
	Close() error
}

// Bounded is a Source of files that may be much larger than a district, such as
// extracts of OpenStreetMap, which can leave out what lies elsewhere.
type Bounded interface {
	// Within has Records leave out features without a vertex in the bound, lon/lat
	// in degrees, WGS 84, edge included. Features that reach into it come whole.
	Within(bound orb.Bound)
}

// Layer is one table of features or rows.
type Layer struct {
	Name     string
	Format   string   // what reads it, such as "ESRI Shapefile"
	Columns  []string // as the file names them, decoded; in order; may repeat
	Geometry string   // as GeoJSON names it: "Point", "MultiPolygon"; "Geometry" for a mixture, "" for none
	Features int      // as the file says, -1 where it does not
	HasZ     bool
	CRS      CRSHint
	// Encoding is the encoding of text, such as "GB18030", and EncodingFrom what
	// said so: "option", "cpg", "language byte", "guess"; empty where the format
	// knows only one.
	Encoding, EncodingFrom string
	// Hidden are sheets that are not shown, and all of a file whose parts are
	// layers too: nothing that is taken without being named.
	Hidden bool
	// Problems are those of the layer as a whole, such as FILE_MISSING_PART.
	Problems []Problem
}

// CRSHint is what a file says of its coordinate system.
type CRSHint struct {
	CRS  geo.CRS // empty where it says nothing, or nothing known
	Text string  // what it says, such as the name in a .prj
	From string  // what says it: "prj", "srs", "member", "format", "extension", "" for nothing
	// Err is why a system that is named is not taken: *Problem with DATUM_REFUSED
	// or CRS_UNKNOWN; nil where none is named.
	Err error
}

// ValueType says what a value is in the file.
type ValueType uint8

// The types of values.
const (
	Null ValueType = iota
	Text
	Number
	Bool
	Date // Text is RFC 3339, or a date alone
	JSON // Text is a JSON list or object, as it stands
)

// Value is one cell or property. Text is what the file has: of a number its
// digits as they stand, so that no digit of a code is lost on the way.
type Value struct {
	Text string
	Type ValueType
}

// Record is one feature or row, as the file has it.
type Record struct {
	Number int // counts from 1 in the order of the file
	Line   int // of a text file or a sheet, from 1, where it is another number; else 0
	// Geometry has the file's own coordinates: easting or longitude first, never
	// swapped, whatever the order in the file's standard. Rings are as they
	// stand: not closed where they are not. nil for none.
	Geometry orb.Geometry
	// Rings are those of a polygon in formats that do not say which hole is in
	// which polygon; Geometry is nil then.
	Rings  []orb.Ring
	HadZ   bool
	Values []Value // one for each column of the layer
	// Problems are those of this record, with places in the file's coordinates.
	Problems []Problem
}

// OpenOptions say how to open a file.
type OpenOptions struct {
	Encoding string // of text, beats what the file says; empty: found out
	ViaOGR   bool   // have ogr2ogr read it
	TempDir  string // for what has to be unpacked; empty: os.TempDir
	Limits   Limits // what a file may be; zero fields stand for DefaultLimits
	// Progress hears how many bytes of how many have been read, now and then,
	// from the goroutine that reads; nil means nobody.
	Progress func(done, of int64)
}

// Limits bound what a file can make us do.
type Limits struct {
	Vertices   int   // of one feature
	Rings      int   // of one feature
	Columns    int   // of one layer
	TextBytes  int   // of one value
	ZipEntries int   // of one archive
	ZipBytes   int64 // unpacked
	ZipRatio   int64 // unpacked to packed
	Depth      int   // of nesting
}

// DefaultLimits are the limits that hold where none are named.
func DefaultLimits() Limits {
	return Limits{Vertices: 50_000, Rings: 500, Columns: 1000, TextBytes: 1 << 20, ZipEntries: 50, ZipBytes: 256 << 20, ZipRatio: 100, Depth: 32}
}
