package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the addresses whose word about the client counts.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// peer gives the address at the other end of the connection; the zero Addr
// where it has none (a Unix socket).
func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// address gives the client's address: the peer, or, where that is a trusted
// proxy, the last address in X-Forwarded-For that is none.
func (p proxies) address(r *http.Request) netip.Addr {
	at := peer(r)
	if !p.trust(at) {
		return at
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return at
		}
		at = hop.Unmap().WithZone("")
		if !p.trust(at) {
			return at
		}
	}
	return at
}

// secure reports whether the client speaks HTTPS to the outermost server.
func (s *Server) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(s.cfg.PublicURL, "https://") ||
		r.Header.Get("X-Forwarded-Proto") == "https" && s.proxies.trust(peer(r))
}

// loopback reports whether the client reached the server under a loopback name.
func loopback(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}

// baseURL is what absolute links begin with: the configured URL, else the host
// that the client asked, by way of a trusted proxy where there is one.
func (s *Server) baseURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	scheme, host := "http", r.Host
	if s.secure(r) {
		scheme = "https"
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && s.proxies.trust(peer(r)) {
		host = forwarded
	}
	if strings.ContainsAny(host, "/\\?#@ \"<>") {
		return ""
	}
	return scheme + "://" + host
}
