package api

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

func TestRateLimits(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.Limits = Limits{Reports: Rate{1, 2}, Reads: Rate{1, 3}}
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	ask := func(method, path, from, forwarded, token string) int {
		r := httptest.NewRequest(method, path, strings.NewReader(`{"category":"other","lon":125.62,"lat":43.55}`))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		s.api.Handler().ServeHTTP(w, r)
		if w.Code == 429 && w.Header().Get("Retry-After") != "1" {
			t.Errorf("Retry-After = %q, want 1", w.Header().Get("Retry-After"))
		}
		return w.Code
	}
	count := func(n int, f func(i int) int) (limited int) {
		for i := range n {
			if f(i) == 429 {
				limited++
			}
		}
		return limited
	}
	for _, tt := range []struct {
		name string
		n    int
		f    func(i int) int
		want int
	}{
		{"reports", 5, func(int) int { return ask("POST", "/api/v1/reports", "198.51.100.1:1", "", "") }, 3},
		{"reads have their own", 5, func(int) int { return ask("GET", "/api/v1/categories", "198.51.100.1:1", "", "") }, 2},
		{"another address", 2, func(int) int { return ask("GET", "/api/v1/categories", "198.51.100.2:1", "", "") }, 0},
		{"an account has none", 9, func(int) int {
			return ask("GET", "/api/v1/categories", "198.51.100.1:1", "", s.token(access.Consumer))
		}, 0},
		{"a stranger's word does not count", 5, func(i int) int {
			return ask("GET", "/api/v1/categories", "198.51.100.3:1", fmt.Sprintf("10.0.0.%d", i), "")
		}, 2},
		{"a trusted proxy's does", 5, func(i int) int {
			return ask("GET", "/api/v1/categories", "192.0.2.1:1", fmt.Sprintf("6.6.6.6, 10.0.0.%d, 192.0.2.7", i), "")
		}, 0},
		{"one /64 is one client", 5, func(i int) int {
			return ask("GET", "/api/v1/categories", fmt.Sprintf("[2001:db8::%d]:1", i+1), "", "")
		}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := count(tt.n, tt.f); got != tt.want {
				t.Errorf("%d of %d were limited, want %d", got, tt.n, tt.want)
			}
		})
	}
}

func TestLimiterForgets(t *testing.T) {
	l := newLimiter("reads", Rate{1, 1})
	for i := range maxBuckets + 10 {
		l.allow(bucketKey{login: fmt.Sprint(i)}, testNow)
	}
	if len(l.buckets) != maxBuckets || l.recent.Len() != maxBuckets {
		t.Errorf("remembers %d and %d, want %d", len(l.buckets), l.recent.Len(), maxBuckets)
	}
	if _, ok := l.allow(bucketKey{login: fmt.Sprint(maxBuckets + 9)}, testNow); ok {
		t.Error("the latest was forgotten")
	}
	if _, ok := l.allow(bucketKey{login: fmt.Sprint(maxBuckets + 9)}, testNow.Add(time.Second)); !ok {
		t.Error("a second later there is no token again")
	}
}

func TestBaseURL(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.PublicURL = ""
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	for _, tt := range []struct{ host, from, forwarded, want string }{
		{"map.local:8080", "198.51.100.1:1", "evil.example", "http://map.local:8080"},
		{"map.local:8080", "192.0.2.1:1", "map.example", "https://map.example"},
		{`x"><script>`, "198.51.100.1:1", "", ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.RemoteAddr = tt.host, tt.from
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-Host", tt.forwarded)
			r.Header.Set("X-Forwarded-Proto", "https")
		}
		if got := s.api.BaseURL(r); got != tt.want {
			t.Errorf("BaseURL(%q from %s by %q) = %q, want %q", tt.host, tt.from, tt.forwarded, got, tt.want)
		}
	}
}
