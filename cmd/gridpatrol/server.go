package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/api/features"
	"github.com/gridpatrol/gridpatrol/basemap"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/photo"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
	"github.com/gridpatrol/gridpatrol/tiles"
	"github.com/gridpatrol/gridpatrol/web"
)

// server is every part of one serving process, wired together.
type server struct {
	store      *postgis.Store
	boundaries *postgis.Boundaries
	duties     *postgis.Duties
	access     *postgis.AccessWatch
	tallies    *postgis.Tallies
	plans      *postgis.Plans
	tracks     *postgis.Tracks
	hub        *notify.Hub
	relay      *notify.Relay
	deliverer  *notify.Deliverer
	sealer     *postgis.Sealer
	heads      *headTeller
	photos     *photo.Store
	tiles      *tiles.Server
	basemap    *basemap.Server // nil: there is none
	api        *api.Server
	log        *slog.Logger

	keepContacts time.Duration // after closing; 0: for ever
}

// serverConfig is what differs between servers.
type serverConfig struct {
	store     *postgis.Store
	district  string
	dataDir   string
	public    api.Public
	publicURL string
	limits    api.Limits
	proxies   proxyList
	metrics   bool // on a listener of their own
	deliverer notify.DelivererConfig
	heads     []string       // where heads of the audit log go besides the data directory
	basemap   basemap.Config // without a Source there is none
	plans     postgis.PlansConfig
	oidc      *api.OIDCConfig // without a Key; nil: there is no provider
	keep      keepFlags
	log       *slog.Logger
}

