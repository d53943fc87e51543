package photo

import "bytes"

// coded is what a video stream decodes to.
type coded struct {
	w, h     uint32
	halves   uint64 // samples of a pixel, in halves: 2 for grey, 3 for 4:2:0, up to 6
	wordSize uint64 // bytes of a sample
}

// cost is the bytes of the decoded planes. Decoding takes some fifteen times
// as much, for the library's memory grows by copying itself.
func (c coded) cost() uint64 { return uint64(c.w) * uint64(c.h) * c.halves * c.wordSize / 2 }

// check refuses too many pixels, and fewer of a costly kind (finer colour, ten
// bits) that take the memory of too many of the usual kind.
func (c coded) check(maxPixels int) error {
	if err := checkSize(c.w, c.h, maxPixels); err != nil {
		return err
	}
	if c.cost() > uint64(maxPixels)*3/2 {
		return tooLarge("the HEIC picture of %d × %d pixels takes too much memory with its depth of colour", c.w, c.h)
	}
	return nil
}

// largest is the costliest picture that the video stream of an item has by its
// parameter sets, those kept apart in hvcC and those in the stream.
func (h *heif) largest(id uint32, maxPixels int) (most coded, err error) {
	bad := damaged("the HEIC file is damaged")
	lengthSize := 0
	sps := func(nal []byte) error {
		c, ok := parseSPS(nal)
		if !ok {
			return bad
		}
		if c.cost() > most.cost() {
			most = c
		}
		return c.check(maxPixels)
	}
	for _, i := range h.assoc[id] {
		if i < 1 || i > len(h.props) || h.props[i-1].kind != "hvcC" {
			continue
		}
		// ISO/IEC 14496-15 §8.3.3.1
		c := cursor{b: h.props[i-1].body}
		c.take(21)
		lengthSize = int(c.uint(1)&3) + 1
		for range c.uint(1) {
			kind := c.uint(1) & 0x3f
			for range c.uint(2) {
				nal := c.take(int(c.uint(2)))
				if c.err != nil {
					return coded{}, bad
				}
				if kind == nalSPS || nalType(nal) == nalSPS {
					if err := sps(nal); err != nil {
						return coded{}, err
					}
				}
			}
		}
		if c.err != nil {
			return coded{}, bad
		}
	}
	data, err := h.data(id)
	if err != nil || lengthSize == 0 || most.w == 0 {
		return coded{}, bad
	}
	pictures := 0
	for c := (cursor{b: data}); len(c.b) > 0; {
		nal := c.take(int(c.uint(lengthSize)))
		if c.err != nil {
			return coded{}, bad
		}
		switch kind := nalType(nal); {
		case kind == nalSPS:
			if err := sps(nal); err != nil {
				return coded{}, err
			}
		case kind >= 0 && kind < 32 && len(nal) > 2 && nal[2]&0x80 != 0:
			// first_slice_segment_in_pic_flag: another picture begins.
			if pictures++; pictures > 1 {
				return coded{}, bad
			}
		}
	}
	return most, nil
}

// checkGrid refuses a grid that is too large as a whole or whose tiles are
// together (ISO/IEC 23008-12 §6.6.2.3): a tile may be named many times.
func (h *heif) checkGrid(id uint32, pictures map[uint32]coded, maxPixels int) error {
	bad := damaged("the HEIC file is damaged")
	data, err := h.data(id)
	if err != nil {
		return bad
	}
	c := cursor{b: data}
	c.take(1)
	side := 2 + 2*int(c.uint(1)&1)
	c.take(2) // rows and columns
	whole := coded{w: uint32(c.uint(side)), h: uint32(c.uint(side))}
	if c.err != nil {
		return bad
	}
	var sum uint64
	for _, part := range h.parts[id] {
		tile, ok := pictures[part]
		if !ok {
			return bad
		}
		whole.halves, whole.wordSize = max(whole.halves, tile.halves), max(whole.wordSize, tile.wordSize)
		// The last row and column may stick out, by less than a tile.
		if sum += tile.cost(); sum > 3*uint64(maxPixels) {
			return tooLarge("the picture's tiles have more than %d million pixels", 2*maxPixels/1_000_000)
		}
	}
	return whole.check(maxPixels)
}

// nalSPS is the type of a sequence parameter set (ITU-T H.265 table 7-1).
const nalSPS = 33

// nalType is the type of a NAL unit, -1 for none.
func nalType(nal []byte) int {
	if len(nal) < 2 {
		return -1
	}
	return int(nal[0] >> 1 & 0x3f)
}

// parseSPS reads the size in pixels, before cropping, and the kind of samples
// from a sequence parameter set (ITU-T H.265 §7.3.2.2).
func parseSPS(nal []byte) (c coded, ok bool) {
	if len(nal) < 2 {
		return coded{}, false
	}
	// Bytes 3 after two zeros are stuffing (§7.4.2).
	r := bits{b: bytes.ReplaceAll(nal[2:], []byte{0, 0, 3}, []byte{0, 0})}
	r.skip(4)
	layers := r.read(3)
	r.skip(1)
	r.skip(96) // general profile, tier, level
	if layers > 0 {
		var skip uint
		for range layers {
			skip += 88 * uint(r.read(1))
			skip += 8 * uint(r.read(1))
		}
		r.skip(2 * (8 - uint(layers)))
		r.skip(skip)
	}
	r.golomb() // id
	chroma := r.golomb()
	if chroma == 3 {
		r.skip(1)
	}
	c.w, c.h = r.golomb(), r.golomb()
	if r.read(1) == 1 { // cropping
		for range 4 {
			r.golomb()
		}
	}
	depth := 8 + max(r.golomb(), r.golomb())
	if r.over || c.w == 0 || c.h == 0 || chroma > 3 || depth > 16 {
		return coded{}, false
	}
	c.halves = [4]uint64{2, 3, 4, 6}[chroma]
	c.wordSize = 1
	if depth > 8 {
		c.wordSize = 2
	}
	return c, true
}

// bits reads bits, highest first, and remembers whether it ran out.
type bits struct {
	b    []byte
	pos  uint
	over bool
}

func (r *bits) skip(n uint) { r.pos += n }

func (r *bits) read(n uint) (v uint32) {
	for range n {
		if r.pos/8 >= uint(len(r.b)) {
			r.over = true
			return 0
		}
		v = v<<1 | uint32(r.b[r.pos/8]>>(7-r.pos%8)&1)
		r.pos++
	}
	return v
}

// golomb reads an unsigned Exp-Golomb number (§9.2).
func (r *bits) golomb() uint32 {
	zeros := uint(0)
	for r.read(1) == 0 {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.read(zeros)
}
