package chaos

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// conn is one client's connection and the one to the server for it.
type conn struct {
	proxy  *Proxy
	client net.Conn

	server net.Conn // set under proxy.mu
	gone   bool     // under proxy.mu

	status atomic.Int32 // of the last ReadyForQuery: 'I', 'T' or 'E'
	losing atomic.Bool  // drop answers; cut at the next ReadyForQuery
}

// errLost ends a connection whose commit's answer was to be lost.
var errLost = errors.New("answer lost on purpose")

// cut closes both sides, the client's with a reset; proxy.mu is held.
func (c *conn) cut() {
	c.gone = true
	if t, ok := c.client.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	c.client.Close()
	if c.server != nil {
		c.server.Close()
	}
	c.proxy.light.Broadcast()
}

func (c *conn) cutNow() {
	c.proxy.mu.Lock()
	defer c.proxy.mu.Unlock()
	c.cut()
}

// serve forwards until either side ends.
func (c *conn) serve() {
	defer c.cutNow()
	if !c.proxy.pass(c) {
		return
	}
	server, err := net.Dial(c.proxy.network, c.proxy.address)
	if err != nil {
		return
	}
	c.proxy.mu.Lock()
	c.server = server
	gone := c.gone
	c.proxy.mu.Unlock()
	if gone {
		server.Close()
		return
	}
	var back sync.WaitGroup
	defer back.Wait()
	defer c.cutNow()
	client := bufio.NewReader(c.client)
	if more, err := c.startup(client); !more || err != nil {
		if err == nil { // a cancel request has no answer but the end
			_, _ = io.Copy(io.Discard, server)
		}
		return
	}
	back.Go(func() {
		defer c.cutNow()
		_ = c.answers()
	})
	_ = c.requests(client)
}

// Codes of the untyped messages that begin a connection (PostgreSQL manual,
// "Message Formats").
const (
	cancelRequest = 80877102
	sslRequest    = 80877103
	gssRequest    = 80877104
	maxMessage    = 1 << 30
)

// startup forwards the startup message, after refusing encryption. more is
// false after a cancel request, which nothing follows.
func (c *conn) startup(r io.Reader) (more bool, err error) {
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return false, err
		}
		n, code := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:])
		if n < 8 || n > 1<<16 {
			return false, errors.New("no PostgreSQL client")
		}
		if code == sslRequest || code == gssRequest {
			if _, err := c.client.Write([]byte{'N'}); err != nil {
				return false, err
			}
			continue
		}
		body := make([]byte, n-8)
		if _, err := io.ReadFull(r, body); err != nil {
			return false, err
		}
		return code != cancelRequest, c.write(c.server, append(head[:], body...))
	}
}

// write waits while it is dark.
func (c *conn) write(to io.Writer, b []byte) error {
	if !c.proxy.pass(c) {
		return net.ErrClosed
	}
	_, err := to.Write(b)
	return err
}

// message reads one typed message, its head of five bytes included.
func message(r io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n < 4 || n > maxMessage {
		return nil, errors.New("no PostgreSQL message")
	}
	m := make([]byte, 5+n-4)
	copy(m, head[:])
	_, err := io.ReadFull(r, m[5:])
	return m, err
}

// requests forwards what the client sends and watches for commits.
func (c *conn) requests(r io.Reader) error {
	w := newWatch()
	for {
		m, err := message(r)
		if err != nil {
			return err
		}
		// The message is parsed before it leaves, so that its answer cannot
		// overtake the decision to lose it.
		if w.commits(m, byte(c.status.Load()) != 'I') && c.proxy.commit() {
			c.losing.Store(true)
		}
		if err := c.write(c.server, m); err != nil {
			return err
		}
	}
}

// answers forwards what the server sends, unless it is to be lost.
func (c *conn) answers() error {
	r := bufio.NewReader(c.server)
	for {
		m, err := message(r)
		if err != nil {
			return err
		}
		ready := m[0] == 'Z' && len(m) > 5
		if ready {
			c.status.Store(int32(m[5]))
		}
		if c.losing.Load() {
			if ready {
				return errLost // the server has done it; nobody will know
			}
			continue
		}
		if err := c.write(c.client, m); err != nil {
			return err
		}
	}
}
