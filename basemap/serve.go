package basemap

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// Path is where tiles are, by z, x and y.
const Path = "/basemap/{z}/{x}/{y}"

// retryAfter is when a page may ask again for a tile that could not be had, at
// the earliest.
const retryAfter = 3 * time.Second

var tilePath = regexp.MustCompile(`^/basemap/(\d{1,2})/(\d{1,8})/(\d{1,8})$`)

// ServeHTTP answers GET and HEAD for tiles. A tile that is not there is 204; so
// is one that cannot be had now, with Retry-After and no-store, since browsers
// complain of any other status where a page cannot hinder them. A path that is
// no tile of the world is 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "this path takes GET", http.StatusMethodNotAllowed)
		return
	}
	t, ok := parsePath(r.URL.Path)
	if !ok {
		http.Error(w, "there is no such tile", http.StatusNotFound)
		return
	}
	if int(t.Z) < s.info.MinZoom || int(t.Z) > s.info.MaxZoom || !s.wanted(t) {
		s.metrics.answered("outside")
		s.nothing(w, keepLong)
		return
	}
	v, err := s.tile(r.Context(), t)
	if err != nil {
		s.metrics.answered("away")
		h.Set("Cache-Control", "no-store")
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(s.rest().Seconds()))))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	left := min(max(v.until.Sub(s.now()), keepLeast), keepMost)
	if v.content.empty() {
		s.metrics.answered("absent")
		s.nothing(w, left)
		return
	}
	s.metrics.answered("tile")
	s.write(w, r, v, left)
}

// rest is how long pages should not ask for what they did not get.
func (s *Server) rest() time.Duration {
	if s.remote == nil {
		return retryAfter
	}
	return max(s.remote.breaker.left(), retryAfter)
}

// parsePath reads the tile from a path.
func parsePath(p string) (maptile.Tile, bool) {
	m := tilePath.FindStringSubmatch(p)
	if m == nil {
		return maptile.Tile{}, false
	}
	var n [3]uint32
	for i, digits := range m[1:] {
		v, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			return maptile.Tile{}, false
		}
		n[i] = uint32(v)
	}
	t := maptile.Tile{Z: maptile.Zoom(n[0]), X: n[1], Y: n[2]}
	return t, onEarth(t)
}

// wanted reports whether a tile lies where tiles are fetched: round the place
// that Around gives, as far again as it is wide and high on every side.
func (s *Server) wanted(t maptile.Tile) bool {
	if s.around == nil {
		return true
	}
	b, ok := s.around()
	if !ok || b.IsEmpty() {
		return true
	}
	w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	b.Min, b.Max = orb.Point{b.Min[0] - w, b.Min[1] - h}, orb.Point{b.Max[0] + w, b.Max[1] + h}
	return b.Intersects(t.Bound())
}

func (s *Server) cacheControl(d time.Duration) string {
	who := "private"
	if s.shared {
		who = "public"
	}
	return fmt.Sprintf("%s, max-age=%d", who, int(d/time.Second))
}

func (s *Server) nothing(w http.ResponseWriter, keep time.Duration) {
	w.Header().Set("Cache-Control", s.cacheControl(keep))
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, v *kept, keep time.Duration) {
	h := w.Header()
	h.Set("Content-Type", mediaTypes[v.content.format])
	h.Set("Cache-Control", s.cacheControl(keep))
	body, tag := v.content.body, v.etag
	if v.content.format == "mvt" {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			tag += "-gzip"
		} else {
			// It was read once when it came, so it can be read again.
			body, _ = unzip(body, maxBody)
		}
	}
	h.Set("ETag", strconv.Quote(tag))
	// It answers HEAD and If-None-Match.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
