package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"runtime"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// item is one item of a HEIF file that a test builds.
type item struct {
	kind  string
	data  []byte
	props []int // counted from 1
	parts []uint16
}

func be16(v ...int) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, uint16(x))
	}
	return b
}

func be32(v ...int) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, uint32(x))
	}
	return b
}

func makeBox(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(be32(8+len(body)), kind...), body...)
}

// heifFile builds a file whose primary item is the first.
func heifFile(props [][]byte, items ...item) []byte {
	ftyp := makeBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	build := func(start int) []byte {
		var infes, locs, assoc, refs, data []byte
		for i, it := range items {
			id := i + 1
			infes = append(infes, makeBox("infe", be32(2<<24), be16(id, 0), []byte(it.kind), []byte{0})...)
			locs = append(locs, be16(id, 0, 1)...)
			locs = append(locs, be32(start+len(data), len(it.data))...)
			data = append(data, it.data...)
			assoc = append(assoc, be16(id)...)
			assoc = append(assoc, byte(len(it.props)))
			for _, p := range it.props {
				assoc = append(assoc, byte(p)|0x80)
			}
			if it.parts != nil {
				body := be16(id, len(it.parts))
				for _, p := range it.parts {
					body = append(body, be16(int(p))...)
				}
				refs = append(refs, makeBox("dimg", body)...)
			}
		}
		meta := makeBox("meta", be32(0),
			makeBox("hdlr", be32(0, 0), []byte("pict"), be32(0, 0, 0), []byte{0}),
			makeBox("pitm", be32(0), be16(1)),
			makeBox("iinf", be32(0), be16(len(items)), infes),
			makeBox("iloc", be32(0), be16(0x4400, len(items)), locs),
			makeBox("iref", be32(0), refs),
			makeBox("iprp", makeBox("ipco", props...), makeBox("ipma", be32(0, len(items)), assoc)))
		return append(append(bytes.Clone(ftyp), meta...), makeBox("mdat", data)...)
	}
	return build(len(build(0)) - func() (n int) {
		for _, it := range items {
			n += len(it.data)
		}
		return n
	}())
}

func ispe(w, h int) []byte { return makeBox("ispe", be32(0, w, h)) }

// tile is the sample's picture: its hvcC property and its data.
func tile(t testing.TB) (hvcC, data []byte) {
	t.Helper()
	h := heif{file: readFile(t, "quarters.heic"), kinds: map[uint32]string{}, extents: map[uint32][]extent{}, parts: map[uint32][]uint32{}, assoc: map[uint32][]int{}}
	if err := h.parse(); err != nil {
		t.Fatal(err)
	}
	data, err := h.data(h.primary)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range h.props {
		if p.kind == "hvcC" {
			return makeBox("hvcC", p.body), data
		}
	}
	t.Fatal("sample has no hvcC")
	return nil, nil
}

// grid describes rows × columns tiles making w × h pixels.
func grid(rows, columns, w, h int) []byte {
	return append([]byte{0, 1, byte(rows - 1), byte(columns - 1)}, be32(w, h)...)
}

// makeSPS is a sequence parameter set as far as it is read: size, chroma format
// (1 for 4:2:0 to 3 for 4:4:4), bits of a sample.
func makeSPS(w, h, chroma, depth uint32) []byte {
	var bits []byte
	put := func(v uint32, n int) {
		for n--; n >= 0; n-- {
			bits = append(bits, byte(v>>n&1))
		}
	}
	golomb := func(v uint32) {
		n := 0
		for x := v + 1; x > 1; x >>= 1 {
			n++
		}
		put(0, n)
		put(v+1, n+1)
	}
	put(1, 8)
	for range 12 { // profile, tier and level, without runs of zeros
		put(0x55, 8)
	}
	golomb(0)
	golomb(chroma)
	if chroma == 3 {
		put(0, 1)
	}
	golomb(w)
	golomb(h)
	put(0, 1)
	golomb(depth - 8)
	golomb(depth - 8)
	put(1, 16)
	out := []byte{nalSPS << 1, 1}
	for i := 0; i+8 <= len(bits); i += 8 {
		var b byte
		for _, x := range bits[i : i+8] {
			b = b<<1 | x
		}
		out = append(out, b)
	}
	return out
}

