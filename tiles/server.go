// Package tiles makes vector tiles of boundaries, of the base map, of reports
// and of hot spots, and the documents that describe them: TileJSON and a
// MapLibre style.
//
// A tile goes from a layer, which finds features and puts them into tile
// coordinates, through the encoder into the cache, which keeps it plain and,
// once asked for so, gzipped. Boundaries come from the snapshot in memory: its
// outlines become a topology of arcs, the arcs a drawing for each zoom, the
// drawing a level for each kind, of which tiles are cut. Hot spots come from
// columns in memory: a question becomes a heat, which counts each cell once for
// all tiles and documents, a gallery has the outlines of the cells. Nothing here
// speaks SQL.
package tiles

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Boundaries gives the boundaries, published and planned, and what lies on the ground.
type Boundaries interface {
	// Current gives the revision in force; never nil.
	Current() *locate.Snapshot
	// At gives what is in force at t: geo.ErrNotFound before the first revision,
	// geo.ErrInvalid after now, unless a plan will be published by then: its
	// boundaries.
	At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error)
	// Plan gives the boundaries as a plan would have them, by its id;
	// geo.ErrNotFound where there is none. Whether the caller may see it was
	// asked before.
	Plan(ctx context.Context, id string) (*locate.Snapshot, error)
	// Revision gives the revision of that number, else geo.ErrNotFound.
	Revision(ctx context.Context, n int) (*locate.Snapshot, error)
}

// Counts has what is counted of the reports of the whole district.
type Counts interface {
	// Current gives the columns as they are now; never nil.
	Current() *hotspot.Columns
}

// Viewer is whoever sent a request, as far as tiles care.
type Viewer interface {
	// ReadsReports reports whether the viewer has reports of its own areas to
	// read: its report tiles are then nobody else's, and never cached.
	ReadsReports() bool
	// ReadsEveryReport reports whether that is all of the district.
	ReadsEveryReport() bool
	// OwnAreas names the areas that the viewer is limited to, in whatever form
	// it reads reports; empty for who is not. Viewers of one name, and one way of
	// reading, are shown and counted the same.
	OwnAreas() string
	// ReadsPatrols reports whether the viewer reads where patrols of its areas have been.
	ReadsPatrols() bool
	// SignedIn reports whether there is an account or token. Who has none is told to
	// sign in, and who has one that it is not enough.
	SignedIn() bool
	// Covers reports whether a place that these areas cover lies where the viewer
	// may look. Who is not limited to areas may anywhere.
	Covers(areas []geo.ID) bool
	// CellCounts counts the reports of the viewer's areas that pass the filter,
	// at the places where it is shown them, by cell of resolution
	// hotspot.BaseResolution. It is asked of who is limited to areas only.
	CellCounts(ctx context.Context, f hotspot.Filter) ([]hotspot.Count, error)
	// FrameCounts is CellCounts by frames, which begin at starts (ascending);
	// the last ends with the filter's To.
	FrameCounts(ctx context.Context, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error)
	// ReportPoints gives the newest reports that pass the filter (whose Bound
	// is set) and that the viewer may see, at most limit, newest first, in the
	// form the viewer may see them.
	ReportPoints(ctx context.Context, f hotspot.Filter, limit int) ([]ReportPoint, error)
}

// ReportPoint is a report on a tile.
type ReportPoint struct {
	Point    orb.Point // lon/lat in degrees; snapped for the public
	ID       string    // empty for the public
	Category string
	Status   string
	Overdue  bool      // false for the public
	Accepted time.Time // when it came; the tile tells the public the day
}

// Config is what a Server works with. Fields without a word on zero are
// required.
type Config struct {
	Boundaries Boundaries
	Counts     Counts
	Patrols    Patrols // nil: there are none
	Viewer     func(*http.Request) Viewer
	// PublicURL gives scheme, host and path prefix under which the sender of a
	// request reaches the server, without a slash at the end.
	PublicURL func(*http.Request) string
	// Problem writes an error as application/problem+json, its status by the
	// kind of the error (geo.Err…), and logs what is ours.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
	// Categories and Statuses are the texts a hot-spot filter may name; where
	// Categories is nil or Statuses is empty, any.
	Categories func() []string
	Statuses   []string
	// Now is the clock; nil for time.Now. Days, weeks and months are those of
	// its time zone.
	Now        func() time.Time
	CacheBytes int64         // of finished tiles; 0 for 32 MiB
	Log        *slog.Logger  // of what no request is answered with; nil for slog.Default
	CountsFor  time.Duration // how long counts of a viewer's own areas, while nothing happens, and public tiles of reports are kept; 0 for 3 s
}

