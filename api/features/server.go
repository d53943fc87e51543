// Package features serves areas, reports and hot spots by the standards OGC API –
// Features (OGC 17-069r4) and OGC API – Tiles (OGC 20-057), for QGIS, GDAL and whoever else speaks it.
//
// A request goes from its checked query to the source of its collection, which
// gives a page of features, and out as GeoJSON. What the sender may see of
// reports is decided in one place, in viewer.
package features

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// Boundaries gives the boundaries, published and planned.
type Boundaries interface {
	// Current gives the revision in force; never nil.
	Current() *locate.Snapshot
	// At gives what is in force at t: geo.ErrNotFound before the first revision,
	// geo.ErrInvalid after now, unless a plan will be published by then: its
	// boundaries.
	At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error)
	// Began is when the first revision came into force; zero while there is none.
	Began(ctx context.Context) (time.Time, error)
	// Plan gives the boundaries as a plan would have them, by its id;
	// geo.ErrNotFound where there is none. Whether the caller may see it was
	// asked before.
	Plan(ctx context.Context, id string) (*locate.Snapshot, error)
}

// Reports reads reports.
type Reports interface {
	// ShownReports gives those within the scope that the query asks for, in its
	// order. The report that each gets is its own until it returns, and each does
	// not wait for anybody; an error of it ends the reading.
	ShownReports(ctx context.Context, scope access.Scope, q patrol.ShownQuery, each func(*patrol.Shown) error) error
	// CountShown counts those within the scope that the query asks for on all
	// pages.
	CountShown(ctx context.Context, scope access.Scope, q patrol.ShownQuery) (int, error)
	// CellCounts counts those within the scope that pass the filter, by cell of
	// resolution hotspot.BaseResolution.
	CellCounts(ctx context.Context, scope access.Scope, f hotspot.Filter) ([]hotspot.Count, error)
	// FrameCounts is CellCounts by frames, which begin at starts (ascending);
	// the last ends with the filter's To.
	FrameCounts(ctx context.Context, scope access.Scope, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error)
}

// Duties gives the rules in force; what counts here is which categories are
// private.
type Duties interface {
	Current() *patrol.Duties
}

// Hotspots counts reports by cell, as tiles.Server does.
type Hotspots interface {
	Hotspots(ctx context.Context, v tiles.Viewer, q tiles.HotspotQuery) (tiles.Hotspots, error)
}

// Config is what a Server works with. All but Now is required.
type Config struct {
	Boundaries Boundaries
	Reports    Reports
	Duties     Duties
	Hotspots   Hotspots
	Tiles      Tiles
	// Principal says who sent a request.
	Principal func(*http.Request) access.Principal
	// PublicURL gives scheme, host and path prefix under which the sender of a
	// request reaches the server, without a slash at the end: every link is
	// absolute.
	PublicURL func(*http.Request) string
	// Problem writes an error as application/problem+json.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
	Now     func() time.Time // the clock; nil for time.Now
	Assets  Assets           // what pages in HTML load; zero for none
}

// minCompressed is the smallest answer, in bytes, that compressing makes
// smaller.
const minCompressed = 1024

// compression is the level of gzip. Coordinates get no smaller above it, and take
// two to three times as long.
const compression = 3

// Server answers for /ogc. Safe for concurrent use.
type Server struct {
	c           Config
	collections []*collection
	compress    func(http.Handler) http.HandlerFunc
	areas       areaSets
	forms       map[string][]format // of answers, by the name of the route
}

// New checks the configuration and makes a server.
func New(c Config) (*Server, error) {
	switch {
	case c.Boundaries == nil:
		return nil, fmt.Errorf("features: no boundaries configured")
	case c.Reports == nil:
		return nil, fmt.Errorf("features: no reports configured")
	case c.Duties == nil:
		return nil, fmt.Errorf("features: no duties configured")
	case c.Hotspots == nil:
		return nil, fmt.Errorf("features: no hot spots configured")
	case c.Tiles == nil:
		return nil, fmt.Errorf("features: no tiles configured")
	case c.Principal == nil:
		return nil, fmt.Errorf("features: no principal configured")
	case c.PublicURL == nil:
		return nil, fmt.Errorf("features: no public URL configured")
	case c.Problem == nil:
		return nil, fmt.Errorf("features: no problem writer configured")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(compression))
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	s := &Server{c: c, compress: compress, forms: map[string][]format{}}
	s.collections = s.allCollections()
	return s, nil
}

