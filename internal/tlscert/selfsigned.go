// Package tlscert gives a server its certificate: one it makes for itself, or
// one from files that are read again when they change.
package tlscert

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// Browsers refuse server certificates that last longer than 398 days.
	validity = 397 * 24 * time.Hour
	renewal  = 30 * 24 * time.Hour
	fileName = "self-signed.pem"
)

// SelfSigned gives the certificate kept in dir, and makes one where there is
// none, it expires within 30 days of now, or it lacks one of the names: hosts
// (names or addresses; unspecified addresses and empty names are left out),
// localhost, and the addresses of this machine's interfaces. Key and
// certificate are one file that its owner alone may read.
//
// fingerprint is the SHA-256 of the certificate as browsers show it, such as
// "AB:CD:…", for people to compare.
func SelfSigned(dir string, hosts []string, now time.Time) (cert tls.Certificate, fingerprint string, err error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("addresses of this machine: %w", err)
	}
	n := namesOf(hosts, addrs)
	file := filepath.Join(dir, fileName)
	cert, err = load(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errContent) {
		return tls.Certificate{}, "", fmt.Errorf("certificate: %w", err)
	}
	if err != nil || !n.servedBy(cert.Leaf, now) {
		if cert, err = renew(file, n, now); err != nil {
			return tls.Certificate{}, "", fmt.Errorf("make a certificate: %w", err)
		}
	}
	return cert, Fingerprint(cert.Leaf), nil
}

// Fingerprint is the SHA-256 of a certificate as browsers show it.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// names is what a certificate is to be valid for.
type names struct {
	dns []string
	ips []net.IP
}

func namesOf(hosts []string, addrs []net.Addr) (n names) {
	add := func(ip net.IP) {
		// Link-local addresses need a zone, which no certificate can name.
		if !ip.IsUnspecified() && !ip.IsLinkLocalUnicast() && !slices.ContainsFunc(n.ips, ip.Equal) {
			n.ips = append(n.ips, ip)
		}
	}
	n.dns = []string{"localhost"}
	add(net.IPv4(127, 0, 0, 1))
	add(net.IPv6loopback)
	for _, h := range hosts {
		h = strings.ToLower(strings.Trim(strings.TrimSuffix(h, "."), "[]"))
		if ip := net.ParseIP(h); ip != nil {
			add(ip)
		} else if h != "" && !slices.Contains(n.dns, h) {
			n.dns = append(n.dns, h)
		}
	}
	for _, a := range addrs {
		if x, ok := a.(*net.IPNet); ok {
			add(x.IP)
		}
	}
	return n
}

// servedBy reports whether c has all the names and lasts. Names that it has
// beyond them, such as an address of yesterday's network, do no harm, and
// people would have to trust a new certificate again.
func (n names) servedBy(c *x509.Certificate, now time.Time) bool {
	if now.Before(c.NotBefore) || now.Add(renewal).After(c.NotAfter) {
		return false
	}
	for _, d := range n.dns {
		if !slices.Contains(c.DNSNames, d) {
			return false
		}
	}
	for _, ip := range n.ips {
		if !slices.ContainsFunc(c.IPAddresses, ip.Equal) {
			return false
		}
	}
	return true
}

// renew makes a certificate and puts it in the place of file.
func renew(file string, n names, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return tls.Certificate{}, err
	}
	from := now.UTC().Add(-time.Hour) // a telephone's clock may be behind
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: n.dns[len(n.dns)-1], Organization: []string{"gridpatrol, self-signed"}},
		NotBefore:             from,
		NotAfter:              from.Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              n.dns,
		IPAddresses:           n.ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	var b bytes.Buffer
	err = errors.Join(
		pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := replace(file, b.Bytes()); err != nil {
		return tls.Certificate{}, err
	}
	return load(file)
}

// replace writes a file that its owner alone may read, whole or not at all.
func replace(file string, data []byte) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, fileName+".*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// errContent says that a file holds no certificate with its key.
var errContent = errors.New("no certificate with its key")

func load(file string) (tls.Certificate, error) {
	info, err := os.Stat(file)
	if err != nil {
		return tls.Certificate{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(file, 0o600); err != nil {
			return tls.Certificate{}, err
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return tls.Certificate{}, err
	}
	cert, err := tls.X509KeyPair(data, data)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w: %w", file, errContent, err)
	}
	return cert, nil
}
