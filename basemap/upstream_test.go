package basemap

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
)

// upstream is a server of tiles that answers as it is told.
type upstream struct {
	*httptest.Server
	asked  atomic.Int64
	mu     sync.Mutex
	answer http.HandlerFunc
}

func newUpstream(t *testing.T, answer http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{answer: answer}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.asked.Add(1)
		u.mu.Lock()
		answer := u.answer
		u.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(func() {
		u.CloseClientConnections()
		u.Close()
	})
	return u
}

func (u *upstream) set(answer http.HandlerFunc) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer = answer
}

func picture(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(plainPNG(256, color.White)) }

// hang answers when the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func plainPNG(side int, c color.Color) []byte {
	return encodePNG(image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{c}))
}

func encodePNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 4, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open makes a server, with what c leaves out filled in for tests.
func open(t *testing.T, c Config) *Server {
	t.Helper()
	if c.Attribution == "" {
		c.Attribution = "test"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := New(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask gets a path from a server; header holds names and values in turn.
func ask(s *Server, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// logged collects log lines.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// town is a tile in the district.
var town = maptile.New(13905, 5989, 14)

const townPath = "/basemap/14/13905/5989"

func TestConfig(t *testing.T) {
	const xyz = "https://tiles.example.org/{z}/{x}/{y}.png"
	for name, c := range map[string]struct {
		config Config
		says   string // "" when it is fine
	}{
		"XYZ":                     {Config{Source: xyz}, ""},
		"counted from the south":  {Config{Source: "https://tiles.example.org/{z}/{x}/{-y}.png"}, ""},
		"twin hosts":              {Config{Source: "https://{s}.tiles.example.org/{z}/{x}/{y}.png"}, ""},
		"WMTS, in the query":      {Config{Source: "http://10.0.0.5/wmts?layer=a&tilematrixset=w&TileMatrix={TileMatrix}&TileRow={TileRow}&TileCol={TileCol}"}, ""},
		"WMTS, in the path":       {Config{Source: "http://10.0.0.5/a/{style}/w/{TileMatrix}/{TileRow}/{TileCol}.png"}, ""},
		"Tianditu":                {Config{Source: "tianditu:img", Key: "k"}, ""},
		"capabilities":            {Config{Source: "https://maps.example.org/wmts?request=GetCapabilities#base"}, ""},
		"GCJ-02":                  {Config{Source: xyz, CRS: geo.GCJ02}, ""},
		"nothing":                 {Config{}, "a base map is an http or https address"},
		"a file of the system":    {Config{Source: "file:///etc/passwd"}, "a base map is an http or https address"},
		"without y":               {Config{Source: "https://tiles.example.org/{z}/{x}.png"}, "needs {z}, {x} and {y}"},
		"unknown place":           {Config{Source: "https://tiles.example.org/{z}/{x}/{y}/{secret}.png"}, "{secret} in the address"},
		"number in the host":      {Config{Source: "https://{x}.example.org/{z}/{x}/{y}.png"}, "the host of a base map"},
		"twins in the path":       {Config{Source: "https://example.org/{a-c}/{z}/{x}/{y}.png"}, "has to stand in the host"},
		"twins without end":       {Config{Source: "https://{a-z}{a-z}.e.org/{z}/{x}/{y}.png"}, "more than 100 twins"},
		"key without a place":     {Config{Source: xyz, Key: "secret"}, "no place {key}"},
		"place without a key":     {Config{Source: xyz + "?k={key}"}, "give --basemap-key"},
		"Tianditu without a key":  {Config{Source: "tianditu:vec"}, "needs a key"},
		"unknown preset":          {Config{Source: "tianditu:abc", Key: "k"}, "not known"},
		"Tianditu in degrees":     {Config{Source: "https://t0.tianditu.gov.cn/img_c/wmts?tilematrixset=c&TileMatrix={z}&TileRow={y}&TileCol={x}"}, "is in degrees"},
		"EPSG:4490":               {Config{Source: "https://e.org/?TILEMATRIXSET=EPSG:4490&TileMatrix={z}&TileRow={y}&TileCol={x}"}, "is in degrees"},
		"Baidu":                   {Config{Source: xyz, CRS: geo.BD09}, "a scheme of their own"},
		"another datum":           {Config{Source: xyz, CRS: "EPSG:4551"}, "no datum of tiles"},
		"vector tiles in GCJ-02":  {Config{Source: "https://e.org/{z}/{x}/{y}.mvt", CRS: geo.GCJ02}, "cannot be put right"},
		"zoom":                    {Config{Source: xyz, MaxZoom: 30}, "zoom 30"},
		"PMTiles from elsewhere":  {Config{Source: "https://e.org/a.pmtiles"}, "on this machine"},
		"PMTiles that is missing": {Config{Source: "/nowhere/a.pmtiles"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Attribution = "someone"
			err := c.config.Check()
			if c.says == "" {
				if err != nil {
					t.Errorf("Check = %v, want nil", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Check = %v, want it to say %q", err, c.says)
			} else if strings.Contains(err.Error(), "secret") && c.says != "{secret} in the address" {
				t.Errorf("the error tells the key: %v", err)
			}
		})
	}
	err := Config{Source: xyz, Attribution: " "}.Check()
	if err == nil || !strings.Contains(err.Error(), "attribution") {
		t.Errorf("Check without attribution = %v, want it refused", err)
	}
	if err := (Config{Source: "tianditu:vec", Key: "k"}).Check(); err != nil {
		t.Errorf("Tianditu brings its attribution, yet: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct{ source, key, want string }{
		"XYZ":          {"https://e.org/{z}/{x}/{y}.png", "", "https://e.org/14/13905/5989.png"},
		"from south":   {"https://e.org/{z}/{x}/{-y}.png", "", "https://e.org/14/13905/10394.png"},
		"key in query": {"https://e.org/{z}/{x}/{y}.png?k={key}", "a b&c", "https://e.org/14/13905/5989.png?k=a+b%26c"},
		"key in path":  {"https://e.org/{key}/{z}/{x}/{y}.png", "a/b", "https://e.org/a%2Fb/14/13905/5989.png"},
		"twins":        {"https://t{0-7}.e.org/{z}/{x}/{y}.png", "", "https://t6.e.org/14/13905/5989.png"},
		"any case":     {"https://e.org/{TILEMATRIX}/{tilerow}/{TileCol}", "", "https://e.org/14/5989/13905"},
	} {
		tpl, err := parseTemplate(c.source, c.key)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := tpl.address(town); got != c.want {
			t.Errorf("%s: address = %s, want %s", name, got, c.want)
		}
	}
	tpl, err := parseTemplate("https://t{0-7}.e.org/{z}/{x}/{y}.png", "")
	if err != nil || len(tpl.hosts) != 8 || !tpl.hosts["t7.e.org"] {
		t.Errorf("hosts = %v, %v; want t0 to t7", tpl, err)
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add("https://{s}.e.org/{z}/{x}/{y}.png?k={key}", "k")
	f.Add("http://e.org?{z}{x}{-y}", "")
	f.Add("https://{a-c}{0-7}/{TileMatrix}/{TileRow}/{TileCol}#f", "")
	f.Fuzz(func(t *testing.T, s, key string) {
		if len(s) > 300 {
			return
		}
		if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			return
		}
		tpl, err := parseTemplate(s, key)
		if err != nil {
			return
		}
		r, err := http.NewRequest(http.MethodGet, tpl.address(town), nil)
		if err != nil {
			return // fetch says that it cannot be reached
		}
		if !tpl.hosts[r.URL.Host] {
			t.Errorf("%q asks %q, which is none of %v", s, r.URL.Host, tpl.hosts)
		}
	})
}
