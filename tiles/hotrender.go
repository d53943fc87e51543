package tiles

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// Keys of the properties of a cell, in the order of hotKeys.
const (
	keyH3 = iota
	keySuppressed
	keyCount
	keyRate
	keyHouseholds
	keyZ
	keyP
	keySignificant
	keyAnalysis
	keyHours
	keyPerHour
	keyWatched
)

var hotKeys = [...]string{"h3", "suppressed", "count", "rate", "households", "z_score", "p_value", "significant", "analysis_h3", "patrol_hours", "per_patrol_hour", "watched"}

// valueDouble is the field of a value that is a number with decimals.
const valueDouble = 3<<3 | 1

// smallCounts are those whose value a tile finds again by the count.
const smallCounts = 256

// hotRenderer draws one tile of hot spots at a time; it is used again and
// again. Keys and values are numbered as they are first used.
type hotRenderer struct {
	ring     []spot
	body     []byte // features
	geometry []byte
	head     []byte
	tags     []byte
	values   []byte // encoded, each with its field
	n        uint64 // how many values there are
	keys     [len(hotKeys)]int32
	used     []int32 // keys in use, in order
	counts   [smallCounts]int32
	yes, no  int32
	stat     hotspot.Stat // the statistics met last, and their values: neighbours share them
	statAt   [4]uint64
	hasStat  bool
}

var hotRenderers = sync.Pool{New: func() any { return new(hotRenderer) }}

// render draws a tile; nil where it shows no reports.
func (h *heat) render(name string, of hotspot.Variable, t maptile.Tile) []byte {
	r := hotRenderers.Get().(*hotRenderer)
	defer hotRenderers.Put(r)
	r.begin()
	res := resolutionAt(int(t.Z))
	compared, numbers := h.compared(of), h.tally.Numbers(res)
	snap := newSnapper(t)
	room, homes, done := h.gallery.hang(res, h.tally.Cells(res), h.district)
	defer done()
	for _, number := range room.in(t, res) {
		if int(number) >= len(numbers) || numbers[number] == 0 {
			continue // a cell of later columns, or one without reports
		}
		ring := room.hexagons[number].draw(&snap, r.ring)
		if ring == nil {
			continue
		}
		r.ring = ring
		cell := h.cell(compared, res, number)
		if h.district != nil {
			cell.Households, cell.Peopled = homes[number].households, homes[number].known
		}
		h.walk(&cell)
		r.feature(&cell, ring)
	}
	return r.finish(name)
}

func (r *hotRenderer) begin() {
	r.body, r.values, r.used, r.n, r.hasStat = r.body[:0], r.values[:0], r.used[:0], 0, false
	for i := range r.keys {
		r.keys[i] = -1
	}
	for i := range r.counts {
		r.counts[i] = -1
	}
	r.yes, r.no = -1, -1
}

// feature appends a cell with its ring.
func (r *hotRenderer) feature(c *HotCell, ring []spot) {
	r.tags = r.tags[:0]
	var name [15]byte
	hexadecimal(&name, uint64(c.Cell.Cell))
	h3 := r.text(name[:])
	r.tag(keyH3, h3)
	r.tag(keySuppressed, r.bool(c.Suppressed))
	if !c.Suppressed {
		r.tag(keyCount, r.count(c.N))
	}
	if rate, ok := c.Rate(); ok {
		r.tag(keyRate, r.number(rate))
	}
	if c.Peopled {
		r.tag(keyHouseholds, r.number(decimals(c.Households, 10)))
	}
	if c.Compared {
		if !r.hasStat || r.stat.Cell != c.Stat.Cell {
			r.stat, r.hasStat = c.Stat, true
			of := h3
			if c.Stat.Cell != c.Cell.Cell {
				hexadecimal(&name, uint64(c.Stat.Cell))
				of = r.text(name[:])
			}
			r.statAt = [...]uint64{r.number(decimals(c.Stat.Z, 1000)), r.number(pValue(c.Stat.P)), r.bool(c.Stat.Significant), of}
		}
		r.tag(keyZ, r.statAt[0])
		r.tag(keyP, r.statAt[1])
		r.tag(keySignificant, r.statAt[2])
		r.tag(keyAnalysis, r.statAt[3])
	}
	if c.Walked {
		r.tag(keyHours, r.number(decimals(c.Hours, 1000)))
	}
	if rate, ok := c.PerPatrolHour(); ok {
		r.tag(keyPerHour, r.number(rate))
	}
	if c.Weighed {
		r.tag(keyWatched, r.bool(c.Watched))
	}
	hexadecimal(&name, uint64(c.Cell.Cell))
	var at spot
	r.geometry = appendOutline(r.geometry[:0], outline{ring}, &at)
	r.head = binary.AppendUvarint(append(r.head[:0], featureNumber), featureNumberOf(name[:]))
	r.head = appendBytes(append(r.head, featureTags), r.tags)
	r.head = append(r.head, featureType, polygonType, featureGeometry)
	r.head = binary.AppendUvarint(r.head, uint64(len(r.geometry)))
	r.body = binary.AppendUvarint(append(r.body, layerFeature), uint64(len(r.head)+len(r.geometry)))
	r.body = append(append(r.body, r.head...), r.geometry...)
}

