package photo

import (
	"encoding/binary"
	"slices"
)

// heif is what a HEIF file says of its items (ISO/IEC 14496-12 §8.11,
// ISO/IEC 23008-12), as far as it decides how much decoding takes.
type heif struct {
	file    []byte
	idat    []byte
	primary uint32
	kinds   map[uint32]string   // item type by id
	extents map[uint32][]extent // where an item's data lies
	parts   map[uint32][]uint32 // items a grid is put together from
	props   []box               // ipco, counted from 1 in assoc
	assoc   map[uint32][]int
}

type extent struct {
	inIdat     bool
	off, count uint64
}

// isHEIC tells by the brands of the first box.
func isHEIC(data []byte) bool {
	if len(data) < 16 || string(data[4:8]) != "ftyp" {
		return false
	}
	size := min(int(binary.BigEndian.Uint32(data)), len(data), 4096)
	found := false
	for i := 8; i+4 <= size; i += 4 {
		switch string(data[i : i+4]) {
		case "avif", "avis":
			return false
		case "heic", "heix", "heim", "heis", "mif1":
			found = true
		}
	}
	return found
}

// checkHEIF refuses a file whose decoding would take more than maxPixels
// promises, whatever part of it says so: picture size, the size in the video
// stream, tiles of a grid, several pictures where one belongs. A decoder
// allocates by each of these, and cannot be stopped once it runs.
func checkHEIF(data []byte, maxPixels int) error {
	h := heif{file: data, kinds: map[uint32]string{}, extents: map[uint32][]extent{}, parts: map[uint32][]uint32{}, assoc: map[uint32][]int{}}
	if err := h.parse(); err != nil {
		return damaged("the HEIC file is damaged")
	}
	switch k, ok := h.kinds[h.primary]; {
	case !ok:
		return damaged("the HEIC file is damaged")
	case k != "hvc1" && k != "grid":
		return unsupported("the HEIC file holds no picture of the usual kind")
	}
	for _, p := range h.props {
		if p.kind != "ispe" {
			continue
		}
		c := cursor{b: p.body}
		c.version()
		if err := checkSize(uint32(c.uint(4)), uint32(c.uint(4)), maxPixels); err != nil {
			return err
		}
	}
	pictures := map[uint32]coded{}
	for id, kind := range h.kinds {
		switch kind {
		case "hvc1":
			c, err := h.largest(id, maxPixels)
			if err != nil {
				return err
			}
			pictures[id] = c
		case "iovl", "iden", "hev1", "unci":
			return unsupported("the HEIC file holds no picture of the usual kind")
		}
	}
	for id, kind := range h.kinds {
		if kind == "grid" {
			if err := h.checkGrid(id, pictures, maxPixels); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *heif) parse() error {
	for b := range boxes(h.file) {
		if b.kind == "meta" && len(b.body) >= 4 {
			return h.parseMeta(b.body[4:])
		}
	}
	return errTruncated
}

func (h *heif) parseMeta(body []byte) error {
	for b := range boxes(body) {
		c := cursor{b: b.body}
		switch b.kind {
		case "pitm":
			v, _ := c.version()
			h.primary = c.id(v > 0)
		case "idat":
			h.idat = b.body
		case "iinf":
			h.parseItems(&c)
		case "iloc":
			h.parseLocations(&c)
		case "iref":
			h.parseReferences(&c)
		case "iprp":
			h.parseProperties(b.body, &c)
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

func (h *heif) parseItems(c *cursor) {
	v, _ := c.version()
	c.id(v > 0) // how many follow
	for b := range boxes(c.b) {
		i := cursor{b: b.body}
		v, _ := i.version()
		if b.kind != "infe" || v < 2 {
			continue
		}
		id := i.id(v > 2)
		i.take(2) // protection
		h.kinds[id] = string(i.take(4))
		if i.err != nil {
			c.err = i.err
		}
	}
}

func (h *heif) parseLocations(c *cursor) {
	v, _ := c.version()
	sizes := c.uint(2)
	offSize, lenSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if v == 0 {
		indexSize = 0
	}
	for range c.id(v > 1) {
		if c.err != nil {
			return
		}
		id := c.id(v > 1)
		method := uint64(0)
		if v > 0 {
			method = c.uint(2) & 15
		}
		if reference := c.uint(2); reference != 0 || method > 1 {
			c.err = errTruncated // data in another file or item: not in a picture from a camera
			return
		}
		base := c.uint(baseSize)
		for range c.uint(2) {
			if c.err != nil {
				return
			}
			c.uint(indexSize)
			h.extents[id] = append(h.extents[id], extent{method == 1, base + c.uint(offSize), c.uint(lenSize)})
		}
	}
}

func (h *heif) parseReferences(c *cursor) {
	v, _ := c.version()
	for b := range boxes(c.b) {
		if b.kind != "dimg" {
			continue
		}
		r := cursor{b: b.body}
		from := r.id(v > 0)
		for range r.uint(2) {
			if r.err != nil {
				break
			}
			h.parts[from] = append(h.parts[from], r.id(v > 0))
		}
		if r.err != nil {
			c.err = r.err
		}
	}
}

func (h *heif) parseProperties(body []byte, c *cursor) {
	for b := range boxes(body) {
		switch b.kind {
		case "ipco":
			for p := range boxes(b.body) {
				h.props = append(h.props, p)
			}
		case "ipma":
			a := cursor{b: b.body}
			v, flags := a.version()
			wide := flags&1 == 1
			for range a.uint(4) {
				if a.err != nil {
					break
				}
				id := a.id(v > 0)
				for range a.uint(1) {
					if wide {
						h.assoc[id] = append(h.assoc[id], int(a.uint(2)&0x7fff))
					} else {
						h.assoc[id] = append(h.assoc[id], int(a.uint(1)&0x7f))
					}
				}
			}
			if a.err != nil {
				c.err = a.err
			}
		}
	}
}

// data gives an item's bytes.
func (h *heif) data(id uint32) ([]byte, error) {
	var parts [][]byte
	total := 0
	for _, e := range h.extents[id] {
		from := h.file
		if e.inIdat {
			from = h.idat
		}
		if e.off > uint64(len(from)) || e.count > uint64(len(from))-e.off {
			return nil, errTruncated
		}
		b := from[e.off:]
		if e.count > 0 { // 0 means to the end
			b = b[:e.count]
		}
		if total += len(b); total > len(h.file) {
			return nil, errTruncated // extents that repeat themselves
		}
		parts = append(parts, b)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return slices.Concat(parts...), nil
}