// newServer loads boundaries, duties and what is counted of reports, and wires
// everything; run does the rest.
func newServer(ctx context.Context, c serverConfig) (_ *server, err error) {
	s := &server{store: c.store, boundaries: postgis.NewBoundaries(c.store), access: postgis.NewAccessWatch(c.store), log: c.log, keepContacts: time.Duration(c.keep.KeepContacts)}
	if s.duties, err = postgis.NewDuties(c.store); err != nil {
		return nil, err
	}
	s.tallies = postgis.NewTallies(c.store, s.duties)
	c.plans.Logger = c.log
	s.plans = postgis.NewPlans(c.store, s.boundaries, s.duties, c.plans)
	s.tracks = postgis.NewTracks(c.store, s.boundaries, postgis.TracksConfig{
		Coarsen: time.Duration(c.keep.CoarsenTracks), Erase: time.Duration(c.keep.EraseTracks), Logger: c.log})
	if err := errors.Join(s.boundaries.Refresh(ctx), s.duties.Refresh(ctx)); err != nil {
		return nil, err
	}
	if err := s.tallies.Refresh(ctx); err != nil {
		// Reports can be taken without hot spots; run tries again.
		c.log.Error("reports could not be read for counting: there are no hot spots until they can", "err", err)
	}
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return nil, err
	}
	if s.photos, err = photo.OpenStore(filepath.Join(c.dataDir, "photos"), time.Now()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	s.hub = notify.NewHub(c.store, notify.HubConfig{Logger: c.log, Before: s.catchUp})
	s.relay = notify.NewRelay(c.store, notify.RelayConfig{Logger: c.log})
	c.deliverer.Logger = c.log
	s.deliverer = notify.NewDeliverer(c.store, c.deliverer)
	c.store.OnCommit(s.relay.Poke)
	if s.heads, err = newHeadTeller(c.dataDir, c.district, c.heads, c.deliverer.Allow, c.log); err != nil {
		return nil, err
	}
	s.sealer = postgis.NewSealer(c.store, postgis.SealerConfig{Tell: s.heads.tell, Told: s.heads.told(), Logger: c.log})

	// The handlers for tiles and the OGC API answer errors and read principals
	// as the API does, which in turn mounts them: these two go through a
	// variable that is set before any request comes.
	problem := func(w http.ResponseWriter, r *http.Request, err error) { s.api.WriteProblem(w, r, err) }
	address := func(r *http.Request) string { return s.api.BaseURL(r) }
	principal := principalOf

	boundaries := timeline{s.boundaries, s.plans}

	tileServer, err := tiles.New(tiles.Config{
		Boundaries: boundaries,
		Counts:     s.tallies,
		Patrols:    c.store,
		Viewer:     features.Viewers(principal, c.store, s.duties, nil),
		PublicURL:  address,
		Problem:    problem,
		Categories: s.categories,
		Statuses:   texts(patrol.Statuses()),
		// Windows of days are days of the district.
		Now: func() time.Time { return time.Now().In(zone) },
		Log: c.log,
	})
	if err != nil {
		return nil, err
	}
	s.tiles = tileServer
	ogc, err := features.New(features.Config{
		Boundaries: boundaries,
		Reports:    c.store,
		Duties:     s.duties,
		Hotspots:   tileServer,
		Tiles:      tileServer,
		Principal:  principal,
		PublicURL:  address,
		Problem:    problem,
		Assets:     features.Assets(web.ForPages()),
	})
	if err != nil {
		return nil, err
	}
	version, _ := programVersion()
	app, built := web.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problem(w, r, geo.ErrNotFound)
	}))
	if !built {
		c.log.Warn("this program was built without the web application: a plain page takes its place")
	}
	registry := prometheus.NewRegistry()
	s.register(registry)
	ground, err := s.openBasemap(ctx, c, registry)
	if err != nil {
		return nil, err
	}
	signOn, err := withKey(ctx, c.oidc, c.store)
	if err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Config{
		Boundaries:     boundaries,
		Revisions:      c.store,
		Duties:         s.duties,
		Roster:         c.store,
		Reports:        c.store,
		Accounts:       c.store,
		Sessions:       sessions{c.store},
		Desk:           c.store,
		Access:         s.access,
		ReadLog:        c.store,
		Personal:       c.store,
		Events:         liveEvents{s.hub},
		Photos:         photos{photo.NewReader(photo.Limits{Zone: zone, MaxBytes: api.MaxPhotoBytes}), s.photos},
		Health:         c.store,
		AuditLog:       c.store,
		Plans:          plans{s.plans},
		Patrols:        c.store,
		Tracks:         s.tracks,
		TrackDays:      c.keep.trackDays(),
		Counted:        s.tallies,
		HouseholdBand:  c.plans.HouseholdBand,
		Importers:      importingOf(c.district, c.store, s.boundaries, s.duties, s.plans),
		ImportDir:      filepath.Join(c.dataDir, "imports"),
		Walked:         c.store,
		Tiles:          tileServer.Handler(),
		Features:       ogc.Handler(),
		Hotspots:       http.HandlerFunc(tileServer.PostHotspots),
		App:            app,
		OIDC:           signOn,
		Basemap:        ground,
		BasemapTiles:   s.basemapTiles(),
		District:       c.district,
		TimeZone:       timeZone,
		Version:        version,
		Public:         c.public,
		PublicURL:      c.publicURL,
		TrustedProxies: c.proxies,
		Limits:         c.limits,
		Lag:            s.boundaries.Lag,
		Registry:       registry,
		HideMetrics:    c.metrics,
		Logger:         c.log,
	})
	return s, err
}

// run does what goes on beside the requests until ctx ends: it follows
// publishes, changes of duties and reports, hands posts over when their time
// comes, draws boundaries ahead of requests, numbers and hands out events,
// delivers the outbox, makes what follows from tracks, and seals the audit log. It returns when all of it has
// stopped.
func (s *server) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, part := range []func(context.Context){s.hub.Run, s.relay.Run, s.deliverer.Run, s.tallies.Run, s.plans.Run, s.tracks.Run, s.duties.Run, s.access.Run, s.sealing, s.follow, s.keepHouse, s.tiles.Run, s.api.Run} {
		all.Go(func() { part(ctx) })
	}
	all.Wait()
}

