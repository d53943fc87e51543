package api

import (
	"bytes"
	"io"
	"runtime"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// chunk is a stretch of the text of many points, read on a core of its own.
type chunk struct {
	text   []byte
	offset int64 // in the body
	first  bool  // no comma stands before its first point

	places []geo.LatticePoint
	states []uint32
	odd    []oddPoint
	end    int // where reading stopped: behind a point, or at 0
	done   chan struct{}
}

// chunkSize is how many bytes of points are read at once, some 10,000 points.
const chunkSize = 256 << 10

// read reads at most limit points, up to the first thing that is none, and
// looks them up. Looking up after reading lets the processor wait for several
// places in memory at once.
func (k *chunk) read(x *locate.Index, crs geo.CRS, limit int) {
	k.places, k.states, k.odd, k.end = k.places[:0], k.states[:0], k.odd[:0], 0
	b, i, comma := k.text, 0, !k.first
	for len(k.places) < limit {
		i = spaceEnd(b, i)
		if comma {
			if i >= len(b) || b[i] != ',' {
				break
			}
			i = spaceEnd(b, i+1)
		}
		if i >= len(b) || b[i] != '[' {
			break
		}
		place, at, ok := placeOf(b, i+1, crs)
		if !ok || at >= len(b) || b[at] != ']' {
			break
		}
		k.places = append(k.places, place)
		i, comma = at+1, true
		k.end = i
	}
	for n, q := range k.places {
		s, ok := x.State(q)
		if !ok {
			k.odd = append(k.odd, oddPoint{n, x.LocateLattice(q)})
		}
		k.states = append(k.states, uint32(s))
	}
}

// reader reads the points of a body in chunks, each of which ends with a point.
type reader struct {
	d     *document
	into  *compact
	w     *window
	ended bool // the body has

	crew  sync.WaitGroup
	work  chan *chunk // to the crew; nil without one
	going []*chunk    // in order
	spare []*chunk
}

// quickPoints reads points while they are what they should be, and resumes
// before the first thing that is not, be it the end of the array.
func (d *document) quickPoints(c *compact) {
	r := &reader{d: d, into: c, w: d.window()}
	r.run()
	if r.work != nil {
		close(r.work)
		r.crew.Wait()
	}
	var rest []io.Reader
	offset := r.w.offset + int64(r.w.at)
	if len(r.going) > 0 {
		offset = r.going[0].offset
	}
	for _, k := range r.going {
		rest = append(rest, bytes.NewReader(k.text))
	}
	d.resume(io.MultiReader(append(rest, bytes.NewReader(r.w.rest()), d.feed)...), offset, d.n == 0)
}

// run reads until something else comes than a point. What was read of it, and
// behind it, is left in going and in the window.
func (r *reader) run() {
	workers := min(runtime.GOMAXPROCS(0), 4)
	for first := true; ; first = false {
		k := r.next(first)
		if k == nil {
			break
		}
		r.going = append(r.going, k)
		switch {
		case r.work == nil && r.ended: // too few for a crew
			k.read(r.d.Index, r.d.crs, maxPoints)
			close(k.done)
		case r.work == nil:
			r.hire(workers)
			fallthrough
		default:
			r.work <- k
		}
		if len(r.going) > 2*workers && !r.take() {
			return
		}
	}
	for len(r.going) > 0 && r.take() {
	}
}

func (r *reader) hire(workers int) {
	r.work = make(chan *chunk)
	for range workers {
		r.crew.Go(func() {
			for k := range r.work {
				k.read(r.d.Index, r.d.crs, maxPoints)
				close(k.done)
			}
		})
	}
}

// next gives the next chunk; nil where what comes has no end of a point, which
// what is read of a body that failed has not either in the end.
func (r *reader) next(first bool) *chunk {
	want := chunkSize
	if first {
		want /= 8 // to begin soon
	}
	for len(r.w.rest()) < want && !r.ended {
		if err := r.w.more(); err != nil {
			r.ended = true
		}
	}
	b := r.w.rest()
	end := bytes.LastIndexByte(b, ']') + 1
	if end == 0 {
		return nil
	}
	k := &chunk{}
	if n := len(r.spare); n > 0 {
		k, r.spare = r.spare[n-1], r.spare[:n-1]
	}
	k.text, k.offset, k.first, k.done = append(k.text[:0], b[:end]...), r.w.offset+int64(r.w.at), first, make(chan struct{})
	r.w.at += end
	return k
}

// take takes the points of the oldest chunk into the answer. It gives false,
// and leaves what was not read, where that is not all of it.
func (r *reader) take() bool {
	k := r.going[0]
	<-k.done
	if free := maxPoints - r.d.n; len(k.states) > free {
		k.read(r.d.Index, r.d.crs, free)
	}
	r.into.add(k.states, k.odd)
	r.d.n += len(k.states)
	if k.end < len(k.text) {
		k.text, k.offset = k.text[k.end:], k.offset+int64(k.end)
		return false
	}
	r.going, r.spare = r.going[1:], append(r.spare, k)
	return true
}
