package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/internal/tlscert"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// serveFlags are the flags of serve and demo.
type serveFlags struct {
	Listen        string     `env:"GRIDPATROL_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve on."`
	PublicURL     string     `env:"GRIDPATROL_PUBLIC_URL" placeholder:"URL" help:"Address under which clients reach the server, for absolute links."`
	TLSCert       string     `env:"GRIDPATROL_TLS_CERT" placeholder:"FILE" help:"Certificate chain, PEM; read again when it changes."`
	TLSKey        string     `env:"GRIDPATROL_TLS_KEY" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	TLSSelfSigned bool       `env:"GRIDPATROL_TLS_SELF_SIGNED" help:"Serve with a certificate of our own, kept in the data directory. Phones give their position only over TLS."`
	Public        api.Public `env:"GRIDPATROL_PUBLIC" default:"map" enum:"none,lookup,map" help:"What people without an account may do: none, lookup (and report), or map (all public reads)."`
	MetricsListen string     `env:"GRIDPATROL_METRICS_LISTEN" placeholder:"HOST:PORT" help:"Serve /metrics here and not on the public address."`
	Proxies       proxyList  `name:"trusted-proxy" env:"GRIDPATROL_TRUSTED_PROXY" placeholder:"CIDR" help:"Proxies whose X-Forwarded headers count, as addresses or CIDR blocks."`
	ReportRate    float64    `env:"GRIDPATROL_REPORT_RATE" default:"5" help:"Reports a second from one address without an account, in the long run; 0 sets no limit."`
	TokenRate     float64    `env:"GRIDPATROL_TOKEN_RATE" default:"100" help:"Requests a second with one API token, in the long run, unless it was made with --no-rate-limit; 0 sets no limit."`
	ReadRate      float64    `env:"GRIDPATROL_READ_RATE" default:"1000" help:"Other requests a second from one address without an account; 0 sets no limit."`
	MaxConns      int32      `env:"GRIDPATROL_MAX_CONNS" default:"16" help:"Most connections to the database."`
	WebhookAllow  proxyList  `env:"GRIDPATROL_WEBHOOK_ALLOW" placeholder:"CIDR" help:"Private addresses that webhooks may reach all the same."`

	AuditHeads []string `env:"GRIDPATROL_AUDIT_HEADS" placeholder:"FILE|URL" help:"Where heads of the audit log's chain go besides the data directory: a file, or an address of http or https; may be given again."`

	basemapFlags
	oidcFlags
	planFlags
	keepFlags
}

// proxyList is a list of address blocks; a bare address is a block of one.
type proxyList []netip.Prefix

// UnmarshalText reads blocks that are separated by commas.
func (l *proxyList) UnmarshalText(text []byte) error {
	for item := range strings.SplitSeq(string(text), ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if a, err := netip.ParseAddr(item); err == nil {
			*l = append(*l, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(item)
		if err != nil {
			return fmt.Errorf("%q is no address or CIDR block", item)
		}
		*l = append(*l, p)
	}
	return nil
}

type serveCmd struct{ serveFlags }

// Run serves until a signal comes.
func (c *serveCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return c.serve(ctx, common, out, nil)
}

// serve opens the database, lets fill do what it wants with it, and serves
// until ctx ends or something fails that the server cannot do without.
func (f *serveFlags) serve(ctx context.Context, common *Common, out io.Writer, fill filler) (err error) {
	log, closeLog := common.serverLogger()
	defer closeLog()
	if err := f.check(); err != nil {
		return asWrongCall(err)
	}
	dir, err := common.dataDir()
	if err != nil {
		return err
	}
	// The port is taken first: who cannot have it should not wait for a
	// database, nor fill one.
	listener, err := net.Listen("tcp", f.Listen)
	if err != nil {
		return fmt.Errorf("cannot serve on %s: %w: stop what uses it, or choose another --listen", f.Listen, err)
	}
	// Keys and certificates in it have modes of their own; the private
	// cluster's user must be able to pass through.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		listener.Close()
		return fmt.Errorf("data directory: %w", err)
	}
	front := &front{}
	main, err := f.httpServer(front, dir, log)
	if err != nil {
		listener.Close()
		return err
	}
	serving := make(chan error, 1)
	go func() { serving <- serveOn(main, listener) }()
	defer main.Close()
	db, err := common.openDatabase(ctx, log, own)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	store, err := common.openStore(ctx, db.url, dir, log, f.MaxConns)
	if err != nil {
		return err
	}
	defer store.Close()
	welcome := ""
	if fill != nil {
		if welcome, err = fill(ctx, store); err != nil {
			return err
		}
	}
	signOn, err := f.oidc()
	if err != nil {
		return err
	}
	s, err := newServer(ctx, serverConfig{
		store: store, district: common.District, dataDir: dir,
		public: f.Public, publicURL: f.PublicURL, limits: f.limits(), proxies: f.Proxies,
		metrics:   f.MetricsListen != "",
		deliverer: notify.DelivererConfig{Allow: f.WebhookAllow},
		heads:     f.AuditHeads,
		basemap:   f.basemap(),
		plans:     f.planFlags.config(),
		oidc:      signOn,
		keep:      f.keepFlags,
		log:       log,
	})
	if err != nil {
		return err
	}
	defer s.close()
	front.open(s.api.Handler())
	main.RegisterOnShutdown(s.api.Close)
	fmt.Fprintf(out, "gridpatrol serves district %s on %s\n%s", common.District, f.address(listener), welcome)
	return f.until(ctx, s, db, main, serving, log)
}

// until runs the server's parts beside main, which serves already; the first
// that fails ends the others. Requests under way are finished, for ten seconds at most.
func (f *serveFlags) until(ctx context.Context, s *server, db *database, main *http.Server, serving <-chan error, log *slog.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	parts := make(chan error, 4)
	running := 0
	start := func(part func() error) {
		running++
		go func() { parts <- part() }()
	}
	servers := []*http.Server{main}
	start(func() error { s.run(ctx); return nil })
	start(func() error { return <-serving })
	if f.MetricsListen != "" {
		metrics := &http.Server{Handler: s.api.Metrics(), ReadHeaderTimeout: 5 * time.Second}
		l, err := net.Listen("tcp", f.MetricsListen)
		if err != nil {
			parts <- fmt.Errorf("cannot serve metrics on %s: %w", f.MetricsListen, err)
			running++
		} else {
			servers = append(servers, metrics)
			start(func() error { return serveOn(metrics, l) })
		}
	}
	if db.cluster != nil {
		start(func() error { return db.cluster.Supervise(ctx) })
	}
	var failed error
	select {
	case <-ctx.Done():
		log.Info("stopping")
	case failed = <-parts:
		running--
	}
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(grace); err != nil {
			server.Close()
		}
	}
	stop()
	for range running {
		failed = errors.Join(failed, <-parts)
	}
	return failed
}

// serveOn serves until the server is shut down, which is no failure.
func serveOn(server *http.Server, l net.Listener) error {
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(l, "", "")
	} else {
		err = server.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// httpServer is a server with every timeout set. Reading and writing bodies is
// limited by the handlers, as streams may take long.
func (f *serveFlags) httpServer(h http.Handler, dir string, log *slog.Logger) (*http.Server, error) {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	switch {
	case f.TLSCert != "":
		files, err := tlscert.FromFiles(f.TLSCert, f.TLSKey, log)
		if err != nil {
			return nil, err
		}
		server.TLSConfig = &tls.Config{GetCertificate: files.GetCertificate, MinVersion: tls.VersionTLS12}
	case f.TLSSelfSigned:
		cert, fingerprint, err := tlscert.SelfSigned(filepath.Join(dir, "tls"), f.hosts(), time.Now())
		if err != nil {
			return nil, err
		}
		log.Info("serving with a self-signed certificate: compare the fingerprint when the browser asks", "sha256", fingerprint)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	return server, nil
}

// check refuses flags that do not go together.
func (f *serveFlags) check() error {
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case !validListen(f.Listen):
		return fmt.Errorf("--listen %s is no HOST:PORT, such as 127.0.0.1:8080 or :8080", f.Listen)
	case f.MetricsListen != "" && !validListen(f.MetricsListen):
		return fmt.Errorf("--metrics-listen %s is no HOST:PORT", f.MetricsListen)
	case f.PublicURL != "" && !strings.HasPrefix(f.PublicURL, "http://") && !strings.HasPrefix(f.PublicURL, "https://"):
		return fmt.Errorf("--public-url %s is no address such as https://grid.example.org", f.PublicURL)
	case f.TLSCert != "" && f.TLSSelfSigned:
		return errors.New("--tls-self-signed does not go with --tls-cert")
	}
	return errors.Join(f.checkOIDC(f.PublicURL), f.checkBasemap(), f.checkKeep())
}

// validListen reports whether a is HOST:PORT; the host may be empty.
func validListen(a string) bool {
	_, port, err := net.SplitHostPort(a)
	return err == nil && port != ""
}

// limits are the default ones at the rates of the flags.
func (f *serveFlags) limits() api.Limits {
	l := api.DefaultLimits()
	l.Reports.PerSecond, l.Reads.PerSecond, l.Tokens.PerSecond = f.ReportRate, f.ReadRate, f.TokenRate
	return l
}

// hosts are the names a certificate of our own has to be good for, besides
// those of the machine.
func (f *serveFlags) hosts() []string {
	var hosts []string
	if host, _, err := net.SplitHostPort(f.Listen); err == nil && host != "" {
		hosts = append(hosts, host)
	}
	if u := f.PublicURL; u != "" {
		_, u, _ = strings.Cut(u, "://")
		if host, _, err := net.SplitHostPort(u); err == nil {
			u = host
		}
		hosts = append(hosts, strings.TrimRight(u, "/"))
	}
	return hosts
}

// address is where to look, for people.
func (f *serveFlags) address(l net.Listener) string {
	if f.PublicURL != "" {
		return f.PublicURL
	}
	scheme := "http"
	if f.TLSCert != "" || f.TLSSelfSigned {
		scheme = "https"
	}
	return scheme + "://" + l.Addr().String()
}

// openStore opens the store with the key from the data directory.
func (c *Common) openStore(ctx context.Context, url, dir string, log *slog.Logger, conns int32) (*postgis.Store, error) {
	key, err := contactKey(dir)
	if err != nil {
		return nil, err
	}
	return postgis.Open(ctx, postgis.Config{
		URL: url, MigrateURL: c.MigrateURL, District: c.District,
		MaxConns: conns, ContactKey: key, Logger: log,
	})
}
