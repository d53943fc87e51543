// Package basemap fetches an outside base map through the server, so that keys
// stay with the server and pages load from one host alone: XYZ tiles, WMTS, or
// a PMTiles file. Whatever goes wrong outside, a page gets an empty tile soon,
// and nothing else of the server waits for it.
package basemap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Kind is what the tiles hold.
type Kind string

// The kinds of tiles: pictures, or Mapbox Vector Tiles in the layers of
// OpenMapTiles or of Protomaps.
const (
	Raster Kind = "raster"
	Vector Kind = "vector"
)

// Config says which base map to fetch, and how.
type Config struct {
	// Source is one of: an address with {z}, {x} and {y} (or {-y}, counted from
	// the south); a WMTS address with {TileMatrix}, {TileRow} and {TileCol}; the
	// address of a WMTS's capabilities, with #layer to choose one; tianditu:vec,
	// tianditu:img or tianditu:ter; a path that ends with .pmtiles. {s}, {a-c}
	// and {0-7} in a host stand for its twins, {key} for Key. Required.
	Source string
	// Key goes to the source and nowhere else.
	Key string
	// Attribution is plain text that the map has to show; required for a source
	// that brings none itself.
	Attribution string
	// Review is the number under which the map was reviewed (审图号).
	Review string
	// CRS is the datum the tiles are drawn in: geo.WGS84 ("" too), geo.CGCS2000,
	// or geo.GCJ02 for pictures, which are then put right.
	CRS geo.CRS
	// MaxZoom is the nearest zoom to fetch; 0: what the source says, else 18.
	MaxZoom int

	// Around is where tiles are fetched, lon/lat in degrees, so that nobody
	// spends the key on the rest of the world; nil, or false: everywhere.
	Around func() (orb.Bound, bool)
	// Shared lets caches between server and browser keep the tiles.
	Shared bool
	// Timeout bounds one fetch; 0: four seconds.
	Timeout time.Duration
	// CacheBytes bounds the tiles in memory; 0: 64 MiB.
	CacheBytes int64

	Registerer prometheus.Registerer // for the metrics; nil: none
	Logger     *slog.Logger          // required
	Now        func() time.Time      // nil: time.Now
}

// Info is what a page has to know of the base map.
type Info struct {
	Kind             Kind
	TileSize         int // pixels a tile takes on the screen
	MinZoom, MaxZoom int
	Attribution      string
	Review           string // may be empty
}

// Server serves the tiles of one base map. Safe for concurrent use.
type Server struct {
	info    Info
	around  func() (orb.Bound, bool)
	shared  bool
	log     *slog.Logger
	now     func() time.Time
	layers  []source // drawn over each other, the lowest first
	shifted bool     // drawn in GCJ-02
	store   *store
	remote  *remote // nil for a file
	metrics *metrics
	closers []io.Closer
	stop    context.CancelFunc
	living  context.Context
}

const (
	defaultTimeout    = 4 * time.Second
	defaultCacheBytes = 64 << 20
	defaultMaxZoom    = 18
	deepestZoom       = 24
)

// New checks c and makes a server of it. ErrInvalid where c makes no sense, or
// where a source that answers cannot be used. A source that does not answer is
// no error: it is asked again when tiles are wanted. Close the server at the end.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Logger == nil {
		return nil, fmt.Errorf("basemap needs a Logger: %w", geo.ErrInvalid)
	}
	return build(ctx, c, true)
}

// Check gives the error that New would give, without asking the source. Files
// are looked into.
func (c Config) Check() error {
	c.Logger, c.Registerer = slog.New(slog.DiscardHandler), nil
	s, err := build(context.Background(), c, false)
	if err != nil {
		return err
	}
	return s.Close()
}

// build makes a server, with what its source says of itself where it may ask.
func build(ctx context.Context, c Config, ask bool) (_ *Server, err error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	s := &Server{
		around: c.Around, shared: c.Shared, log: c.Logger, now: c.Now,
		shifted: c.CRS == geo.GCJ02, store: newStore(c.CacheBytes),
		metrics: newMetrics(c.Registerer),
	}
	s.living, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.open(ctx, c, ask); err != nil {
		return nil, err
	}
	if a := strings.TrimSpace(c.Attribution); a != "" {
		s.info.Attribution = a
	}
	s.info.Review = strings.TrimSpace(c.Review)
	switch {
	case s.info.Attribution == "":
		return nil, invalid("an outside base map needs an attribution: say whose map it is")
	case s.shifted && s.info.Kind == Vector:
		return nil, invalid("vector tiles in GCJ-02 cannot be put right: use pictures")
	case s.info.MinZoom > s.info.MaxZoom:
		return nil, invalid("the base map begins at zoom %d, beyond %d", s.info.MinZoom, s.info.MaxZoom)
	}
	return s, nil
}

// complete fills in what is left out, and refuses what no source can mend.
func (c *Config) complete() error {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.CacheBytes <= 0 {
		c.CacheBytes = defaultCacheBytes
	}
	if c.MaxZoom < 0 || c.MaxZoom > deepestZoom {
		return invalid("zoom %d is not within 0 and %d", c.MaxZoom, deepestZoom)
	}
	switch c.CRS {
	case "", geo.WGS84, geo.CGCS2000, geo.GCJ02:
		return nil
	case geo.BD09:
		return invalid("Baidu's tiles (bd09) are cut by a scheme of their own, not that of Web Mercator: use another base map")
	}
	return invalid("%q is no datum of tiles: wgs84, cgcs2000 or gcj02", c.CRS)
}

// Info describes the base map.
func (s *Server) Info() Info { return s.info }

// Close ends fetches under way and lets go of files. Tiles asked for later are
// empty.
func (s *Server) Close() error {
	s.stop()
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	s.closers = nil
	return err
}

// invalid makes an error of kind ErrInvalid. Its text may reach logs: no
// address of a source goes into it, as keys do.
func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, geo.ErrInvalid)...)
}
