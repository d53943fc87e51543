package postgis

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// How a listening connection is watched: a look at the database so often, each
// with its deadline; a connection that misses one is given up.
const (
	heartbeatEvery    = 2 * time.Second
	heartbeatDeadline = time.Second
	reconnectFirst    = 100 * time.Millisecond
	reconnectLast     = time.Second
)

// Listen calls onHint whenever something may have been published, accepted or
// numbered by any server: at once, after every notification, and every two
// seconds in any case. It has a connection of its own, and makes a new one
// when that stops answering; what was missed meanwhile is looked up after the
// reconnect. onHint runs on the caller's goroutine; hints that come while it
// runs become one. Listen returns when ctx ends, with its error.
//
// A notification is a hint: whoever gets it looks at the database.
func (s *Store) Listen(ctx context.Context, onHint func()) error {
	wait := reconnectFirst
	for {
		began := time.Now()
		err := s.listenOnce(ctx, onHint)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) > 10*time.Second {
			wait = reconnectFirst
		}
		s.log.Warn("listening broke off", "error", err, "retry_in", wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, reconnectLast)
	}
}

// listenOnce listens on one connection until it fails.
func (s *Store) listenOnce(ctx context.Context, onHint func()) error {
	c, err := pgx.ParseConfig(s.url)
	if err != nil {
		return err
	}
	sessionSettings(c)
	c.RuntimeParams["application_name"] = "gridpatrol listen"
	dialer := &net.Dialer{KeepAlive: 5 * time.Second, Timeout: connectTimeout}
	c.DialFunc = dialer.DialContext
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `LISTEN gridpatrol_hint`); err != nil {
		return err
	}
	// Only now: what was committed before LISTEN is found by looking.
	for {
		if err := heartbeat(ctx, conn, s.district); err != nil {
			return err
		}
		onHint()
		next := time.Now().Add(heartbeatEvery)
		for time.Now().Before(next) {
			heard, err := waitForHint(ctx, conn, next)
			if err != nil {
				return err
			}
			if heard {
				onHint()
			}
		}
	}
}

// heartbeat makes sure that the connection is alive: a half-open one would be
// silent for ever.
func heartbeat(ctx context.Context, conn *pgx.Conn, district string) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeatDeadline)
	defer cancel()
	const sql = `SELECT current_revision FROM districts WHERE district_code = @district`
	var revision int
	return conn.QueryRow(ctx, sql, pgx.NamedArgs{"district": district}).Scan(&revision)
}

// waitForHint waits for a notification until the deadline; false is none.
func waitForHint(ctx context.Context, conn *pgx.Conn, deadline time.Time) (heard bool, err error) {
	wait, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	_, err = conn.WaitForNotification(wait)
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case pgconn.Timeout(err), errors.Is(err, context.DeadlineExceeded):
		return false, nil // the connection stays good
	}
	return false, err
}
