package importers

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
	"testing"
)

// osmWriter writes OpenStreetMap extracts for tests, also wrong ones.
type osmWriter struct {
	t testing.TB
	w io.Writer
	n int64 // bytes written
}

// osmTagged is a way as tests have it: tags are key, value, key, value, …
type osmTagged struct {
	id   int64
	refs []int64
	tags []string
}

func pbNumber(b []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3), v)
}

func pbBytes(b []byte, field int, data []byte) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3|2), uint64(len(data)))
	return append(b, data...)
}

func pbSigned(b []byte, v int64) []byte { return binary.AppendUvarint(b, uint64(v<<1)^uint64(v>>63)) }

// blob writes a blob as it is given, with the size in its header.
func (o *osmWriter) blob(kind string, blob []byte, size int) {
	head := pbNumber(pbBytes(nil, 1, []byte(kind)), 3, uint64(size))
	out := binary.BigEndian.AppendUint32(nil, uint32(len(head)))
	out = append(append(out, head...), blob...)
	n, err := o.w.Write(out)
	if o.n += int64(n); err != nil {
		o.t.Fatal(err)
	}
}

// packed writes a blob of content, with zlib.
func (o *osmWriter) packed(kind string, content []byte) {
	blob := pbNumber(nil, 2, uint64(len(content)))
	blob = pbBytes(blob, 3, zlibbed(o.t, content))
	o.blob(kind, blob, len(blob))
}

func zlibbed(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err == nil {
		_, err = z.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header writes the first blob.
func (o *osmWriter) header(features ...string) {
	var b []byte
	for _, f := range features {
		b = pbBytes(b, 4, []byte(f))
	}
	o.packed("OSMHeader", b)
}

// dense writes a block of nodes as all programs do today.
func (o *osmWriter) dense(nodes ...osmNode) {
	var ids, lats, lons []byte
	var id, lat, lon int64
	for _, n := range nodes {
		ids = pbSigned(ids, n.id-id)
		lats = pbSigned(lats, int64(n.at.lat)-lat)
		lons = pbSigned(lons, int64(n.at.lon)-lon)
		id, lat, lon = n.id, int64(n.at.lat), int64(n.at.lon)
	}
	dense := pbBytes(pbBytes(pbBytes(nil, 1, ids), 8, lats), 9, lons)
	o.packed("OSMData", osmBlockOf(nil, pbBytes(nil, 2, dense)))
}

// plain writes a block of nodes one by one, with an offset and a granularity of
// its own: places are whole multiples of 1e-6 degrees then.
func (o *osmWriter) plain(nodes ...osmNode) {
	var group []byte
	for _, n := range nodes {
		node := binary.AppendUvarint(nil, 1<<3)
		node = pbSigned(node, n.id)
		node = pbSigned(binary.AppendUvarint(node, 8<<3), int64(n.at.lat-400000000)/10)
		node = pbSigned(binary.AppendUvarint(node, 9<<3), int64(n.at.lon-1200000000)/10)
		group = pbBytes(group, 1, node)
	}
	b := osmBlockOf(nil, group)
	b = pbNumber(b, 17, 1000)
	b = pbNumber(b, 19, 40_000_000_000)
	o.packed("OSMData", pbNumber(b, 20, 120_000_000_000))
}

// ways writes a block of ways.
func (o *osmWriter) ways(ways ...osmTagged) {
	o.packed("OSMData", osmWaysBlock(ways...))
}

func osmWaysBlock(ways ...osmTagged) []byte {
	texts := []string{""}
	at := map[string]uint64{}
	number := func(s string) uint64 {
		if _, ok := at[s]; !ok {
			at[s] = uint64(len(texts))
			texts = append(texts, s)
		}
		return at[s]
	}
	var group []byte
	for _, w := range ways {
		var keys, values, refs []byte
		for i := 0; i < len(w.tags); i += 2 {
			keys = binary.AppendUvarint(keys, number(w.tags[i]))
			values = binary.AppendUvarint(values, number(w.tags[i+1]))
		}
		last := int64(0)
		for _, r := range w.refs {
			refs = pbSigned(refs, r-last)
			last = r
		}
		way := pbNumber(nil, 1, uint64(w.id))
		way = pbBytes(pbBytes(way, 2, keys), 3, values)
		group = pbBytes(group, 3, pbBytes(way, 8, refs))
	}
	return osmBlockOf(texts, group)
}

// osmBlockOf frames a group, after its texts.
func osmBlockOf(texts []string, group []byte) []byte {
	var table []byte
	for _, s := range texts {
		table = pbBytes(table, 1, []byte(s))
	}
	return pbBytes(pbBytes(nil, 1, table), 2, group)
}

// osmGrid gives nodes of a square, numbered along its rows from first on: places
// a thousandth of a degree apart.
func osmGrid(first int64, lon, lat int32, side int) (out []osmNode) {
	for i := range side * side {
		out = append(out, osmNode{first + int64(i), osmPlace{lon + int32(i%side)*10_000, lat + int32(i/side)*10_000}})
	}
	return out
}

// osmSmall writes an extract round a place in the district: a road from within a
// bound to without, a river, a building, and what is not wanted.
func osmSmall(t testing.TB, order string) []byte {
	t.Helper()
	var b bytes.Buffer
	o := &osmWriter{t: t, w: &b}
	o.header("OsmSchema-V0.6", "DenseNodes")
	inside, outside := osmGrid(1, 1256000000, 435000000, 3), osmGrid(101, 1266000000, 435000000, 3)
	nodes := func() {
		o.dense(inside...)
		o.dense(outside...)
	}
	ways := func() {
		o.ways(
			osmTagged{11, []int64{1, 2, 3}, []string{"highway", "primary", "name", "长清公路"}},
			osmTagged{12, []int64{3, 101, 102}, []string{"highway", "track"}},
			osmTagged{13, []int64{101, 102, 103}, []string{"highway", "primary", "name", "beyond"}},
			osmTagged{14, []int64{4, 5, 6}, []string{"power", "line"}})
		o.ways(
			osmTagged{15, []int64{4, 5, 777, 8, 9}, []string{"waterway", "river", "name", "饮马河"}},
			osmTagged{16, []int64{1, 2, 5, 4, 1}, []string{"building", "yes"}},
			osmTagged{17, []int64{7}, []string{"highway", "path"}})
	}
	switch order {
	case "nodes first":
		nodes()
		ways()
	case "ways first":
		ways()
		nodes()
	case "nodes backwards":
		slices.Reverse(inside)
		slices.Reverse(outside)
		o.dense(outside...)
		o.dense(inside...)
		ways()
	case "nodes one by one":
		o.plain(inside...)
		o.plain(outside...)
		ways()
	case "between ways":
		o.dense(inside[:4]...)
		ways()
		o.dense(inside[4:]...)
		o.dense(outside...)
	}
	return b.Bytes()
}
