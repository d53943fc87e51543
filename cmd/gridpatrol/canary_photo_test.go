package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"mime/multipart"
	"testing"

	"github.com/paulmach/orb"
)

// withPhoto gives the body and content type of a form with a photo.
func withPhoto(t *testing.T, part, json string, photo []byte) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormField(part)
	if err == nil {
		_, err = io.WriteString(w, json)
	}
	if err == nil {
		w, err = form.CreateFormFile("photo", canaryName+".jpg")
	}
	if err == nil {
		_, err = w.Write(photo)
	}
	if err = errorsOf(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String(), form.FormDataContentType()
}

// picture is a JPEG whose metadata say where it was taken and, as its artist, by
// whom.
func picture(t *testing.T, at orb.Point) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 96, 64))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	body := append([]byte("Exif\x00\x00"), gpsTIFF(at, canaryName+canaryPhone)...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// gpsTIFF is a TIFF structure (TIFF 6.0, EXIF 2.3) of two directories: an artist,
// and a position in degrees, as whole numbers over ten million.
func gpsTIFF(at orb.Point, artist string) []byte {
	o := binary.BigEndian
	entry := func(b []byte, id, kind uint16, count uint32, value []byte) []byte {
		b = o.AppendUint32(o.AppendUint16(o.AppendUint16(b, id), kind), count)
		return append(b, append(value, make([]byte, 4-len(value))...)...)
	}
	u32 := func(v int) []byte { return o.AppendUint32(nil, uint32(v)) }
	degrees := func(v float64) (b []byte) {
		for _, n := range []uint32{uint32(math.Round(v * 1e7)), 10_000_000, 0, 1, 0, 1} {
			b = o.AppendUint32(b, n)
		}
		return b
	}
	const second = 8 + 2 + 2*12 + 4
	const values = second + 2 + 4*12 + 4
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	b = o.AppendUint16(b, 2)
	b = entry(b, 0x013b, 2, uint32(len(artist)+1), u32(values+48))
	b = entry(b, 0x8825, 4, 1, u32(second))
	b = o.AppendUint32(b, 0)
	b = o.AppendUint16(b, 4)
	b = entry(b, 1, 2, 2, []byte("N\x00"))
	b = entry(b, 2, 5, 3, u32(values))
	b = entry(b, 3, 2, 2, []byte("E\x00"))
	b = entry(b, 4, 5, 3, u32(values+24))
	b = o.AppendUint32(b, 0)
	b = append(append(b, degrees(at[1])...), degrees(at[0])...)
	return append(append(b, artist...), 0)
}
