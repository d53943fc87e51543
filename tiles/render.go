package tiles

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
)

// tag is a property of a feature: numbers of a key and of a value.
type tag struct{ key, value int32 }

// tagTable is the properties of all areas of a kind, values encoded as the tile
// specification (4.1) has them.
type tagTable struct {
	keys   []string
	values [][]byte
	of     [][]tag // by area
}

func newTagTable(areas []*geo.Area) *tagTable {
	t := &tagTable{of: make([][]tag, len(areas))}
	keys, values := make(map[string]int32), make(map[string]int32)
	for i, a := range areas {
		properties := areaProperties(a)
		names := make([]string, 0, len(properties))
		for name := range properties {
			names = append(names, name)
		}
		slices.SortFunc(names, cmp.Compare[string])
		for _, name := range names {
			k, ok := keys[name]
			if !ok {
				k = int32(len(t.keys))
				keys[name] = k
				t.keys = append(t.keys, name)
			}
			encoded := appendValue(nil, properties[name])
			v, ok := values[string(encoded)]
			if !ok {
				v = int32(len(t.values))
				values[string(encoded)] = v
				t.values = append(t.values, encoded)
			}
			t.of[i] = append(t.of[i], tag{k, v})
		}
	}
	return t
}

// Fields of the messages of a tile: number<<3 | wire type.
const (
	tileLayer       = 3<<3 | 2
	layerName       = 1<<3 | 2
	layerFeature    = 2<<3 | 2
	layerKey        = 3<<3 | 2
	layerValue      = 4<<3 | 2
	layerExtent     = 5 << 3
	layerVersion    = 15 << 3
	featureNumber   = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2
	valueText       = 1<<3 | 2
	valueUint       = 5 << 3
	valueBool       = 7 << 3
	polygonType     = 3
)

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendBytes(append(b, valueText), v)
	case bool:
		if v {
			return append(b, valueBool, 1)
		}
		return append(b, valueBool, 0)
	case int:
		return binary.AppendUvarint(append(b, valueUint), uint64(v))
	case int64:
		return binary.AppendUvarint(append(b, valueUint), uint64(v))
	}
	panic("tiles: areas have texts, yes or no, and numbers from 0 on") // see areaProperties
}

func appendBytes[T ~string | ~[]byte](b []byte, data T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// renderer draws one tile at a time; it is used again and again.
type renderer struct {
	cutter   cutter
	spans    []span
	body     []byte // the layer without its head
	geometry []byte
	head     []byte
	keys     []int32 // in the tile, by number in the table; -1 for none
	values   []int32
	used     []int32 // values of the tile, in order
	usedKeys []int32
}

var renderers = sync.Pool{New: func() any { return new(renderer) }}

// render draws a tile of the level; nil where nothing is to be seen.
func (l *level) render(name string, t maptile.Tile) []byte {
	r := renderers.Get().(*renderer)
	defer renderers.Put(r)
	r.begin(t, l.table)
	r.spans = l.shown(r.spans[:0], t)
	for _, s := range r.spans {
		f := &l.features[s.feature]
		r.geometry = r.draw(r.geometry[:0], f, s.whole)
		if len(r.geometry) == 0 {
			continue
		}
		r.feature(f)
	}
	return r.finish(name, l.table)
}

func (r *renderer) begin(t maptile.Tile, table *tagTable) {
	r.cutter.begin(t)
	r.body = r.body[:0]
	for _, k := range r.usedKeys {
		r.keys[k] = -1
	}
	for _, v := range r.used {
		r.values[v] = -1
	}
	r.used, r.usedKeys = r.used[:0], r.usedKeys[:0]
	for len(r.keys) < len(table.keys) {
		r.keys = append(r.keys, -1)
	}
	for len(r.values) < len(table.values) {
		r.values = append(r.values, -1)
	}
}

// draw appends the geometry of a feature (specification 4.3).
func (r *renderer) draw(b []byte, f *drawn, whole bool) []byte {
	var at spot
	if whole {
		return appendOutline(b, wholeTile, &at)
	}
	for i := range f.polygons {
		for _, o := range r.cutter.cut(&f.polygons[i]) {
			b = appendOutline(b, o, &at)
		}
	}
	return b
}

func appendOutline(b []byte, o outline, at *spot) []byte {
	const moveTo, lineTo, closePath = 1, 2, 7
	for _, ring := range o {
		b = append(b, moveTo|1<<3)
		b = appendStep(b, ring[0], at)
		b = binary.AppendUvarint(b, uint64(lineTo|(len(ring)-1)<<3))
		for _, p := range ring[1:] {
			b = appendStep(b, p, at)
		}
		b = append(b, closePath|1<<3)
	}
	return b
}

func appendStep(b []byte, p spot, at *spot) []byte {
	dx, dy := p.x-at.x, p.y-at.y
	*at = p
	x, y := uint32(dx<<1)^uint32(dx>>31), uint32(dy<<1)^uint32(dy>>31)
	if x|y < 1<<7 {
		return append(b, byte(x), byte(y))
	}
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(x)), uint64(y))
}

// feature appends a feature whose geometry is drawn.
func (r *renderer) feature(f *drawn) {
	r.head = append(binary.AppendUvarint(append(r.head[:0], featureNumber), f.id), featureTags, 0)
	start := len(r.head)
	for _, t := range f.tags {
		k := r.keys[t.key]
		if k < 0 {
			k = int32(len(r.usedKeys))
			r.keys[t.key] = k
			r.usedKeys = append(r.usedKeys, t.key)
		}
		v := r.values[t.value]
		if v < 0 {
			v = int32(len(r.used))
			r.values[t.value] = v
			r.used = append(r.used, t.value)
		}
		r.head = binary.AppendUvarint(binary.AppendUvarint(r.head, uint64(k)), uint64(v))
	}
	// An area has some ten properties: their numbers take less than 128 bytes.
	r.head[start-1] = byte(len(r.head) - start)
	r.head = append(r.head, featureType, polygonType, featureGeometry)
	r.head = binary.AppendUvarint(r.head, uint64(len(r.geometry)))
	r.body = binary.AppendUvarint(append(r.body, layerFeature), uint64(len(r.head)+len(r.geometry)))
	r.body = append(append(r.body, r.head...), r.geometry...)
}

func (r *renderer) finish(name string, table *tagTable) []byte {
	if len(r.body) == 0 {
		return nil
	}
	for _, k := range r.usedKeys {
		r.body = appendBytes(append(r.body, layerKey), table.keys[k])
	}
	for _, v := range r.used {
		r.body = appendBytes(append(r.body, layerValue), table.values[v])
	}
	r.body = binary.AppendUvarint(append(r.body, layerExtent), extent)
	r.head = appendBytes(append(r.head[:0], layerVersion, 2, layerName), name)
	out := make([]byte, 0, 1+binary.MaxVarintLen32+len(r.head)+len(r.body))
	out = binary.AppendUvarint(append(out, tileLayer), uint64(len(r.head)+len(r.body)))
	return append(append(out, r.head...), r.body...)
}
