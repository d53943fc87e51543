package api

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// Of an event stream: how often something is sent although nothing happens,
// how long a client may take to read, when it has to come again, and how often it
// is looked whether it may still listen.
const (
	heartbeat     = 15 * time.Second
	sendPatience  = 10 * time.Second
	streamsLast   = 10 * time.Minute
	reconnectInMS = 2000
	lookAgain     = 2 * time.Second // before every event as well
)

// streamEvents answers GET /api/v1/events: server-sent events, resumable with
// Last-Event-ID, only what the caller may know.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) error {
	who, err := s.listen(r)
	if err != nil {
		return err
	}
	after := int64(-1)
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n < 0 {
			return fail("bad-request", "Last-Event-ID must be the id of an event of this stream")
		}
		after = n
	}
	messages, from, err := s.cfg.Events.Subscribe(r.Context(), after, who.hears)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := &eventWriter{w: w, control: http.NewResponseController(w)}
	if r.Method == http.MethodHead {
		return nil
	}
	// The client sends nothing more; a deadline for reading would end the stream.
	_ = out.control.SetReadDeadline(time.Time{})
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	defer out.end()
	if !out.send(fmt.Sprintf("retry: %d\nid: %d\n\n", reconnectInMS, from)) {
		return nil
	}
	s.relay(r, who, messages, out)
	return nil
}

// relay writes messages until the client, the server or the stream's time ends.
func (s *Server) relay(r *http.Request, who listener, messages <-chan patrol.StreamEvent, out *eventWriter) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	last := time.NewTimer(streamsLast)
	defer last.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case <-last.C:
			return
		case <-again.C:
			holds, err := s.still(r.Context(), who)
			ok = holds || err != nil // nothing is told meanwhile
		case <-tick.C:
			ok = out.send(": still here\n\n")
		case e, more := <-messages:
			if !more {
				return
			}
			// What was meant for who it was is not told to who it is: the client comes
			// again, and is answered as that.
			if holds, _ := s.still(r.Context(), who); !holds {
				return
			}
			if told, readable := who.told(e, s.cfg.Duties.Current().Rulebook); readable {
				ok = out.send(eventText(told))
			}
		}
		if !ok {
			return
		}
	}
}

// eventText writes a message as the event stream format has it. JSON has no
// line breaks of its own once it is compact.
func eventText(e patrol.StreamEvent) string {
	data := bytes.ReplaceAll(bytes.ReplaceAll(e.Data, []byte("\n"), []byte(" ")), []byte("\r"), []byte(" "))
	if len(data) == 0 {
		data = []byte("{}")
	}
	return fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", e.Cursor, e.Type, data)
}

// eventWriter sends text at once and gives up on a client that does not read.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (o *eventWriter) send(text string) bool {
	// Not every connection has deadlines, and those of tests need none.
	_ = o.control.SetWriteDeadline(time.Now().Add(sendPatience))
	if _, err := o.w.Write([]byte(text)); err != nil {
		return false
	}
	return o.control.Flush() == nil
}

// end gives time for the end of the answer: without it the deadline of what was sent
// last may have passed, and the connection would be cut instead.
func (o *eventWriter) end() { _ = o.control.SetWriteDeadline(time.Now().Add(sendPatience)) }
