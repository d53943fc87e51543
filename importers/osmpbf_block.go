package importers

import (
	"errors"
	"math"
)

// osmStrings is how many texts one block may have: those in use hold 8,000
// elements, each with a few texts.
const osmStrings = 1 << 18

// osmBlock is one block of elements. It is used again for every block.
type osmBlock struct {
	strings     [][2]uint32 // from and to, in table
	table       []byte
	columns     []int8 // of each text: the column that it is the key of, or -1
	groups      [][]byte
	granularity int64
	lat, lon    int64 // offsets, in nanodegrees
	refs        []int64
	way         osmWay
}

// osmWay is one way that has one of the wanted tags.
type osmWay struct {
	id     int64
	refs   []int64
	values []string // one for each column
}

// errManyStrings is a block with more texts than osmStrings.
var errManyStrings = errors.New("too many texts")

// parse reads the frame of a block: its texts, and where its groups are. content
// must stay until the block is done with.
func (b *osmBlock) parse(content []byte) error {
	b.strings, b.columns, b.groups = b.strings[:0], b.columns[:0], b.groups[:0]
	b.granularity, b.lat, b.lon, b.table = 100, 0, 0, nil
	for w := (wire{content}); ; {
		f, ok, err := w.next()
		if !ok {
			return err
		}
		switch f.number {
		case 1:
			if err := b.parseStrings(f.data); err != nil {
				return err
			}
		case 2:
			b.groups = append(b.groups, f.data)
		case 17:
			b.granularity = int64(int32(f.value))
		case 19:
			b.lat = int64(f.value)
		case 20:
			b.lon = int64(f.value)
		}
	}
}

func (b *osmBlock) parseStrings(table []byte) error {
	b.table = table
	for w := (wire{table}); ; {
		f, ok, err := w.next()
		if !ok {
			return err
		}
		if f.number != 1 {
			continue
		}
		if len(b.strings) == osmStrings {
			return errManyStrings
		}
		to := uint32(len(table) - len(w.rest))
		b.strings = append(b.strings, [2]uint32{to - uint32(len(f.data)), to})
		column := int8(-1)
		for i, name := range osmColumns {
			if string(f.data) == name {
				column = int8(i)
			}
		}
		b.columns = append(b.columns, column)
	}
}

// place gives a place on the lattice of 1e-7 degrees; ok is false for none.
func (b *osmBlock) place(lon, lat int64) (p osmPlace, ok bool) {
	x := (float64(b.lon) + float64(b.granularity)*float64(lon)) / 100
	y := (float64(b.lat) + float64(b.granularity)*float64(lat)) / 100
	if !(math.Abs(x) <= 180e7) || !(math.Abs(y) <= 90e7) {
		return p, false
	}
	return osmPlace{int32(math.Round(x)), int32(math.Round(y))}, true
}

// nodes calls each with every node of the block.
func (b *osmBlock) nodes(each func(id int64, p osmPlace) error) (some bool, err error) {
	for _, group := range b.groups {
		for w := (wire{group}); ; {
			f, ok, err := w.next()
			if err != nil {
				return some, err
			}
			if !ok {
				break
			}
			switch f.number {
			case 1:
				some, err = true, b.node(f.data, each)
			case 2:
				some, err = true, b.dense(f.data, each)
			}
			if err != nil {
				return some, err
			}
		}
	}
	return some, nil
}

// node reads one node on its own.
func (b *osmBlock) node(data []byte, each func(id int64, p osmPlace) error) error {
	var id, lat, lon int64
	for w := (wire{data}); ; {
		f, ok, err := w.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			id = zigzag(f.value)
		case 8:
			lat = zigzag(f.value)
		case 9:
			lon = zigzag(f.value)
		}
	}
	if p, ok := b.place(lon, lat); ok {
		return each(id, p)
	}
	return nil
}

// dense reads many nodes: their numbers, latitudes and longitudes, each as the
// difference from the one before.
func (b *osmBlock) dense(data []byte, each func(id int64, p osmPlace) error) error {
	var ids, lats, lons wire
	for w := (wire{data}); ; {
		f, ok, err := w.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			ids.rest = f.data
		case 8:
			lats.rest = f.data
		case 9:
			lons.rest = f.data
		}
	}
	var id, lat, lon int64
	for len(ids.rest) > 0 {
		dID, err1 := ids.signed()
		dLat, err2 := lats.signed()
		dLon, err3 := lons.signed()
		if err1 != nil || err2 != nil || err3 != nil {
			return errWire
		}
		id, lat, lon = id+dID, lat+dLat, lon+dLon
		if p, ok := b.place(lon, lat); ok {
			if err := each(id, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// ways calls each with every way that has a wanted tag; the way is valid until
// each returns.
func (b *osmBlock) ways(each func(*osmWay) error) (some bool, err error) {
	for _, group := range b.groups {
		for w := (wire{group}); ; {
			f, ok, err := w.next()
			if err != nil {
				return some, err
			}
			if !ok {
				break
			}
			if f.number != 3 {
				continue
			}
			some = true
			wanted, err := b.parseWay(f.data)
			if err == nil && wanted {
				err = each(&b.way)
			}
			if err != nil {
				return some, err
			}
		}
	}
	return some, nil
}

// parseWay reads one way into b.way, its nodes only where its tags are wanted.
func (b *osmBlock) parseWay(data []byte) (wanted bool, err error) {
	way := &b.way
	way.id, way.refs = 0, b.refs[:0]
	if way.values == nil {
		way.values = make([]string, len(osmColumns))
	}
	clear(way.values)
	var keys, values, refs wire
	for w := (wire{data}); ; {
		f, ok, err := w.next()
		if err != nil {
			return false, err
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			way.id = int64(f.value)
		case 2:
			keys.rest = f.data
		case 3:
			values.rest = f.data
		case 8:
			refs.rest = f.data
		}
	}
	for len(keys.rest) > 0 {
		k, err1 := keys.varint()
		v, err2 := values.varint()
		if err1 != nil || err2 != nil || k >= uint64(len(b.strings)) || v >= uint64(len(b.strings)) {
			return false, errWire
		}
		if column := b.columns[k]; column >= 0 {
			at := b.strings[v]
			way.values[column] = string(b.table[at[0]:at[1]])
			wanted = wanted || osmWanted[column]
		}
	}
	if !wanted {
		return false, nil
	}
	for ref := int64(0); len(refs.rest) > 0; {
		d, err := refs.signed()
		if err != nil {
			return false, err
		}
		ref += d
		way.refs = append(way.refs, ref)
	}
	b.refs = way.refs
	return true, nil
}
