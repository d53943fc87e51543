package tlscert

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func selfSigned(t *testing.T, dir string, at time.Time, hosts ...string) (tls.Certificate, string) {
	t.Helper()
	c, print, err := SelfSigned(dir, hosts, at)
	if err != nil {
		t.Fatal(err)
	}
	return c, print
}

func TestSelfSigned(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	c, print := selfSigned(t, dir, now, "Patrol.example", "192.0.2.7", "[2001:db8::1]", "0.0.0.0", "::", "")
	pool := x509.NewCertPool()
	pool.AddCert(c.Leaf)
	names := []string{"patrol.example", "192.0.2.7", "2001:db8::1", "localhost", "127.0.0.1", "::1"}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if ip := a.(*net.IPNet).IP; !ip.IsLinkLocalUnicast() {
			names = append(names, ip.String())
		}
	}
	for _, n := range names {
		if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: n, Roots: pool, CurrentTime: now}); err != nil {
			t.Errorf("certificate for %s: %v", n, err)
		}
	}
	if err := c.Leaf.VerifyHostname("other.example"); err == nil {
		t.Error("certificate is good for other.example")
	}
	if d := c.Leaf.NotAfter.Sub(c.Leaf.NotBefore); d != 397*24*time.Hour {
		t.Errorf("valid for %v, want 397 days", d)
	}
	if len(print) != 32*3-1 || print != strings.ToUpper(print) || strings.Count(print, ":") != 31 {
		t.Errorf("fingerprint = %s", print)
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600", info.Mode().Perm())
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%d files left, want 1", len(list))
	}
}

func TestSelfSignedIsKept(t *testing.T) {
	dir := t.TempDir()
	_, first := selfSigned(t, dir, now, "a.example", "b.example")
	for _, c := range []struct {
		name  string
		at    time.Time
		hosts []string
		same  bool
	}{
		{"the same again", now, []string{"a.example", "b.example"}, true},
		{"fewer hosts", now, []string{"a.example"}, true},
		{"31 days to go", now.Add(365*24*time.Hour + 22*time.Hour), []string{"a.example"}, true},
		{"less than 30 days to go", now.Add(367 * 24 * time.Hour), []string{"a.example"}, false},
		{"another host", now.Add(367 * 24 * time.Hour), []string{"c.example"}, false},
		{"before its time", now, []string{"c.example"}, false},
	} {
		_, print := selfSigned(t, dir, c.at, c.hosts...)
		if same := print == first; same != c.same {
			t.Errorf("%s: same certificate = %v, want %v", c.name, same, c.same)
		}
		first = print
	}
}

func TestSelfSignedRepairs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	_, first := selfSigned(t, dir, now)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, print := selfSigned(t, dir, now); print != first {
		t.Error("a readable file gave another certificate")
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600 again", info.Mode().Perm())
	}
	for _, content := range []string{"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, print := selfSigned(t, dir, now)
		if print == first || c.PrivateKey == nil {
			t.Errorf("file with %q was not replaced", content)
		}
	}
	if _, _, err := SelfSigned(file, nil, now); err == nil {
		t.Error("SelfSigned in a file = nil, want an error")
	}
}

func TestSelfSignedServes(t *testing.T) {
	c, _ := selfSigned(t, t.TempDir(), time.Now())
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	s.StartTLS()
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(c.Leaf)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	resp, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// pair writes a certificate and its key as two files with a time of their own.
func pair(t *testing.T, certFile, keyFile string, at time.Time) (fingerprint string) {
	t.Helper()
	dir := t.TempDir()
	_, fingerprint = selfSigned(t, dir, now)
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	cert, key := pem.Decode(data)
	for file, b := range map[string][]byte{certFile: pem.EncodeToMemory(cert), keyFile: key} {
		if file == "" {
			continue
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return fingerprint
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := pair(t, certFile, keyFile, now)
	clock := now
	var logged bytes.Buffer
	f, err := fromFiles(certFile, keyFile, func() time.Time { return clock }, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serves := func(want, when string) {
		t.Helper()
		c, err := f.GetCertificate(nil)
		if err != nil || Fingerprint(c.Leaf) != want {
			t.Errorf("%s another certificate is served (%v)", when, err)
		}
	}
	serves(first, "at first")

	second := pair(t, certFile, keyFile, now.Add(time.Second))
	clock = clock.Add(59 * time.Second)
	serves(first, "within the minute")
	clock = clock.Add(time.Second)
	serves(second, "after the minute")
	if logged.Len() > 0 {
		t.Errorf("logged without a fault: %s", &logged)
	}

	pair(t, certFile, "", now.Add(2*time.Second)) // a certificate without its key
	clock = clock.Add(time.Minute)
	serves(second, "with a pair that does not fit")
	if n := strings.Count(logged.String(), "old one stays"); n != 1 {
		t.Errorf("logged %d lines, want 1: %s", n, &logged)
	}
	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(time.Minute)
	serves(second, "without a key file")
	third := pair(t, certFile, keyFile, now.Add(3*time.Second))
	clock = clock.Add(time.Minute)
	serves(third, "after the repair")
}

func TestFilesConcurrently(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pair(t, certFile, keyFile, now)
	var mu sync.Mutex
	clock := now
	f, err := fromFiles(certFile, keyFile, func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(time.Minute)
		return clock
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if c, err := f.GetCertificate(nil); c == nil || err != nil {
					t.Errorf("GetCertificate = %v, %v", c, err)
				}
			}
		})
	}
	for i := range 20 {
		pair(t, certFile, keyFile, now.Add(time.Duration(i)*time.Second))
	}
	wg.Wait()
}

func TestFromFilesRefuses(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	if _, err := FromFiles(missing, missing, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("FromFiles of missing files = nil, want an error")
	}
}