func (r *hotRenderer) tag(key int, value uint64) {
	k := r.keys[key]
	if k < 0 {
		k = int32(len(r.used))
		r.keys[key] = k
		r.used = append(r.used, int32(key))
	}
	r.tags = binary.AppendUvarint(binary.AppendUvarint(r.tags, uint64(k)), value)
}

// text, number, bool and count give the number of a value.
func (r *hotRenderer) text(v []byte) uint64 {
	r.values = binary.AppendUvarint(append(r.values, layerValue), uint64(2+len(v)))
	r.values = appendBytes(append(r.values, valueText), v) // a cell's name: its length takes one byte
	r.n++
	return r.n - 1
}

func (r *hotRenderer) number(v float64) uint64 {
	r.values = append(r.values, layerValue, 9, valueDouble)
	r.values = binary.LittleEndian.AppendUint64(r.values, math.Float64bits(v))
	r.n++
	return r.n - 1
}

func (r *hotRenderer) bool(v bool) uint64 {
	known := &r.no
	if v {
		known = &r.yes
	}
	if *known < 0 {
		*known = int32(r.n)
		r.values = appendBytes(append(r.values, layerValue), appendValue(nil, v))
		r.n++
	}
	return uint64(*known)
}

func (r *hotRenderer) count(n int) uint64 {
	var unknown int32 = -1
	known := &unknown
	if n < smallCounts {
		known = &r.counts[n]
	}
	if *known < 0 {
		*known = int32(r.n)
		r.values = appendBytes(append(r.values, layerValue), appendValue(nil, n))
		r.n++
	}
	return uint64(*known)
}

func (r *hotRenderer) finish(name string) []byte {
	if len(r.body) == 0 {
		return nil
	}
	for _, k := range r.used {
		r.body = appendBytes(append(r.body, layerKey), hotKeys[k])
	}
	r.body = append(r.body, r.values...)
	r.body = binary.AppendUvarint(append(r.body, layerExtent), extent)
	r.head = appendBytes(append(r.head[:0], layerVersion, 2, layerName), name)
	out := make([]byte, 0, 1+binary.MaxVarintLen32+len(r.head)+len(r.body))
	out = binary.AppendUvarint(append(out, tileLayer), uint64(len(r.head)+len(r.body)))
	return append(append(out, r.head...), r.body...)
}

// hexadecimal writes a cell's name, as cell.Cell's String.
func hexadecimal(to *[15]byte, v uint64) {
	const digits = "0123456789abcdef"
	for i := len(to) - 1; i >= 0; i-- {
		to[i] = digits[v&15]
		v >>= 4
	}
}

// featureNumberOf is featureID without making a text.
func featureNumberOf(name []byte) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	h := uint64(offset)
	for _, b := range name {
		h = (h ^ uint64(b)) * prime
	}
	return h >> 12
}
