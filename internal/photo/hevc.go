package photo

import "bytes"

// codedPixels is how many pixels the video stream of an item has by its own
// parameter sets, those kept apart in hvcC and those in the stream.
func (h *heif) codedPixels(id uint32, maxPixels int) (pixels uint64, err error) {
	bad := damaged("the HEIC file is damaged")
	lengthSize := 0
	sps := func(nal []byte) error {
		w, h, ok := spsSize(nal)
		if !ok {
			return bad
		}
		pixels = max(pixels, uint64(w)*uint64(h))
		return checkSize(w, h, maxPixels)
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
					return 0, bad
				}
				if kind == nalSPS || nalType(nal) == nalSPS {
					if err := sps(nal); err != nil {
						return 0, err
					}
				}
			}
		}
		if c.err != nil {
			return 0, bad
		}
	}
	data, err := h.data(id)
	if err != nil || lengthSize == 0 || pixels == 0 {
		return 0, bad
	}
	pictures := 0
	for c := (cursor{b: data}); len(c.b) > 0; {
		nal := c.take(int(c.uint(lengthSize)))
		if c.err != nil {
			return 0, bad
		}
		switch kind := nalType(nal); {
		case kind == nalSPS:
			if err := sps(nal); err != nil {
				return 0, err
			}
		case kind >= 0 && kind < 32 && len(nal) > 2 && nal[2]&0x80 != 0:
			// first_slice_segment_in_pic_flag: another picture begins.
			if pictures++; pictures > 1 {
				return 0, bad
			}
		}
	}
	return pixels, nil
}

// checkGrid refuses a grid that is too large as a whole or whose tiles are
// together (ISO/IEC 23008-12 §6.6.2.3): a tile may be named many times.
func (h *heif) checkGrid(id uint32, pixels map[uint32]uint64, maxPixels int) error {
	bad := damaged("the HEIC file is damaged")
	data, err := h.data(id)
	if err != nil {
		return bad
	}
	c := cursor{b: data}
	c.take(1)
	side := 2 + 2*int(c.uint(1)&1)
	c.take(2) // rows and columns
	w, ht := uint32(c.uint(side)), uint32(c.uint(side))
	if c.err != nil {
		return bad
	}
	if err := checkSize(w, ht, maxPixels); err != nil {
		return err
	}
	var sum uint64
	for _, part := range h.parts[id] {
		n, ok := pixels[part]
		if !ok {
			return bad
		}
		// The last row and column may stick out, by less than a tile.
		if sum += n; sum > 2*uint64(maxPixels) {
			return tooLarge("the picture's tiles have more than %d million pixels", 2*maxPixels/1_000_000)
		}
	}
	return nil
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

// spsSize reads width and height in pixels, before cropping, from a sequence
// parameter set (ITU-T H.265 §7.3.2.2).
func spsSize(nal []byte) (w, h uint32, ok bool) {
	if len(nal) < 2 {
		return 0, 0, false
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
	if r.golomb() == 3 {
		r.skip(1)
	}
	w, h = r.golomb(), r.golomb()
	return w, h, !r.over && w > 0 && h > 0
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
