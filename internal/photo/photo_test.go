package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// quarterOf says which of the quarters' colours c is; -1 for none.
func quarterOf(c color.Color) int {
	r, g, b, _ := c.RGBA()
	return slices.IndexFunc(quarters[:], func(q color.RGBA) bool {
		near := func(a uint32, b uint8) bool { return math.Abs(float64(a>>8)-float64(b)) < 40 }
		return near(r, q.R) && near(g, q.G) && near(b, q.B)
	})
}

// layout gives the quarters of a picture as they lie.
func layout(t *testing.T, file []byte) (list [4]int, size image.Point) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	size = m.Bounds().Size()
	for i := range 4 {
		list[i] = quarterOf(m.At(size.X/4+i%2*size.X/2, size.Y/4+i/2*size.Y/2))
	}
	return list, size
}

// segments lists the markers of a JPEG before its picture data.
func segments(t *testing.T, file []byte) (markers []byte) {
	t.Helper()
	for i := 2; file[i] == 0xff && file[i+1] != 0xda; i += 2 + int(binary.BigEndian.Uint16(file[i+2:])) {
		markers = append(markers, file[i+1])
	}
	return markers
}

func wantUpright(t *testing.T, p Picture, w, h int) {
	t.Helper()
	list, size := layout(t, p.JPEG)
	if list != [4]int{0, 1, 2, 3} || size != image.Pt(w, h) || p.Width != w || p.Height != h {
		t.Errorf("picture = %v, %v (said %d × %d), want upright, %d × %d", list, size, p.Width, p.Height, w, h)
	}
	for _, m := range segments(t, p.JPEG) {
		if m >= 0xe0 && m <= 0xef || m == 0xfe {
			t.Errorf("picture has a segment of metadata, marker %#x", m)
		}
	}
	for _, s := range []string{"Exif", "http://ns.adobe.com", "ICC_PROFILE", "gridpatrol"} {
		if bytes.Contains(p.JPEG, []byte(s)) {
			t.Errorf("picture contains %q", s)
		}
	}
}

func wantMeta(t *testing.T, p Picture) {
	t.Helper()
	if p.Position == nil || math.Abs(p.Position[0]-125.66) > 1e-6 || math.Abs(p.Position[1]-43.52) > 1e-6 {
		t.Errorf("Position = %v, want 125.66 43.52", p.Position)
	}
	if want := time.Date(2026, 3, 3, 21, 6, 7, 0, time.UTC); !p.TakenAt.Equal(want) {
		t.Errorf("TakenAt = %v, want %v", p.TakenAt, want)
	}
}

var here = exif{
	lat: []uint32{43, 1, 31, 1, 1200, 100}, latRef: "N",
	lon: []uint32{125, 1, 39, 1, 3600, 100}, lonRef: "E",
	time: "2026:03:04 05:06:07", offset: "+08:00",
}

func TestReadFormats(t *testing.T) {
	m := drawQuarters(320, 240)
	turned := here
	turned.orientation = 6
	for _, c := range []struct {
		name   string
		file   []byte
		format Format
		meta   bool
		w, h   int
	}{
		{"jpeg", intoJPEG(encodeJPEG(t, m), here.bytes()), JPEG, true, 320, 240},
		{"jpeg without metadata", encodeJPEG(t, m), JPEG, false, 320, 240},
		{"png, whatever its name", intoPNG(encodePNG(t, m), here.bytes()), PNG, true, 320, 240},
		{"webp lossless", readFile(t, "lossless.webp"), WebP, false, 320, 240},
		{"heic, not turned by its EXIF", readFile(t, "quarters.heic"), HEIC, true, 320, 240},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Read(c.file, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Format != c.format {
				t.Errorf("Format = %s, want %s", p.Format, c.format)
			}
			wantUpright(t, p, c.w, c.h)
			if c.meta {
				wantMeta(t, p)
			} else if p.Position != nil || !p.TakenAt.IsZero() {
				t.Errorf("Position, TakenAt = %v, %v, want none", p.Position, p.TakenAt)
			}
		})
	}
	t.Run("webp turned by its EXIF", func(t *testing.T) {
		p, err := Read(readFile(t, "quarters.webp"), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		wantMeta(t, p)
		// The pixels are upright and marked as turned: so they come out a
		// quarter clockwise.
		if list, size := layout(t, p.JPEG); list != [4]int{2, 0, 3, 1} || size != image.Pt(240, 320) {
			t.Errorf("picture = %v, %v, want turned a quarter, 240 × 320", list, size)
		}
	})
}

