package importers

import (
	"context"
	"fmt"
	"io"
)

// shapeReader walks through the records of a .shp.
type shapeReader struct {
	r       windowReader
	end     int64 // of the records: as the header says, or the file's
	cut     bool  // the file is shorter than its header says
	kind    shapeType
	limits  Limits
	index   *windowReader // the .shx, nil where it is missing or of no use
	indexed int64         // its entries
	buf     []byte

	records  int64 // counted by count
	whole    bool  // the last of them ends where it should
	problems []Problem
}

// A .shp and a .shx begin with a header, and every record with its number and
// its length.
const shpHeader, shpRecordHeader, shxEntry = 100, 8, 8

// newShapeReader reads the header of a .shp.
func newShapeReader(r io.ReaderAt, size int64, limits Limits) (*shapeReader, error) {
	s := &shapeReader{r: windowReader{r: r, size: size}, limits: limits}
	head, err := s.r.at(0, shpHeader)
	if err != nil {
		return nil, fmt.Errorf("read .shp: %w", err)
	}
	if head == nil {
		return nil, truncated(".shp", size)
	}
	if be(head) != 9994 || le(head[28:]) != 1000 {
		return nil, corrupt(".shp", "its header is none of a shapefile")
	}
	s.kind = shapeType(le(head[32:]))
	if s.kind == multiPatch {
		return nil, &Problem{
			Problem: ProblemFormatRefused, Detail: "the shapefile holds MultiPatch bodies (buildings in three dimensions); export it as polygons",
			Values: map[string]any{"format": "MultiPatch"},
		}
	}
	if s.kind.name() == "" && s.kind != nullShape {
		return nil, corrupt(".shp", fmt.Sprintf("shapes of type %d are unknown", s.kind))
	}
	s.end = 2 * be(head[24:])
	if s.end > size {
		s.cut, s.end = true, size
	}
	return s, nil
}

// useIndex takes the .shx, if it is one and agrees with the end of the .shp.
func (s *shapeReader) useIndex(r io.ReaderAt, size int64) {
	x := &windowReader{r: r, size: size}
	head, err := x.at(0, shpHeader)
	switch {
	case err != nil || head == nil || 2*be(head[24:]) > size || (size-shpHeader)%shxEntry != 0:
		p := truncated(".shx", size)
		p.Warning = true
		p.Detail = fmt.Sprintf("the .shx file ends at byte %d, before what its header announces; the shapes were read without it", size)
		s.problems = append(s.problems, *p)
		return
	case be(head) != 9994 || 2*be(head[24:]) < shpHeader:
		s.ignoreIndex("its header is none of an index")
		return
	}
	s.index, s.indexed = x, (2*be(head[24:])-shpHeader)/shxEntry
}

// ignoreIndex says that the .shx is not used.
func (s *shapeReader) ignoreIndex(why string) {
	p := corrupt(".shx", why)
	p.Warning = true
	p.Detail = fmt.Sprintf("the .shx file is damaged: %s; the shapes were read without it", why)
	s.problems = append(s.problems, *p)
	s.index, s.indexed = nil, 0
}

// count finds how many records there are: those of the index where it leads to
// the end of the shapes, else by walking through them.
func (s *shapeReader) count(ctx context.Context) error {
	end := int64(shpHeader)
	if s.index != nil {
		s.records = s.indexed
		if s.indexed > 0 {
			at, length, err := s.entry(s.indexed - 1)
			if err != nil {
				return err
			}
			end = at + shpRecordHeader + length
		}
		if end == s.end && !s.cut {
			s.whole = true
			return nil
		}
	}
	n, whole, err := s.walk(ctx)
	if err != nil {
		return err
	}
	switch {
	case s.index == nil:
		s.records, s.whole = n, whole
	case whole: // the shapes are in order, so the index is not
		s.ignoreIndex("it does not lead to the shapes")
		s.records, s.whole = n, true
	default:
		s.whole = !s.cut && end <= s.end
	}
	return nil
}

// walk counts the records from the first to the last that is whole.
func (s *shapeReader) walk(ctx context.Context) (n int64, whole bool, err error) {
	for at := int64(shpHeader); ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return n, false, ctx.Err()
		}
		if at == s.end {
			return n, !s.cut, nil
		}
		length, ok, err := s.recordAt(at)
		if !ok || err != nil {
			return n, false, err
		}
		at += shpRecordHeader + length
	}
}

// entry gives an entry of the index, from 0: the place of a record and the
// length of its content.
func (s *shapeReader) entry(i int64) (at, length int64, err error) {
	b, err := s.index.at(shpHeader+i*shxEntry, shxEntry)
	if err != nil || b == nil {
		return 0, 0, err
	}
	return 2 * be(b), 2 * be(b[4:]), nil
}

