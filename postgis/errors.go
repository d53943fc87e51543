package postgis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The SQLSTATEs that our own functions raise.
const (
	stateStale    = "GP001" // boundaries or duties have changed
	stateKeyTaken = "GP002" // the idempotency key belongs to another report
)

// wrap says what was being done, and turns errors of the driver and of the
// database into kinds of package geo. Errors that have a kind keep it.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%s: %w: %w", doing, kind, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// kindOf is the kind that err does not carry yet; nil where it carries one, or
// where there is none for it.
func kindOf(err error) error {
	for _, kind := range []error{geo.ErrNotFound, geo.ErrInvalid, geo.ErrConflict,
		geo.ErrForbidden, geo.ErrUnauthorized, geo.ErrUnavailable} {
		if errors.Is(err, kind) {
			return nil
		}
	}
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return geo.ErrNotFound
	case errors.As(err, &pg):
		return kindOfState(pg.Code)
	case errors.Is(err, context.Canceled):
		return nil // the caller has gone
	case unreachable(err):
		return geo.ErrUnavailable
	}
	return nil
}

// kindOfState reads a SQLSTATE, by class where the class says enough.
func kindOfState(code string) error {
	switch code {
	case "23505", "23P01": // unique_violation, exclusion_violation
		return geo.ErrConflict
	case "23502", "23503", "23514": // not null, foreign key, check
		return geo.ErrInvalid
	case "40001", "40P01", "55P03", "57014", "25006":
		// serialization, deadlock, lock timeout, statement timeout, read only
		return geo.ErrUnavailable
	}
	switch {
	case strings.HasPrefix(code, "22"): // data exception
		return geo.ErrInvalid
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"),
		strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "58"):
		// connection, resources, shutdown, operating system
		return geo.ErrUnavailable
	}
	return nil
}

// unreachable tells whether the database could not be spoken to, or stopped
// answering; what had been asked of it may or may not have been done.
func unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) ||
		pgconn.SafeToRetry(err)
}

// state is the SQLSTATE of err, empty where it has none.
func state(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// violated tells whether err is a refusal by the constraint of that name.
func violated(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}
