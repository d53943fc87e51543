package chaos

import (
	"bytes"
	"regexp"
)

// effect is what a statement may do to the state of a transaction.
type effect struct{ begins, ends, undoes, writes bool }

var (
	beginning = regexp.MustCompile(`(?is)^\s*(begin|start\s+transaction)\b`)
	ending    = regexp.MustCompile(`(?is)^\s*(commit|end)\b`)
	undoing   = regexp.MustCompile(`(?is)^\s*(rollback|abort)\s*($|;|work|transaction|and)`)
	writing   = regexp.MustCompile(`(?is)\b(insert\s+into|update|delete\s+from|merge\s+into|truncate|create|alter|drop|copy)\b`)
)

func effectOf(sql []byte) effect {
	return effect{beginning.Match(sql), ending.Match(sql), undoing.Match(sql), writing.Match(sql)}
}

// watch follows one client's messages to see which of them commits. It reads
// SQL by its words only, which is enough for the statements of one program:
// a text with "update" in it may count as writing.
type watch struct {
	prepared map[string]effect // by statement name
	portals  map[string]effect
	block    bool // a BEGIN was sent since the last point of rest
	writes   bool // something written since, outside of a block
	ends     bool // a COMMIT was sent since
}

func newWatch() *watch { return &watch{prepared: map[string]effect{}, portals: map[string]effect{}} }

// commits reports whether the message, with its head, has the server commit
// before it answers ReadyForQuery the next time. inBlock is what the server's
// last ReadyForQuery said.
func (w *watch) commits(m []byte, inBlock bool) bool {
	body := m[5:]
	switch m[0] {
	case 'Q':
		for sql := range bytes.SplitSeq(cString(body), []byte{';'}) {
			w.run(effectOf(sql), inBlock)
		}
		return w.rest()
	case 'P': // name, query
		name := cString(body)
		if len(name) < len(body) {
			w.prepared[string(name)] = effectOf(cString(body[len(name)+1:]))
		}
	case 'B': // portal, statement
		portal := cString(body)
		if len(portal) < len(body) {
			w.portals[string(portal)] = w.prepared[string(cString(body[len(portal)+1:]))]
		}
	case 'E': // portal
		w.run(w.portals[string(cString(body))], inBlock)
	case 'S':
		return w.rest()
	}
	return false
}

func (w *watch) run(e effect, inBlock bool) {
	switch {
	case e.begins:
		w.block = true
	case e.ends:
		w.ends, w.block = true, false
	case e.undoes:
		w.writes, w.block = false, false
	case e.writes && !w.block && !inBlock:
		w.writes = true
	}
}

// rest is a point where the server answers ReadyForQuery: what was written
// outside of a block is committed now, if a COMMIT has not done so already.
// What it was in by then the server says.
func (w *watch) rest() bool {
	committed := w.ends || w.writes
	w.block, w.writes, w.ends = false, false, false
	return committed
}

// cString gives the bytes up to the first zero, or all.
func cString(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
