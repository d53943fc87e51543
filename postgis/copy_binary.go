package postgis

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// copyRows is rows of one table in the binary form of COPY (PostgreSQL, "COPY",
// Binary Format). pgx writes the same, value by value through its types; where
// rows come by the hundred thousand that takes as long as the database does.
type copyRows struct {
	buf  []byte
	rows int
}

// copyHeader begins the rows: the signature, no flags, no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func (c *copyRows) row(columns int) {
	if c.rows == 0 {
		c.buf = append(c.buf, copyHeader...)
	}
	c.rows++
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(columns))
}

// end gives the bytes to send.
func (c *copyRows) end() []byte { return append(c.buf, 0xff, 0xff) }

func (c *copyRows) null()       { c.buf = append(c.buf, 0xff, 0xff, 0xff, 0xff) }
func (c *copyRows) size(n int)  { c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(n)) }
func (c *copyRows) int16(v int) { c.size(2); c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(v)) }
func (c *copyRows) int32(v int) { c.size(4); c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(v)) }
func (c *copyRows) int64(v int64) {
	c.size(8)
	c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(v))
}

func (c *copyRows) float(v float64) { c.int64(int64(math.Float64bits(v))) }

func (c *copyRows) text(s string) {
	c.size(len(s))
	c.buf = append(c.buf, s...)
}

func (c *copyRows) bytes(b []byte) {
	c.size(len(b))
	c.buf = append(c.buf, b...)
}

func (c *copyRows) bool(v bool) {
	c.size(1)
	if v {
		c.buf = append(c.buf, 1)
		return
	}
	c.buf = append(c.buf, 0)
}

func (c *copyRows) id(id geo.ID) { c.bytes(id[:]) }

// idOrNull is NULL for the zero id.
func (c *copyRows) idOrNull(id geo.ID) {
	if id == (geo.ID{}) {
		c.null()
		return
	}
	c.id(id)
}

// json is jsonb: version 1, and the text; NULL for none.
func (c *copyRows) json(text []byte) {
	if len(text) == 0 {
		c.null()
		return
	}
	c.size(len(text) + 1)
	c.buf = append(append(c.buf, 1), text...)
}

// epoch is where timestamps of PostgreSQL count from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// time is timestamptz, NULL for the zero time.
func (c *copyRows) time(t time.Time) {
	if t.IsZero() {
		c.null()
		return
	}
	c.int64(t.UnixMicro() - epoch)
}

// ids is uuid[].
func (c *copyRows) ids(list []geo.ID) {
	const uuidOID = 2950
	if len(list) == 0 {
		c.size(12)
		c.buf = append(c.buf, 0, 0, 0, 0, 0, 0, 0, 0)
		c.buf = binary.BigEndian.AppendUint32(c.buf, uuidOID)
		return
	}
	c.size(20 + 20*len(list))
	for _, n := range []uint32{1, 0, uuidOID, uint32(len(list)), 1} {
		c.buf = binary.BigEndian.AppendUint32(c.buf, n)
	}
	for _, id := range list {
		c.id(id)
	}
}

// point is a geometry of SRID 4326: well-known binary with the SRID, as PostGIS takes it.
func (c *copyRows) point(p orb.Point) {
	c.size(25)
	c.buf = append(c.buf, 1)
	c.buf = binary.LittleEndian.AppendUint32(c.buf, 1|0x20000000)
	c.buf = binary.LittleEndian.AppendUint32(c.buf, 4326)
	c.buf = binary.LittleEndian.AppendUint64(c.buf, math.Float64bits(p[0]))
	c.buf = binary.LittleEndian.AppendUint64(c.buf, math.Float64bits(p[1]))
}