func TestHEIFKinds(t *testing.T) {
	hvcC, data := tile(t)
	part := item{kind: "hvc1", data: data, props: []int{1, 2}}
	t.Run("grid, as telephones write", func(t *testing.T) {
		file := heifFile([][]byte{hvcC, ispe(320, 240), ispe(640, 480)},
			item{kind: "grid", data: grid(2, 2, 640, 480), props: []int{3}, parts: []uint16{2, 3, 4, 5}}, part, part, part, part)
		p, err := Read(file, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != 640 || p.Height != 480 {
			t.Errorf("size = %d × %d, want 640 × 480", p.Width, p.Height)
		}
	})
	t.Run("turned by its own property", func(t *testing.T) {
		turn := makeBox("irot", []byte{3}) // 270° counter-clockwise
		file := heifFile([][]byte{hvcC, ispe(320, 240), turn}, item{kind: "hvc1", data: data, props: []int{1, 2, 3}})
		p, err := Read(file, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if list, size := layout(t, p.JPEG); list != [4]int{2, 0, 3, 1} || size != image.Pt(240, 320) {
			t.Errorf("picture = %v, %v, want turned a quarter clockwise, 240 × 320", list, size)
		}
	})
}

func TestParseSPS(t *testing.T) {
	for _, c := range []struct {
		w, h, chroma, depth uint32
		cost                uint64
	}{
		{4032, 3024, 1, 8, 4032 * 3024 * 3 / 2},
		{4032, 3024, 1, 10, 4032 * 3024 * 3},
		{7008, 4672, 2, 10, 7008 * 4672 * 4},
		{512, 512, 3, 12, 512 * 512 * 6},
		{512, 512, 0, 8, 512 * 512},
	} {
		got, ok := parseSPS(makeSPS(c.w, c.h, c.chroma, c.depth))
		if !ok || got.w != c.w || got.h != c.h || got.cost() != c.cost {
			t.Errorf("parseSPS = %+v, %v of cost %d, want %+v", got, ok, got.cost(), c)
		}
	}
	whole := makeSPS(512, 512, 1, 8)
	for n := range len(whole) - 3 {
		if _, ok := parseSPS(whole[:n]); ok {
			t.Errorf("parseSPS of %d bytes of %d is ok", n, len(whole))
		}
	}
}

func TestHEIFRefuses(t *testing.T) {
	hvcC, data := tile(t)
	part := item{kind: "hvc1", data: data, props: []int{1, 2}}
	// lying is the sample's hvcC with another parameter set.
	lying := func(sps []byte) []byte {
		body := append(bytes.Clone(hvcC[8:8+22]), 1, nalSPS, 0, 1)
		body = append(body, be16(len(sps))...)
		return makeBox("hvcC", append(body, sps...))
	}
	sps := makeSPS(20000, 20000, 1, 8)
	many := make([]uint16, 65000)
	for i := range many {
		many[i] = 2
	}
	for _, c := range []struct {
		name, code string
		file       []byte
	}{
		{"size property", "photo-too-large", heifFile([][]byte{hvcC, ispe(50000, 50000)}, part)},
		{"stream larger than the property", "photo-too-large", heifFile([][]byte{lying(sps), ispe(320, 240)}, part)},
		{"few pixels of a costly kind", "photo-too-large", heifFile([][]byte{lying(makeSPS(4000, 4000, 3, 10)), ispe(4000, 4000)}, part)},
		{"stream that grows inside", "photo-too-large", heifFile([][]byte{hvcC, ispe(320, 240)},
			item{kind: "hvc1", data: bytes.Join([][]byte{be32(len(sps)), sps, data}, nil), props: []int{1, 2}})},
		{"several pictures in one", "photo-damaged", heifFile([][]byte{hvcC, ispe(320, 240)},
			item{kind: "hvc1", data: bytes.Repeat(data, 3), props: []int{1, 2}})},
		{"grid larger than its property", "photo-too-large", heifFile([][]byte{hvcC, ispe(320, 240)},
			item{kind: "grid", data: grid(1, 1, 60000, 60000), props: []int{2}, parts: []uint16{2}}, part)},
		{"one tile many times", "photo-too-large", heifFile([][]byte{hvcC, ispe(320, 240)},
			item{kind: "grid", data: grid(1, 1, 320, 240), props: []int{2}, parts: many}, part)},
		{"grid of itself", "photo-damaged", heifFile([][]byte{hvcC, ispe(320, 240)},
			item{kind: "grid", data: grid(1, 1, 320, 240), props: []int{2}, parts: []uint16{1}}, part)},
		{"overlay", "photo-format", heifFile([][]byte{hvcC, ispe(320, 240)}, part, item{kind: "iovl", data: []byte{0}})},
		{"no stream properties", "photo-damaged", heifFile([][]byte{ispe(320, 240)}, item{kind: "hvc1", data: data, props: []int{1}})},
		{"data beyond the end", "photo-damaged", func() []byte {
			f := heifFile([][]byte{hvcC, ispe(320, 240)}, part)
			return f[:len(f)-len(data)/2]
		}()},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Read(c.file, Limits{})
			runtime.ReadMemStats(&after)
			var p *geo.Problem
			if !errors.As(err, &p) || p.Code != c.code {
				t.Errorf("Read = %v, want code %s", err, c.code)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
				t.Errorf("refusing took %d bytes of memory, want no decoding", n)
			}
		})
	}
}