// Server answers for /tiles. Safe for concurrent use.
type Server struct {
	c         Config
	layers    map[string]*layer
	cache     *cache
	prepared  preparedSet
	hint      chan struct{} // see Hint
	demand    demand
	hotTiles  *cache // apart: they change with every report, boundaries seldom
	heats     heats
	ownHeat   *recent[string, *heat]
	frames    *recent[framesKey, []hotspot.Series]
	galleries galleries
	districts districts
	points    *recent[pointsKey, []byte]
	walks     *recent[walkedKey, *walk]
	lastWalks lastWalks
	coverages *recent[coverageKey, []byte]
}

// New checks the configuration and makes a server.
func New(c Config) (*Server, error) {
	switch {
	case c.Boundaries == nil:
		return nil, fmt.Errorf("tiles: no boundaries configured")
	case c.Counts == nil:
		return nil, fmt.Errorf("tiles: no counts configured")
	case c.Viewer == nil:
		return nil, fmt.Errorf("tiles: no viewer configured")
	case c.PublicURL == nil:
		return nil, fmt.Errorf("tiles: no public URL configured")
	case c.Problem == nil:
		return nil, fmt.Errorf("tiles: no problem writer configured")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = 32 << 20
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.CountsFor == 0 {
		c.CountsFor = 3 * time.Second
	}
	s := &Server{
		districts: districts{log: c.Log},
		c:         c,
		layers:    make(map[string]*layer),
		cache:     newCache(c.CacheBytes),
		hint:      make(chan struct{}, 1),
		hotTiles:  newCache(c.CacheBytes / 4),
		ownHeat:   newRecent[string, *heat](c.CountsFor, 64, c.Now),
		frames:    newRecent[framesKey, []hotspot.Series](c.CountsFor, 8, c.Now),
		points:    newRecent[pointsKey, []byte](c.CountsFor, 256, c.Now),
		walks:     newRecent[walkedKey, *walk](c.CountsFor, keepWalks, c.Now),
		coverages: newRecent[coverageKey, []byte](c.CountsFor, 256, c.Now),
	}
	for _, l := range allLayers() {
		s.layers[l.name] = l
	}
	return s, nil
}

// Routes puts the handlers on r, which stands for the root of the server.
func (s *Server) Routes(r *mux.Router) {
	get := func(route *mux.Route, name string, h func(http.ResponseWriter, *http.Request) error) {
		route.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				s.c.Problem(w, r, err)
			}
		}).Methods(http.MethodGet, http.MethodHead).Name(name)
	}
	get(r.MatcherFunc(isTile), "tile", s.tile)
	get(r.Path("/tiles/style.json"), "style", s.style)
	get(r.Path("/tiles/{layer:[a-z_]+}.json"), "tilejson", s.tileJSON)
	get(r.Path("/tiles/{layer:[a-z_]+}/metadata.json"), "tile-metadata", s.tileJSON)
}

// isTile matches /tiles/{layer}/{z}/{x}/{y}.mvt, where @ and a revision may
// follow the layer, and the same with .pbf, which is what GDAL asks for when it
// is given a folder of tiles. Regular expressions take longer than all the rest of
// answering from the cache.
func isTile(r *http.Request, m *mux.RouteMatch) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, "/tiles/")
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, ".mvt")
	if !ok {
		if rest, ok = strings.CutSuffix(rest, ".pbf"); !ok {
			return false
		}
	}
	layer, rest, _ := strings.Cut(rest, "/")
	z, rest, _ := strings.Cut(rest, "/")
	x, y, _ := strings.Cut(rest, "/")
	layer, revision, versioned := strings.Cut(layer, "@")
	if !isDigits(z) || !isDigits(x) || !isDigits(y) || versioned && !isDigits(revision) || layer == "" ||
		strings.ContainsFunc(layer, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') }) {
		return false
	}
	m.Vars = map[string]string{"layer": layer, "z": z, "x": x, "y": y}
	if versioned {
		m.Vars["revision"] = revision
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Handler gives the routes under /tiles as a handler of its own; other paths
// and methods are answered with a problem.
func (s *Server) Handler() http.Handler {
	r := mux.NewRouter().SkipClean(true)
	s.Routes(r)
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.c.Problem(w, r, fmt.Errorf("path: %w", geo.ErrNotFound))
	})
	r.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		s.c.Problem(w, r, geo.Invalid("method-not-allowed", "this can only be read"))
	})
	return r
}