// Routes puts the handlers on r, which stands for the root of the server. Both
// /ogc and /ogc/ answer: QGIS does not follow a redirect there.
func (s *Server) Routes(r *mux.Router) {
	get := func(path, name string, h handler, page show, formats ...format) {
		if page != nil {
			formats = append(formats, asHTML)
		}
		s.forms[name] = formats
		r.HandleFunc(path, s.serve(h, page, formats)).Methods(http.MethodGet, http.MethodHead).Name(name)
	}
	get("/ogc", "ogc-landing", s.landing, s.landingPage, asJSON)
	get("/ogc/", "ogc-landing-slash", s.landing, s.landingPage, asJSON)
	get("/ogc/conformance", "ogc-conformance", s.conformance, s.conformancePage, asJSON)
	get("/ogc/api", "ogc-api", s.openAPI, s.apiPage, asOpenAPI)
	get("/ogc/collections", "ogc-collections", s.listCollections, s.collectionsPage, asJSON)
	get("/ogc/collections/{collection}", "ogc-collection", s.oneCollection, s.collectionPage, asJSON)
	get("/ogc/collections/{collection}/queryables", "ogc-queryables", s.queryables, s.queryablesPage, asSchema)
	get("/ogc/collections/{collection}/items", "ogc-items", s.items, s.itemsPage, asFeatures)
	get("/ogc/collections/{collection}/items/{item}", "ogc-item", s.item, s.itemPage, asFeatures)
	for name, base := range map[string]string{"ogc-": "/ogc/tiles", "ogc-collection-": "/ogc/collections/{collection}/tiles"} {
		get(base, name+"tilesets", s.listTilesets, s.tilesetsPage, asJSON)
		base += "/" + webMercatorQuad
		get(base, name+"tileset", s.oneTileset, s.tilesetPage, asJSON, asTileJSON)
		get(base+"/metadata.json", name+"tile-metadata", s.tilesetMetadata, nil, asJSON)
		// GDAL takes metadata.json for the root of a folder of tiles, which has
		// the column before the row, and finds nothing without a word.
		get(base+"/{tileMatrix}/{tileCol}/{tileRow}.pbf", name+"tile-of-folder", s.sendTileOfFolder, nil, asTile)
		get(base+"/{tileMatrix}/{tileRow}/{tileCol}", name+"tile", s.sendTile, nil, asTile)
	}
	get("/ogc/tileMatrixSets", "ogc-tile-matrix-sets", s.listTileMatrixSets, s.tileMatrixSetsPage, asJSON)
	get("/ogc/tileMatrixSets/{tileMatrixSetId}", "ogc-tile-matrix-set", s.oneTileMatrixSet, s.tileMatrixSetPage, asJSON)
	get("/ogc/styles", "ogc-styles", s.listStyles, s.stylesPage, asJSON)
	get("/ogc/styles/{styleId}", "ogc-style", s.oneStyle, s.stylePage, asStyle, asJSON)
}

// handler answers a request in the form that was agreed on.
type handler func(http.ResponseWriter, *http.Request) error

// serve agrees on a form for the answer and has it made. A page in HTML shows
// what there is in the first form; nil where there is none.
func (s *Server) serve(h handler, page show, formats []format) http.HandlerFunc {
	vary := "Accept"
	if page != nil {
		vary = "Accept, Accept-Language"
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", vary)
		f, err := negotiate(r, formats)
		switch {
		case err != nil:
		case f.names[0] == formatHTML:
			err = s.sendPage(w, r, h, page, formats[0])
		default:
			err = h(w, f.with(r))
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	}
}

// Handler gives the routes as a handler of its own, which compresses what it
// answers; other paths and methods are answered with a problem.
func (s *Server) Handler() http.Handler {
	r := mux.NewRouter().SkipClean(true)
	s.Routes(r)
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fmt.Errorf("path: %w", geo.ErrNotFound))
	})
	r.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		s.refuse(w, r, geo.Invalid("method-not-allowed", "this can only be read"))
	})
	return s.compress(r)
}
