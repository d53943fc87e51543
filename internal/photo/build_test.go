package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
)

// The quarters of the test picture, upright: above left, above right, below
// left, below right.
var quarters = [4]color.RGBA{{220, 30, 30, 255}, {30, 200, 30, 255}, {30, 30, 220, 255}, {230, 220, 30, 255}}

// drawQuarters draws the test picture.
func drawQuarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, quarters[2*(2*y/h)+2*x/w])
		}
	}
	return m
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tag is one entry of a TIFF directory: its value as bytes in the file's order.
type tag struct {
	id, kind uint16
	count    uint32
	value    []byte
}

// tiff writes EXIF data by bytes (TIFF 6.0 §2, JEITA CP-3451).
type tiff struct{ binary.AppendByteOrder }

func (o tiff) short(id, v uint16) tag { return tag{id, 3, 1, o.AppendUint16(nil, v)} }
func (o tiff) text(id uint16, s string) tag {
	return tag{id, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func (o tiff) rationals(id uint16, nums ...uint32) tag {
	t := tag{id, 5, uint32(len(nums) / 2), nil}
	for _, n := range nums {
		t.value = o.AppendUint32(t.value, n)
	}
	return t
}

// directory appends a directory to b, its long values behind it. The offsets
// of sub-directories named by id are filled in from subs, which follow.
func (o tiff) directory(b []byte, tags []tag, subs map[uint16][]tag, order []uint16) []byte {
	for _, id := range order {
		tags = append(tags, tag{id, 4, 1, nil})
	}
	start := len(b)
	b = o.AppendUint16(b, uint16(len(tags)))
	b = append(b, make([]byte, 12*len(tags)+4)...)
	for i, t := range tags {
		if t.value == nil {
			t.value = o.AppendUint32(nil, uint32(len(b)))
			b = o.directory(b, subs[t.id], nil, nil)
		}
		if len(t.value) > 4 {
			at := len(b)
			b = append(b, t.value...)
			t.value = o.AppendUint32(nil, uint32(at))
		}
		e := o.AppendUint16(nil, t.id)
		e = o.AppendUint16(e, t.kind)
		e = o.AppendUint32(e, t.count)
		e = append(e, t.value...)
		copy(b[start+2+12*i:], e)
	}
	return b
}

// exif describes what a test file says of itself.
type exif struct {
	little         bool
	orientation    uint16
	lat, lon       []uint32 // rationals: degrees, minutes, seconds
	latRef, lonRef string
	time, offset   string
}

// bytes gives the TIFF structure.
func (x exif) bytes() []byte {
	o := tiff{binary.BigEndian}
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	if x.little {
		o, b = tiff{binary.LittleEndian}, []byte("II\x2a\x00\x08\x00\x00\x00")
	}
	var first []tag
	if x.orientation > 0 {
		first = append(first, o.short(0x0112, x.orientation))
	}
	subs := map[uint16][]tag{}
	var order []uint16
	if x.time != "" {
		subs[0x8769] = []tag{o.text(0x9003, x.time)}
		if x.offset != "" {
			subs[0x8769] = append(subs[0x8769], o.text(0x9011, x.offset))
		}
		order = append(order, 0x8769)
	}
	if x.lat != nil {
		if x.latRef != "" {
			subs[0x8825] = append(subs[0x8825], o.text(1, x.latRef))
		}
		subs[0x8825] = append(subs[0x8825], o.rationals(2, x.lat...))
		if x.lonRef != "" {
			subs[0x8825] = append(subs[0x8825], o.text(3, x.lonRef))
		}
		subs[0x8825] = append(subs[0x8825], o.rationals(4, x.lon...))
		order = append(order, 0x8825)
	}
	return o.directory(b, first, subs, order)
}

// intoJPEG puts TIFF data into a JPEG as its APP1 segment.
func intoJPEG(file, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// intoPNG puts TIFF data into a PNG as its eXIf chunk, after IHDR.
func intoPNG(file, tiff []byte) []byte {
	const after = 8 + 25
	out := append([]byte{}, file[:after]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(tiff)))
	chunk := append([]byte("eXIf"), tiff...)
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, file[after:]...)
}

// crcOf is the checksum of a PNG chunk, over its type and data.
func crcOf(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
