// Package chaos breaks the connection between a server and its PostgreSQL on
// purpose, for tests: a proxy that cuts at the worst moment, goes silent, or
// drops everything at once. Serving code never imports it.
package chaos

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// Proxy listens on a port of 127.0.0.1 and forwards to a PostgreSQL server.
// Safe for concurrent use.
type Proxy struct {
	network, address string // of the server
	listener         net.Listener
	tasks            sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	conns   map[*conn]struct{}
	dark    bool
	light   *sync.Cond // on mu: told when dark, closed or conns change
	cutNext int        // answers to commits that will be cut
	commits int
	cuts    int
}

// New makes a proxy to the server that a database URL or keyword string names.
// Of several hosts it takes the first.
func New(database string) (*Proxy, error) {
	c, err := pgconn.ParseConfig(database)
	if err != nil {
		return nil, fmt.Errorf("proxy target: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	p := &Proxy{listener: l, conns: map[*conn]struct{}{}}
	p.network, p.address = pgconn.NetworkAddress(c.Host, c.Port)
	p.light = sync.NewCond(&p.mu)
	p.tasks.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens, host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// URL gives a database URL or keyword string with the server's place taken by
// the proxy, and without TLS, which the proxy could not look into.
func (p *Proxy) URL(database string) (string, error) {
	host, port, err := net.SplitHostPort(p.Addr())
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(database, "postgres://") && !strings.HasPrefix(database, "postgresql://") {
		return fmt.Sprintf("%s host=%s port=%s sslmode=disable", database, host, port), nil // the last word counts
	}
	u, err := url.Parse(database)
	if err != nil {
		return "", fmt.Errorf("database URL: %w", err)
	}
	q := u.Query()
	for _, k := range []string{"host", "port", "hostaddr"} {
		q.Del(k)
	}
	q.Set("sslmode", "disable")
	u.Host, u.RawQuery = p.Addr(), q.Encode()
	return u.String(), nil
}

// CutAfterCommit has the answers to the next n commits lost: the server gets
// the commit and answers it, then the connection is cut, and the client never
// hears. A commit is what ends a transaction and may have written: COMMIT or
// END, or a writing statement outside of a transaction block.
func (p *Proxy) CutAfterCommit(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutNext = n
}

// Commits is how many commits were forwarded, and how many of their answers
// CutAfterCommit took away.
func (p *Proxy) Commits() (forwarded, cut int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.commits, p.cuts
}

// BlackHole has everything vanish, in both directions, while connections stay
// open and new ones are taken; with false all of it goes on, as after a
// network's outage.
func (p *Proxy) BlackHole(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dark = on
	p.light.Broadcast()
}

// CutAll cuts every connection there is, without a word.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.cut()
	}
}

// Connections is how many are open.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

// Close stops listening, cuts every connection and waits for the proxy's
// goroutines.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		c.cut()
	}
	p.light.Broadcast()
	p.mu.Unlock()
	err := p.listener.Close()
	p.tasks.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		c := &conn{proxy: p, client: client}
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			client.Close()
			return
		}
		p.conns[c] = struct{}{}
		p.mu.Unlock()
		p.tasks.Go(func() {
			c.serve()
			p.mu.Lock()
			delete(p.conns, c)
			p.mu.Unlock()
		})
	}
}

// pass waits while it is dark; false means that the connection is cut.
func (p *Proxy) pass(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.dark && !p.closed && !c.gone {
		p.light.Wait()
	}
	return !p.closed && !c.gone
}

// commit counts a commit about to be forwarded; lose says that its answer is
// to be cut.
func (p *Proxy) commit() (lose bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commits++
	if p.cutNext == 0 {
		return false
	}
	p.cutNext--
	p.cuts++
	return true
}
