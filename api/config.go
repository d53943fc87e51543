package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Public is how much people without an account may do.
type Public string

// The grades of openness, each with all of the one before: none leaves health,
// sign-in and following a report; lookup adds point lookups, categories and
// sending a report; map adds boundaries, tiles, hot spots and search.
const (
	PublicNone   Public = "none"
	PublicLookup Public = "lookup"
	PublicMap    Public = "map"
)

// Rate is a token bucket: so many requests a second from one address in the
// long run, so many at once. A zero PerSecond sets no limit.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits are per address and hold for people without an account; Tokens is per
// API token, where that does not say that it has none.
type Limits struct {
	Reports Rate // sending reports
	Reads   Rate // everything else
	SignIn  Rate // attempts to sign in, per address and per login
	Tokens  Rate // everything that an API token is used for
}

// DefaultLimits are the limits a server starts with.
func DefaultLimits() Limits {
	return Limits{Reports: Rate{5, 300}, Reads: Rate{1000, 5000}, SignIn: Rate{1, 10}, Tokens: Rate{100, 1000}}
}

// Config is what a Server works with. The stores, District and Logger are
// required.
type Config struct {
	Boundaries Boundaries
	Revisions  Revisions
	Duties     Duties
	Roster     Roster
	Reports    Reports
	Accounts   Accounts
	Sessions   Sessions
	Desk       Desk
	Access     AccessWatch // nil: nothing is remembered of who asks
	ReadLog    ReadLog
	Personal   Personal
	Events     Events
	Photos     Photos
	Health     Health
	AuditLog   AuditLog // nil: it cannot be read
	Plans      Plans    // nil: there are no boundary plans
	Patrols    Patrols  // nil: there are no patrols
	Tracks     Tracks   // nil: nobody keeps where they were
	// TrackDays are how long tracks are kept, as people are told.
	TrackDays TrackDays
	// Counted are all reports in memory, for what plans would do to them; needed
	// where there are plans.
	Counted Counted
	// HouseholdBand is how far from the mean of its class the households of a grid
	// may lie, as a share of it; pages show it, redraw.Settings explains it.
	HouseholdBand float64

	// Importers bring in files, by what they hold: areas, roster, reports, roads;
	// what is missing is not found. ImportDir is where uploads wait; empty: no
	// files are taken. Servers may share it.
	Importers map[string]Importer
	ImportDir string

	Walked Walked // nil: nobody knows where patrols were, and there is no coverage

	Tiles    http.Handler // everything under /tiles/; nil: not found
	Features http.Handler // /ogc and everything under it; nil: not found
	Hotspots http.Handler // POST /api/v1/hotspots; nil: not found
	OIDC     *OIDCConfig  // nil: people sign in with passwords alone
	// Basemap describes the outside base map whose tiles are under /basemap/;
	// nil: there is none. BasemapTiles serves them; nil: not found.
	Basemap      *BasemapInfo
	BasemapTiles http.Handler
	// App is the web application: / and everything under /assets/, whatever
	// Public says: people sign in there. Where it is nil, / is the page that is
	// also at /about.
	App http.Handler

	District       string         // code of the district
	Public         Public         // empty: PublicMap
	TimeZone       string         // its time zone, IANA name; empty: UTC
	Version        string         // of the program, as clients are told
	PublicURL      string         // "https://host[:port]" for absolute links; empty: the host of the request
	TrustedProxies []netip.Prefix // whose X-Forwarded-For, -Proto and -Host count
	Limits         Limits         // the zero value sets none

	// Lag gives how long the snapshot may be behind the database; nil where
	// that is not known. Beyond MaxLag the server is not ready.
	Lag func() time.Duration

	Registry    *prometheus.Registry // nil: an own one
	HideMetrics bool                 // leave /metrics to Server.Metrics on another listener

	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// BasemapInfo is what the web application has to know of an outside base map.
type BasemapInfo struct {
	Tiles        string `json:"tiles"`     // path of a tile, such as "/basemap/{z}/{x}/{y}"
	Kind         string `json:"kind"`      // "raster" or "vector"
	TileSize     int    `json:"tile_size"` // pixels of a side: 256 or 512
	MinZoom      int    `json:"min_zoom"`
	MaxZoom      int    `json:"max_zoom"`
	Attribution  string `json:"attribution"`
	ReviewNumber string `json:"review_number,omitempty"` // of the map review (审图号), where it has one
}

// MaxLag is how far behind the database a ready server may be.
const MaxLag = 30 * time.Second

// check refuses what a server cannot work with and fills in what is left out.
func (c *Config) check() error {
	var missing []string
	for _, need := range []struct {
		name  string
		there bool
	}{
		{"Boundaries", c.Boundaries != nil}, {"Revisions", c.Revisions != nil}, {"Duties", c.Duties != nil}, {"Roster", c.Roster != nil},
		{"Reports", c.Reports != nil}, {"Accounts", c.Accounts != nil}, {"Sessions", c.Sessions != nil}, {"Desk", c.Desk != nil},
		{"ReadLog", c.ReadLog != nil}, {"Events", c.Events != nil}, {"Photos", c.Photos != nil},
		{"Personal", c.Personal != nil},
		{"Health", c.Health != nil}, {"Counted", c.Counted != nil || c.Plans == nil}, {"Logger", c.Logger != nil}, {"District", c.District != ""},
	} {
		if !need.there {
			missing = append(missing, need.name)
		}
	}
	if missing != nil {
		return fmt.Errorf("api needs %s: %w", strings.Join(missing, ", "), geo.ErrInvalid)
	}
	switch c.Public {
	case "":
		c.Public = PublicMap
	case PublicNone, PublicLookup, PublicMap:
	default:
		return fmt.Errorf("%q is no grade of openness (none, lookup, map): %w", c.Public, geo.ErrInvalid)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			return errors.Join(fmt.Errorf("public URL %q is no http or https address: %w", c.PublicURL, geo.ErrInvalid), err)
		}
		c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	}
	if c.OIDC != nil {
		if err := c.OIDC.check(c.PublicURL); err != nil {
			return err
		}
	}
	if c.TimeZone == "" {
		c.TimeZone = "UTC"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Registry == nil {
		c.Registry = prometheus.NewRegistry()
	}
	return nil
}
