package photo

import (
	"errors"
	"runtime"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// FuzzRead: whatever comes in, Read gives a picture within the limits or a
// problem the sender can understand, and takes bounded memory.
func FuzzRead(f *testing.F) {
	j, p := encodeJPEG(f, drawQuarters(32, 24)), encodePNG(f, drawQuarters(32, 24))
	f.Add(intoJPEG(j, here.bytes()))
	f.Add(intoPNG(p, here.bytes()))
	f.Add(readFile(f, "quarters.webp"))
	f.Add(readFile(f, "lossless.webp"))
	f.Add(readFile(f, "quarters.heic"))
	hvcC, data := tile(f)
	part := item{kind: "hvc1", data: data, props: []int{1, 2}}
	f.Add(heifFile([][]byte{hvcC, ispe(320, 240), ispe(640, 240)},
		item{kind: "grid", data: grid(1, 2, 640, 240), props: []int{3}, parts: []uint16{2, 3}}, part, part))
	l := Limits{MaxPixels: 1_000_000, LongestSide: 64}
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := Read(data, l)
		runtime.ReadMemStats(&after)
		var problem *geo.Problem
		switch {
		case err != nil && !errors.As(err, &problem):
			t.Errorf("Read = %v, want a problem", err)
		case err == nil && (p.Width < 1 || p.Height < 1 || max(p.Width, p.Height) > 64):
			t.Errorf("picture of %d × %d, want 1 to 64", p.Width, p.Height)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
			t.Errorf("Read of %d bytes took %d bytes of memory", len(data), n)
		}
	})
}

// FuzzMeta: metadata of any kind neither panics nor gives a place off the map.
func FuzzMeta(f *testing.F) {
	for o := range uint16(9) {
		x := here
		x.orientation, x.little = o, o%2 == 0
		f.Add(x.bytes())
	}
	j := encodeJPEG(f, drawQuarters(32, 24))
	f.Fuzz(func(t *testing.T, tiff []byte) {
		if len(tiff) > 60000 {
			return
		}
		p, err := Read(intoJPEG(j, tiff), Limits{})
		if err != nil {
			t.Fatalf("Read of a good picture with odd metadata = %v", err)
		}
		if at := p.Position; at != nil && (!(at[0] >= -180 && at[0] <= 180) || !(at[1] >= -90 && at[1] <= 90)) {
			t.Errorf("Position = %v, off the map", *at)
		}
	})
}
