package api

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// placeText is the place of an area and a comma as text: up to seven bytes, the
// first one lowest, and their number in the highest.
type placeText uint64

// textOfPlace gives the text of a place below maxPoints; null for -1.
func textOfPlace(place int32) placeText {
	var b [8]byte
	text := append(b[:0], "null"...)
	if place >= 0 {
		text = strconv.AppendInt(b[:0], int64(place), 10)
	}
	n := len(append(text, ','))
	b[7] = byte(n)
	return placeText(binary.LittleEndian.Uint64(b[:]))
}

// pieceOfAnswer is how many points of a kind are written at once.
const pieceOfAnswer = 32 << 10

// answer writes what was collected, {"revision", "areas", "results"}.
func (c *compact) answer(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	out := patient{w, http.NewResponseController(w)}
	size := 512
	for _, areas := range c.areas {
		for _, a := range areas {
			size += len(c.texts.names[a]) + 1
		}
	}
	begin := appendPlan(fmt.Appendf(make([]byte, 0, size), `{"revision":%d`, c.revision), c.plan)
	begin = append(begin, `,"areas":`...)
	before := byte('{')
	for _, kind := range c.byName() {
		begin = fmt.Appendf(append(begin, before), "%q:[", c.kinds[kind])
		for i, a := range c.areas[kind] {
			if i > 0 {
				begin = append(begin, ',')
			}
			begin = append(begin, c.texts.names[a]...)
		}
		begin, before = append(begin, ']'), ','
	}
	begin = append(begin, `},"results":`...)
	// A client that is gone is nobody's error.
	if _, err := out.Write(begin); err != nil {
		return nil
	}
	_ = c.results(func(piece []byte) error {
		_, err := out.Write(piece)
		return err
	})
	_, _ = out.Write([]byte("}}\n"))
	return nil
}

// results gives {kind: [place or null, …], …} without its last brace to write,
// in pieces, until that fails. Several cores make the pieces.
func (c *compact) results(write func([]byte) error) error {
	pieces := c.pieces()
	next, wait := atomic.Int64{}, sync.WaitGroup{}
	workers := min(runtime.GOMAXPROCS(0), 4, len(c.points)/pieceOfAnswer+1)
	if workers == 1 {
		var text []byte
		for _, p := range pieces {
			text = c.write(p, text)
		}
		return write(text)
	}
	done := make([]chan []byte, len(pieces))
	for i := range done {
		done[i] = make(chan []byte, 1)
	}
	room, gone := make(chan struct{}, 2*workers), make(chan struct{})
	defer wait.Wait()
	defer close(gone)
	for range workers {
		wait.Go(func() {
			for {
				select {
				case room <- struct{}{}:
				case <-gone:
					return
				}
				i := int(next.Add(1)) - 1
				if i >= len(pieces) {
					return
				}
				done[i] <- c.write(pieces[i], nil)
			}
		})
	}
	for i := range pieces {
		if err := write(<-done[i]); err != nil {
			return err
		}
		<-room
	}
	return nil
}

// byName gives the kinds, by their place in kinds, in the order of their names.
func (c *compact) byName() []int {
	order := make([]int, len(c.kinds))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.kinds[a], c.kinds[b]) })
	return order
}

// piece is a stretch of the points, of one kind.
type piece struct {
	kind     int
	from, to int
	before   string
}

// pieces gives those of the whole answer, by the names of the kinds.
func (c *compact) pieces() (out []piece) {
	before := "{"
	for _, kind := range c.byName() {
		before += fmt.Sprintf("%q:[", c.kinds[kind])
		for from := 0; ; from += pieceOfAnswer {
			to := min(from+pieceOfAnswer, len(c.points))
			out = append(out, piece{kind, from, to, before})
			if before = ""; to == len(c.points) {
				break
			}
		}
		before = ","
	}
	return out
}

// write appends a piece to text.
func (c *compact) write(p piece, text []byte) []byte {
	text = append(text, p.before...)
	n := len(text)
	text = slices.Grow(text, 8*(p.to-p.from)+8)[:n+8*(p.to-p.from)+8]
	marks := c.marks[p.kind]
	for _, s := range c.points[p.from:p.to] {
		t := marks[s]
		binary.LittleEndian.PutUint64(text[n:], uint64(t))
		n += int(t >> 56)
	}
	if p.to < len(c.points) {
		return text[:n]
	}
	if p.to > p.from {
		n-- // the comma
	}
	return append(text[:n], ']')
}
