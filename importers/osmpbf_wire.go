package importers

import "errors"

// errWire is any fault of a protocol buffer's bytes; where does not matter to anybody.
var errWire = errors.New("no protocol buffer")

// wire reads the fields of one message of a protocol buffer
// (https://protobuf.dev/programming-guides/encoding/) in place: it allocates
// nothing, so that nothing follows from what lengths and counts claim.
type wire struct{ rest []byte }

// wireField is one field: a number in value, or bytes in data.
type wireField struct {
	number int
	value  uint64
	data   []byte // nil for numbers
}

// next gives the next field; ok is false at the end.
func (w *wire) next() (f wireField, ok bool, err error) {
	if len(w.rest) == 0 {
		return f, false, nil
	}
	key, err := w.varint()
	if err != nil || key>>3 == 0 || key>>3 > 1<<29 {
		return f, false, errWire
	}
	f.number = int(key >> 3)
	switch key & 7 {
	case 0:
		f.value, err = w.varint()
	case 1:
		_, err = w.take(8) // no field that is read here has eight bytes, or four
	case 2:
		var n uint64
		if n, err = w.varint(); err == nil {
			f.data, err = w.take(n)
		}
	case 5:
		_, err = w.take(4)
	default:
		err = errWire
	}
	return f, err == nil, err
}

// take gives the next n bytes, never nil.
func (w *wire) take(n uint64) ([]byte, error) {
	if n > uint64(len(w.rest)) {
		return nil, errWire
	}
	b := w.rest[:n:n]
	w.rest = w.rest[n:]
	return b, nil
}

// varint reads a number of seven bits a byte.
func (w *wire) varint() (uint64, error) {
	if len(w.rest) > 0 && w.rest[0] < 0x80 {
		v := w.rest[0]
		w.rest = w.rest[1:]
		return uint64(v), nil
	}
	var v uint64
	for i := 0; i < len(w.rest) && i < 10; i++ {
		b := w.rest[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			w.rest = w.rest[i+1:]
			return v, nil
		}
	}
	return 0, errWire
}

// signed reads a varint whose lowest bit is the sign (sint64).
func (w *wire) signed() (int64, error) {
	v, err := w.varint()
	return zigzag(v), err
}

// zigzag gives the number that a sint64 stands for.
func zigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