// For each orientation, the scene as the camera would have stored it: where
// the upright picture's point (x, y) lies in the file, by EXIF's table of what
// row 0 and column 0 are.
func TestReadOrientations(t *testing.T) {
	const w, h = 96, 64
	upright := drawQuarters(w, h)
	for o, place := range map[uint16]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },         // row 0 top, column 0 right
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
		4: func(x, y int) (int, int) { return x, h - 1 - y },         // bottom, left
		5: func(x, y int) (int, int) { return y, x },                 // row 0 left, column 0 top
		6: func(x, y int) (int, int) { return y, w - 1 - x },         // row 0 right, column 0 top
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x }, // right, bottom
		8: func(x, y int) (int, int) { return h - 1 - y, x },         // row 0 left, column 0 bottom
	} {
		for _, little := range []bool{false, true} {
			t.Run(fmt.Sprint(o, " little endian ", little), func(t *testing.T) {
				stored := image.NewRGBA(image.Rect(0, 0, w, h))
				if o >= 5 {
					stored = image.NewRGBA(image.Rect(0, 0, h, w))
				}
				for y := range h {
					for x := range w {
						sx, sy := place(x, y)
						stored.SetRGBA(sx, sy, upright.RGBAAt(x, y))
					}
				}
				x := here
				x.orientation, x.little = o, little
				p, err := Read(intoJPEG(encodeJPEG(t, stored), x.bytes()), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				wantUpright(t, p, w, h)
				wantMeta(t, p)
			})
		}
	}
}

func TestReadPosition(t *testing.T) {
	file := encodeJPEG(t, drawQuarters(32, 24))
	dms := func(d uint32) []uint32 { return []uint32{d, 1, 30, 1, 0, 1} }
	for _, c := range []struct {
		name string
		x    exif
		want string
	}{
		{"north east", exif{lat: dms(43), latRef: "N", lon: dms(125), lonRef: "E"}, "125.5 43.5"},
		{"south west", exif{lat: dms(33), latRef: "S", lon: dms(70), lonRef: "W"}, "-70.5 -33.5"},
		{"decimal degrees", exif{lat: []uint32{4352, 100, 0, 1, 0, 1}, latRef: "N", lon: []uint32{12566, 100, 0, 1, 0, 1}, lonRef: "E"}, "125.66 43.52"},
		{"null island", exif{lat: []uint32{0, 1, 0, 1, 0, 1}, latRef: "N", lon: []uint32{0, 1, 0, 1, 0, 1}, lonRef: "E"}, "none"},
		{"latitude 91", exif{lat: dms(91), latRef: "N", lon: dms(125), lonRef: "E"}, "none"},
		{"longitude 200", exif{lat: dms(43), latRef: "N", lon: dms(200), lonRef: "E"}, "none"},
		{"no hemispheres", exif{lat: dms(43), lon: dms(125)}, "none"},
		{"nonsense hemisphere", exif{lat: dms(43), latRef: "Q", lon: dms(125), lonRef: "E"}, "none"},
		{"division by zero", exif{lat: []uint32{43, 0, 0, 0, 0, 0}, latRef: "N", lon: dms(125), lonRef: "E"}, "none"},
		{"huge rationals", exif{lat: []uint32{math.MaxUint32, 1, math.MaxUint32, 1, 1, 1}, latRef: "N", lon: dms(125), lonRef: "E"}, "none"},
		{"one rational only", exif{lat: []uint32{43, 1}, latRef: "N", lon: []uint32{125, 1}, lonRef: "E"}, "none"},
		{"no position", exif{time: "2026:01:01 00:00:00"}, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Read(intoJPEG(file, c.x.bytes()), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got := "none"
			if p.Position != nil {
				got = fmt.Sprintf("%.9g %.9g", p.Position[0], p.Position[1])
			}
			if got != c.want {
				t.Errorf("Position = %s, want %s", got, c.want)
			}
		})
	}
}

func TestReadTime(t *testing.T) {
	file := encodeJPEG(t, drawQuarters(32, 24))
	zone := time.FixedZone("", 8*3600)
	for _, c := range []struct{ local, offset, want string }{
		{"2026:03:04 05:06:07", "+01:00", "2026-03-04T04:06:07Z"},
		{"2026:03:04 05:06:07", "", "2026-03-03T21:06:07Z"},
		{"2026:03:04 05:06:07", "  ", "2026-03-03T21:06:07Z"},
		{"0000:00:00 00:00:00", "", "0001-01-01T00:00:00Z"},
		{"2026:13:41 05:06:07", "", "0001-01-01T00:00:00Z"},
		{"yesterday", "", "0001-01-01T00:00:00Z"},
	} {
		p, err := Read(intoJPEG(file, exif{time: c.local, offset: c.offset}.bytes()), Limits{Zone: zone})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.TakenAt.Format(time.RFC3339); got != c.want {
			t.Errorf("TakenAt of %q %q = %s, want %s", c.local, c.offset, got, c.want)
		}
	}
}

