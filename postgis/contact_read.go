package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// RevealsAnHour is how many contacts one account or token may have revealed
// within an hour.
const RevealsAnHour = 30

// reasonMax is how many characters a reason may have.
const reasonMax = 500

// Contact gives how to reach a reporter, masked: the first character of the
// name, the last four digits of the phone. Who looked is in the audit log
// before the answer is out. geo.ErrNotFound where the report is out of scope or
// there is nothing (any more).
func (s *Store) Contact(ctx context.Context, scope access.Scope, id geo.ID, actor patrol.Actor) (c patrol.Contact, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if c, err = s.contact(ctx, tx, scope, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"contact.read", "report", id.String(), nil})
	})
	if err != nil {
		return patrol.Contact{}, wrap(fmt.Sprintf("contact of report %s", id), err)
	}
	return c.Masked(), nil
}

// RevealContact gives how to reach a reporter in clear. Who asked, and why, is
// in the audit log before the answer is out. A reason is needed; it is kept, so
// it may not repeat the contact. Past RevealsAnHour it is a
// *patrol.TooOftenError, whichever servers were asked.
func (s *Store) RevealContact(ctx context.Context, scope access.Scope, id geo.ID, reason string, actor patrol.Actor) (c patrol.Contact, err error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return c, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if c, err = s.contact(ctx, tx, scope, id); err != nil {
			return err
		}
		if c.Names(reason) {
			return errReasonPersonal
		}
		if err := s.countReveal(ctx, tx, actor); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"contact.reveal", "report", id.String(), map[string]string{"reason": reason}})
	})
	if err != nil {
		return patrol.Contact{}, wrap(fmt.Sprintf("reveal the contact of report %s", id), err)
	}
	return c, nil
}

var errReasonPersonal = geo.Invalid("reason-personal", "the reason is kept for ever, so it must not repeat the name or the phone",
	geo.FieldError{Pointer: "/reason", Detail: "repeats the name or the phone"})

func checkReason(reason string) error {
	switch n := len([]rune(reason)); {
	case n == 0:
		return geo.Invalid("reason-missing", "say why it is needed", geo.FieldError{Pointer: "/reason", Detail: "is missing"})
	case n > reasonMax:
		return geo.Invalid("reason-missing", "the reason is too long",
			geo.FieldError{Pointer: "/reason", Detail: fmt.Sprintf("has %d characters; at most %d are possible", n, reasonMax)})
	}
	return nil
}

// countReveal refuses one reveal more than an hour may have. Reveals of one
// account wait for each other, so that none is counted by nobody.
func (s *Store) countReveal(ctx context.Context, tx pgx.Tx, actor patrol.Actor) error {
	lock := lockKey("reveal/"+actorKind(actor)+"/"+actor.ID, s.district)
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": lock}); err != nil {
		return err
	}
	// The oldest of the last thirty: where it lies within the hour, the hour is full until it leaves it.
	const sql = `
		SELECT extract(epoch FROM at + interval '1 hour' - clock_timestamp())::float8 FROM audit
		WHERE district_code = @district AND actor_kind = @kind AND actor_id = @actor AND action = 'contact.reveal'
		  AND at > clock_timestamp() - interval '1 hour'
		ORDER BY at DESC OFFSET @most - 1 LIMIT 1`
	var seconds float64
	err := tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "kind": actorKind(actor), "actor": actor.ID,
		"most": RevealsAnHour}).Scan(&seconds)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return &patrol.TooOftenError{Wait: max(time.Duration(seconds*float64(time.Second)), time.Second)}
}

// contact reads and decrypts the contact of a report in scope.
func (s *Store) contact(ctx context.Context, tx pgx.Tx, scope access.Scope, id geo.ID) (c patrol.Contact, err error) {
	if err := s.openContacts(ctx, tx); err != nil {
		return c, err
	}
	const sql = `
		SELECT c.key_id, c.nonce, c.sealed FROM reporter_contacts c
		JOIN reports r ON r.district_code = c.district_code AND r.id = c.report_id
		WHERE c.district_code = @district AND c.report_id = @id AND (@all OR r.area_ids && @scope::uuid[])`
	var keyID string
	var nonce, sealed []byte
	args := pgx.NamedArgs{"district": s.district, "id": id, "all": scope.All, "scope": idsOf(scope.Areas)}
	if err := tx.QueryRow(ctx, sql, args).Scan(&keyID, &nonce, &sealed); err != nil {
		return c, err
	}
	return s.unseal(id, keyID, nonce, sealed)
}