// catchUp puts a revision in force here before anybody hears of it: whoever
// hears of it asks at once, and would be answered by the old one for good.
func (s *server) catchUp(ctx context.Context, events []patrol.StreamEvent) {
	if !slices.ContainsFunc(events, func(e patrol.StreamEvent) bool { return e.Type == "revision.published" }) {
		return
	}
	if err := errors.Join(s.boundaries.Refresh(ctx), s.duties.Refresh(ctx)); err != nil && ctx.Err() == nil {
		s.log.Warn("a new revision is told of, but could not be read; the old one stays in force", "err", err)
	}
}

// follow keeps boundaries and duties at what is published. A hint says when to
// look; the look itself compares revisions, so a lost hint costs two seconds.
// Reports are read elsewhere, so that many of them never delay a publish.
func (s *server) follow(ctx context.Context) {
	err := s.store.Listen(ctx, func() {
		s.access.Poke() // first: who may no more should wait for nothing
		s.hub.Hint()
		s.deliverer.Poke()
		if err := errors.Join(s.boundaries.Refresh(ctx), s.duties.Refresh(ctx)); err != nil && ctx.Err() == nil {
			s.log.Warn("boundaries or duties could not be read again; the old ones stay in force", "err", err)
		}
		s.tiles.Hint()
		s.tallies.Poke() // last: which places are public follows from the duties
	})
	if ctx.Err() == nil {
		s.log.Error("listening has ended", "err", err)
	}
}

// close lets go of what newServer opened.
func (s *server) close() {
	s.photos.Close()
	if s.basemap != nil {
		_ = s.basemap.Close() // a file that was only read
	}
}

// categories lists the codes in force, for the filters of hot spots.
func (s *server) categories() []string {
	book := s.duties.Current().Rulebook
	if book == nil {
		return nil
	}
	codes := make([]string, len(book.Categories))
	for i, c := range book.Categories {
		codes[i] = c.Code
	}
	return codes
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = string(t)
	}
	return out
}

// register adds the measures that only the wiring knows.
func (s *server) register(r *prometheus.Registry) {
	gauge := func(name, help string, f func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gridpatrol_" + name, Help: help}, f))
	}
	gauge("duty_version", "Version of people, posts and rules in force.", func() float64 {
		return float64(s.duties.Current().Version)
	})
	gauge("snapshot_age_seconds", "Since the boundaries that are served were loaded.", func() float64 {
		return s.boundaries.Age().Seconds()
	})
	gauge("counted_reports", "Reports that hot spots are counted from.", func() float64 {
		return float64(s.tallies.Current().Len())
	})
	gauge("counted_reports_bytes", "About how much memory they take.", func() float64 {
		return float64(s.tallies.Current().Bytes())
	})
	gauge("counted_reports_lag_seconds", "Since they were last known to be those of the database.", func() float64 {
		return s.tallies.Lag().Seconds()
	})
	counter := func(name, help string, f func(notify.DeliveryStats) int64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "gridpatrol_" + name, Help: help}, func() float64 {
			return float64(f(s.deliverer.Stats()))
		}))
	}
	counter("deliveries_total", "Webhook deliveries that were answered.", func(d notify.DeliveryStats) int64 { return d.Delivered })
	counter("delivery_failures_total", "Attempts to deliver that failed.", func(d notify.DeliveryStats) int64 { return d.Failed })
	counter("deliveries_given_up_total", "Deliveries given up after the last attempt.", func(d notify.DeliveryStats) int64 { return d.Dead })
	gauge("audit_seal", "Newest seal of the audit log.", func() float64 { return float64(s.sealer.Seal()) })
	gauge("audit_lag_seconds", "Since every committed line of the audit log was known to be sealed.", func() float64 {
		return s.sealer.Lag().Seconds()
	})
	gauge("audit_broken", "1 after a head that was told was found missing or changed.", func() float64 {
		if s.sealer.Broken() {
			return 1
		}
		return 0
	})
	gauge("event_cursor", "Last event that was handed out.", func() float64 { return float64(s.hub.Cursor()) })
}
