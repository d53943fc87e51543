package tiles

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/etag"
)

const contentType = "application/vnd.mapbox-vector-tile"

// How long a tile may be kept without asking again.
const (
	immutable  = "public, max-age=31536000, immutable"
	revalidate = "public, no-cache"
	ownOnly    = "private, no-cache"
)

// tile answers for the tile as it is now, was at the time given with at=, or is
// in a revision.
func (s *Server) tile(w http.ResponseWriter, r *http.Request) error {
	l, t, err := s.tileParam(r)
	if err != nil {
		return err
	}
	if revision, ok := mux.Vars(r)["revision"]; ok {
		return s.tileOfRevision(w, r, l, t, revision)
	}
	switch l.source {
	case fromReports:
		return s.reportTile(w, r, l, t)
	case fromCounts:
		return s.hotspotTile(w, r, l, t)
	case fromPatrols:
		return s.coverageTile(w, r, l, t)
	}
	q, err := query(r, "at", "plan")
	if err != nil {
		return err
	}
	snapshot, err := s.snapshot(r, q)
	if err != nil {
		return err
	}
	f, err := s.cached(snapshot, l, t)
	if err != nil {
		return err
	}
	write(w, r, f, caching(q))
	return nil
}

// caching says who may keep an answer that follows from the boundaries alone:
// those of a plan are not for everybody.
func caching(q url.Values) string {
	if q.Has("plan") {
		return ownOnly
	}
	return revalidate
}

// tileOfRevision answers for the tile of a numbered revision, which never
// changes. Layers that change within a revision have none, nor has a district
// before its first.
func (s *Server) tileOfRevision(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile, revision string) error {
	if _, err := query(r); err != nil {
		return err
	}
	n, err := strconv.Atoi(revision)
	if err != nil || n < 1 || !l.versioned() {
		return fmt.Errorf("layer %s of revision %s: %w", l.name, revision, geo.ErrNotFound)
	}
	snapshot := s.c.Boundaries.Current()
	if snapshot.Revision.Number != n {
		if snapshot, err = s.c.Boundaries.Revision(r.Context(), n); err != nil {
			return err
		}
	}
	s.prepared.of(snapshot).level(l.kind, int(t.Z)) // what is kept for ever comes from its own drawing
	f, err := s.cached(snapshot, l, t)
	if err != nil {
		return err
	}
	write(w, r, f, immutable)
	return nil
}

// cached gives a tile of boundaries or of the ground. Boundaries are kept by
// what is to be seen, not by revision: a publish makes anew only the tiles that
// show an area it changed. Until its own are drawn, tiles far from any change
// come from what was drawn before, so that they wait for nothing.
func (s *Server) cached(snapshot *locate.Snapshot, l *layer, t maptile.Tile) (*finished, error) {
	p := s.prepared.of(snapshot)
	if l.source == fromGround {
		return s.cache.get(key{layer: l.name, number: p.serial, tile: t}, func() ([]byte, error) {
			return encode(l.name, groundFeatures(p, t))
		})
	}
	s.demand.note(l.kind, int(t.Z))
	level := p.ready(l.kind, int(t.Z))
	if level == nil {
		level = p.shownBefore(l.kind, t)
	}
	if level == nil {
		level = p.level(l.kind, int(t.Z))
	}
	mark, ok := level.mark(t)
	if !ok {
		return &finished{}, nil
	}
	return s.cache.get(key{layer: l.name, mark: mark, tile: t}, func() ([]byte, error) {
		return level.render(l.name, t), nil
	})
}

// Values of headers that all tiles share; net/http does not change them.
var (
	headerType = []string{contentType}
	headerGzip = []string{"gzip"}
	headerJSON = []string{"application/json"}
)

// write sends a tile, or 304 to who has it, or 204 where it is empty.
func write(w http.ResponseWriter, r *http.Request, f *finished, caching string) {
	send(w, r, f, caching, headerType)
}

// send is write with the header of the content's type.
func send(w http.ResponseWriter, r *http.Request, f *finished, caching string, typ []string) {
	h := w.Header()
	h["Cache-Control"] = []string{caching}
	if !slices.Contains(h["Vary"], "Accept-Encoding") { // which whoever compresses the rest says too
		h.Add("Vary", "Accept-Encoding")
	}
	if f.hash == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	gzipped := len(f.plain) > 0 && acceptsGzip(r)
	form := &f.asIs
	if gzipped {
		form = &f.asGzip
	}
	h["Etag"] = form.etag
	// A tile that the client has in either encoding is the same tile.
	if etag.NoneMatch(r.Header, f.asIs.etag[0], f.asGzip.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	if gzipped {
		body = f.zipped()
		h["Content-Encoding"] = headerGzip
	}
	h["Content-Type"] = typ
	h["Content-Length"] = form.length
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the client may be gone; there is nobody else to tell
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip or *, unless its
// weight is 0.
func acceptsGzip(r *http.Request) bool {
	if v := r.Header["Accept-Encoding"]; len(v) == 1 && v[0] == "gzip" {
		return true
	}
	any := false
	for _, v := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(v, ",") {
			name, params, _ := strings.Cut(part, ";")
			weight := 1.0
			if q, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q="); ok {
				weight, _ = strconv.ParseFloat(q, 64) // 0 where it is no number
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "gzip":
				return weight > 0
			case "*":
				any = weight > 0
			}
		}
	}
	return any
}