// recordAt reads the header of a record; ok is false where none can be there.
func (s *shapeReader) recordAt(at int64) (length int64, ok bool, err error) {
	b, err := s.r.at(at, shpRecordHeader)
	if err != nil || b == nil {
		return 0, false, err
	}
	length = 2 * be(b[4:])
	return length, length >= 4 && at+shpRecordHeader+length <= s.r.size, nil
}

// each gives the shapes in order, with what is wrong with them; numbers count
// from 1. An error of give ends it and is returned.
func (s *shapeReader) each(ctx context.Context, progress func(done, of int64), give func(n int64, sh shape, fault *Problem) error) error {
	next := int64(shpHeader)
	for n := int64(1); n <= s.records; n++ {
		if n%1024 == 1 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if progress != nil {
				progress(min(next, s.r.size), s.r.size)
			}
		}
		at, fault, err := s.find(n, next)
		if err != nil {
			return err
		}
		var sh shape
		if fault == nil {
			if sh, next, fault, err = s.read(at); err != nil {
				return err
			}
		}
		if err := give(n, sh, fault); err != nil {
			return err
		}
	}
	if progress != nil {
		progress(s.r.size, s.r.size)
	}
	switch {
	case s.whole:
		return nil
	case s.cut:
		return truncated(".shp", s.r.size)
	}
	return corrupt(".shp", fmt.Sprintf("there is no record at byte %d", next))
}

// find gives the place of the n-th record: where the index has it, if there is a
// record of that length, else after the one before. fault says that there is
// none, err that there are no more.
func (s *shapeReader) find(n, next int64) (at int64, fault *Problem, err error) {
	if s.index == nil {
		return next, nil, nil
	}
	at, want, err := s.entry(n - 1)
	if err != nil {
		return 0, nil, err
	}
	if at+shpRecordHeader+want > s.r.size && s.cut {
		return 0, nil, truncated(".shp", s.r.size)
	}
	if length, ok, err := s.recordAt(at); err != nil || ok && length == want && at >= shpHeader {
		return at, nil, err
	}
	if length, ok, err := s.recordAt(next); err != nil || ok && length == want {
		return next, nil, err
	}
	return 0, corrupt(".shp", fmt.Sprintf("there is no record at byte %d, where the index has it", at)), nil
}

// read reads the record at a place that recordAt found to be one, and says where
// the next should begin.
func (s *shapeReader) read(at int64) (sh shape, next int64, fault *Problem, err error) {
	length, ok, err := s.recordAt(at)
	if err != nil {
		return shape{}, 0, nil, err
	}
	if !ok {
		return shape{}, 0, nil, truncated(".shp", s.r.size)
	}
	next = at + shpRecordHeader + length
	// A record that may be taken is no longer than one of the most rings and
	// vertices, with heights and measures.
	if most := int64(s.limits.Vertices)*32 + int64(s.limits.Rings)*4 + 128; length > most {
		return shape{}, next, s.tooLarge(fmt.Sprintf("%d bytes", length), int(length), int(most)), nil
	}
	if int64(cap(s.buf)) < length {
		s.buf = make([]byte, length+length/4)
	}
	b := s.buf[:length]
	if err := readAt(s.r.r, b, at+shpRecordHeader, s.r.size, ".shp"); err != nil {
		return shape{}, 0, nil, err
	}
	sh, fault = s.parse(b)
	return sh, next, fault, nil
}

func (s *shapeReader) tooLarge(what string, value, limit int) *Problem {
	return &Problem{
		Problem: ProblemLimit,
		Detail:  fmt.Sprintf("the shape has %s; the most is %d vertices and %d rings or lines", what, s.limits.Vertices, s.limits.Rings),
		Values:  map[string]any{"what": "shape", "value": value, "limit": limit},
	}
}

// windowReader reads small pieces that mostly follow one another.
type windowReader struct {
	r      io.ReaderAt
	size   int64
	from   int64
	window []byte
}

// at gives n bytes, valid until the next call; nil where the file does not have them.
func (w *windowReader) at(at, n int64) ([]byte, error) {
	if at < 0 || at+n > w.size {
		return nil, nil
	}
	if at < w.from || at+n > w.from+int64(len(w.window)) {
		if w.window == nil {
			w.window = make([]byte, 16<<10)
		}
		w.window = w.window[:min(int64(cap(w.window)), w.size-at)]
		if got, err := w.r.ReadAt(w.window, at); err != nil && int64(got) < n {
			w.window = w.window[:0]
			return nil, fmt.Errorf("read: %w", err)
		}
		w.from = at
	}
	return w.window[at-w.from : at-w.from+n], nil
}
