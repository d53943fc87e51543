package api

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// exchange is what is known of one request on its way through: it is also the
// ResponseWriter, so that it knows what was answered.
type exchange struct {
	http.ResponseWriter
	id        string
	began     time.Time
	route     string // the template, never the path: paths hold ids, queries hold positions
	address   netip.Addr
	principal access.Principal

	status      int
	bytes       int64
	wroteHeader bool
}

type exchangeKey struct{}

// exchangeOf gives the exchange of a request that went through observe.
func exchangeOf(r *http.Request) *exchange {
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	return x
}

// PrincipalFrom gives who is asking, as the middleware found out; the public
// where nobody has.
func PrincipalFrom(ctx context.Context) access.Principal {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok && x.principal.Kind != "" {
		return x.principal
	}
	return access.Anonymous()
}

// WriteHeader notes the status. Informational ones are none yet.
func (x *exchange) WriteHeader(status int) {
	if status >= 200 && !x.wroteHeader {
		x.status, x.wroteHeader = status, true
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the answer.
func (x *exchange) Write(p []byte) (int, error) {
	if !x.wroteHeader {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far. What compresses answers asks for a
// http.Flusher and unwraps nothing.
func (x *exchange) Flush() {
	if !x.wroteHeader {
		x.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(x.ResponseWriter).Flush() // of a connection that is gone the next Write tells
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// observe gives every request an id, answers for panics, and notes what came
// out in log and metrics: route and status, never query, body, names or phones.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		x := &exchange{ResponseWriter: w, id: RequestID(r), began: began, address: s.proxies.address(r)}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		w.Header()["X-Request-Id"] = []string{x.id}
		aborted := true
		defer func() {
			ended := time.Now()
			s.metrics.observe(r.Method, x.route, x.status, ended.Sub(began))
			s.note(r, x, ended, aborted)
		}()
		s.recovered(x, r, next)
		aborted = false
	})
}

// note writes the line of the log that every request has.
func (s *Server) note(r *http.Request, x *exchange, ended time.Time, aborted bool) {
	level := slog.LevelInfo
	if x.status >= 500 {
		level = slog.LevelWarn
	}
	log := s.log.Handler()
	if !log.Enabled(r.Context(), level) {
		return
	}
	// A Logger would look at the clock again, and walk the stack for a place in
	// the source that is always this one.
	record := slog.NewRecord(ended, level, "request", 0)
	record.AddAttrs(slog.String("id", x.id), slog.String("method", method(r.Method)),
		slog.String("route", x.route), slog.Int("status", x.status), slog.Int64("bytes", x.bytes),
		slog.Float64("ms", float64(ended.Sub(x.began).Microseconds())/1000), slog.String("by", x.principal.Kind), slog.Bool("aborted", aborted))
	_ = log.Handle(r.Context(), record) // as with a Logger, nobody is told that the log failed
}

// recovered serves and turns a panic into a 500, or into a cut connection
// where the answer has begun.
func (s *Server) recovered(x *exchange, r *http.Request, next http.Handler) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause)
		default:
			s.log.ErrorContext(r.Context(), "panic", "id", x.id, "route", x.route, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			s.writeError(x, r, fail("internal", ""))
		}
	}()
	next.ServeHTTP(x, r)
}

// RequestID takes a sane X-Request-Id of a request or makes one, which differs
// from all others but is no secret.
func RequestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); len(id) >= 8 && len(id) <= 64 {
		sane := true
		for _, c := range []byte(id) {
			sane = sane && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')
		}
		if sane {
			return id
		}
	}
	var b [12]byte
	binary.LittleEndian.PutUint64(b[:], rand.Uint64())
	binary.LittleEndian.PutUint32(b[8:], rand.Uint32())
	return hex.EncodeToString(b[:])
}

// method gives the method as logs and metrics name it: few and known.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