func TestReadShrinks(t *testing.T) {
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{400, 300, 400, 400, 300},
		{401, 300, 400, 400, 299},
		{900, 1200, 160, 120, 160}, // in three steps
		{1000, 1, 100, 100, 1},
	} {
		p, err := Read(encodePNG(t, drawQuarters(c.w, c.h)), Limits{LongestSide: c.side})
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != c.wantW || p.Height != c.wantH {
			t.Errorf("%d × %d to %d = %d × %d, want %d × %d", c.w, c.h, c.side, p.Width, p.Height, c.wantW, c.wantH)
		}
		if c.h > 1 {
			wantUpright(t, p, c.wantW, c.wantH)
		}
	}
}

// A transparent picture lies on white.
func TestReadTransparent(t *testing.T) {
	p, err := Read(encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 16, 16))), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := m.At(8, 8).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("transparent pixel = %d %d %d, want white", r>>8, g>>8, b>>8)
	}
}

// resized gives a file with other sizes in its header.
func resized(file []byte, at int, size func(b []byte)) []byte {
	out := bytes.Clone(file)
	size(out[at:])
	return out
}

func TestReadRefuses(t *testing.T) {
	j := encodeJPEG(t, drawQuarters(320, 240))
	sof := bytes.Index(j, []byte{0xff, 0xc0}) + 5
	png := encodePNG(t, drawQuarters(32, 24))
	bomb := resized(png, 16, func(b []byte) {
		binary.BigEndian.PutUint32(b, 50000)
		binary.BigEndian.PutUint32(b[4:], 50000)
	})
	binary.BigEndian.PutUint32(bomb[29:], crcOf(bomb[12:29]))
	lossless := readFile(t, "lossless.webp")
	for _, c := range []struct {
		name string
		file []byte
		code string
	}{
		{"empty", nil, "photo-format"},
		{"text", []byte("this is not a picture, whatever its name says"), "photo-format"},
		{"gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), "photo-format"},
		{"avif", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"), "photo-format"},
		{"jpeg of three bytes", j[:3], "photo-damaged"},
		{"jpeg cut in half", j[:len(j)/2], "photo-damaged"},
		{"png cut in half", png[:len(png)/2], "photo-damaged"},
		{"png with a wrong checksum", resized(png, len(png)-20, func(b []byte) { b[0] ^= 1 }), "photo-damaged"},
		{"webp cut in half", lossless[:len(lossless)/2], "photo-damaged"},
		{"heic without content", readFile(t, "quarters.heic")[:40], "photo-damaged"},
		{"heic cut in half", readFile(t, "quarters.heic")[:700], "photo-damaged"},
		{"too many bytes", append(bytes.Clone(j), make([]byte, 20_000_000)...), "photo-too-large"},
		{"png of 50,000 × 50,000", bomb, "photo-too-large"},
		{"jpeg of 50,000 × 50,000", resized(j, sof, func(b []byte) { copy(b, "\xc3\x50\xc3\x50") }), "photo-too-large"},
		{"webp of 16,384 × 16,384", resized(lossless, 21, func(b []byte) { copy(b, "\xff\xff\xff\x0f") }), "photo-too-large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(c.file, Limits{})
			var p *geo.Problem
			if !errors.As(err, &p) || p.Code != c.code || !errors.Is(err, geo.ErrInvalid) {
				t.Errorf("Read = %v, want code %s", err, c.code)
			}
		})
	}
}

func TestReadAtTheLimit(t *testing.T) {
	file := encodePNG(t, drawQuarters(100, 100))
	if _, err := Read(file, Limits{MaxPixels: 100 * 100, MaxBytes: len(file)}); err != nil {
		t.Errorf("Read at both limits = %v, want a picture", err)
	}
	for _, l := range []Limits{{MaxPixels: 100*100 - 1}, {MaxBytes: len(file) - 1}} {
		if _, err := Read(file, l); err == nil {
			t.Errorf("Read past %+v = nil, want an error", l)
		}
	}
}

// A reader works for many at once, and lets go of whoever does not wait.
func TestReader(t *testing.T) {
	r := NewReader(Limits{LongestSide: 32})
	files := [][]byte{encodeJPEG(t, drawQuarters(64, 48)), readFile(t, "quarters.heic"), readFile(t, "lossless.webp")}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if p, err := r.Read(t.Context(), files[i%3]); err != nil || max(p.Width, p.Height) != 32 {
				t.Errorf("Read = %d × %d, %v", p.Width, p.Height, err)
			}
		})
	}
	wg.Wait()
	if err := r.slots.Acquire(t.Context(), slots); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, files[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with no slot and no patience = %v, want context.Canceled", err)
	}
}
