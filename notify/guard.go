package notify

import (
	"fmt"
	"net/netip"
	"syscall"
)

// AddressError refuses to connect to an address that is not public.
type AddressError struct{ Addr netip.Addr }

func (e *AddressError) Error() string { return fmt.Sprintf("%s is not a public address", e.Addr) }

// notPublic are the blocks that netip.Addr has no predicate for: IANA's
// special-purpose registries for IPv4 and IPv6, and the ways to write an IPv4
// address as an IPv6 one that a gateway would turn back.
var notPublic = func() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", // shared space; some clouds keep their metadata in it
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
		"2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

// Public reports whether addr is on the public internet: not loopback, private,
// link-local (where clouds keep their metadata), shared, multicast or reserved.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// PublicOnly gives a net.Dialer's Control that refuses every address that is
// neither public nor in allow, with an *AddressError. It sees the address that
// is being connected to, so neither a name nor a redirect gets round it.
func PublicOnly(allow []netip.Prefix) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%s address: %w", network, err)
		}
		addr := ap.Addr().Unmap()
		for _, p := range allow {
			if p.Contains(addr.WithZone("")) {
				return nil
			}
		}
		if !Public(addr) {
			return &AddressError{addr}
		}
		return nil
	}
}
