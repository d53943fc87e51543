package tlscert

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// checkEvery is how often the files are looked at, at most.
const checkEvery = time.Minute

// Files is a certificate and its key in two PEM files, read again when either
// changes. Safe for concurrent use.
type Files struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	cert atomic.Pointer[tls.Certificate]

	mu      sync.Mutex // held by whoever looks at the files
	checked time.Time
	read    stamp
}

// stamp tells one state of the files from another.
type stamp struct {
	certTime, keyTime time.Time
	certSize, keySize int64
}

// FromFiles reads the files; a certificate that cannot be served is an error
// here, while later the one in use stays in use and a line is logged.
func FromFiles(certFile, keyFile string, log *slog.Logger) (*Files, error) {
	return fromFiles(certFile, keyFile, time.Now, log)
}

func fromFiles(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*Files, error) {
	f := &Files{certFile: certFile, keyFile: keyFile, now: now, log: log, checked: now()}
	if err := f.reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// GetCertificate serves tls.Config.GetCertificate. Once a minute at most it
// looks whether the files have changed; meanwhile nobody waits.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if f.mu.TryLock() {
		if now := f.now(); now.Sub(f.checked) >= checkEvery || now.Before(f.checked) {
			f.checked = now
			if err := f.reload(); err != nil {
				f.log.Error("TLS certificate not read again; the old one stays in use", "error", err)
			}
		}
		f.mu.Unlock()
	}
	return f.cert.Load(), nil
}

// reload reads the files if they are not those that were read before.
func (f *Files) reload() error {
	s, err := f.stamp()
	if err != nil {
		return fmt.Errorf("TLS certificate: %w", err)
	}
	if s == f.read {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(f.certFile, f.keyFile)
	if err != nil {
		return fmt.Errorf("TLS certificate %s with key %s: %w", f.certFile, f.keyFile, err)
	}
	f.cert.Store(&cert)
	// Only now: a pair that does not fit, as while both are being written, is
	// tried again.
	f.read = s
	return nil
}

func (f *Files) stamp() (stamp, error) {
	c, err := os.Stat(f.certFile)
	if err != nil {
		return stamp{}, err
	}
	k, err := os.Stat(f.keyFile)
	if err != nil {
		return stamp{}, err
	}
	return stamp{c.ModTime(), k.ModTime(), c.Size(), k.Size()}, nil
}
