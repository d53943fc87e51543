package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// sessionsShown is the most that a list of sessions has, the latest used.
const sessionsShown = 200

const selectSession = `
	SELECT id, id_hash, account_id, created_at, seen_at, expires_at, agent
	FROM sessions WHERE district_code = @district`

func scanSession(row pgx.CollectableRow) (t access.Session, err error) {
	err = row.Scan(&t.ID, &t.Hash, &t.Account, &t.CreatedAt, &t.SeenAt, &t.ExpiresAt, &t.Agent)
	t.CreatedAt, t.SeenAt, t.ExpiresAt = t.CreatedAt.UTC(), t.SeenAt.UTC(), t.ExpiresAt.UTC()
	return t, err
}

// CreateSession stores a session of somebody who has just proved who they are.
// geo.ErrNotFound where the proof holds no more: the account was disabled, the
// password changed or the identity unlinked meanwhile. Sessions that have ended
// are swept away, and wrong passwords forgotten.
func (s *Store) CreateSession(ctx context.Context, in access.Session, p access.Proof, actor patrol.Actor) error {
	return wrap("create a session", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "account": in.Account, "at": in.CreatedAt,
			"hash": p.PasswordHash, "issuer": p.Identity.Issuer, "subject": p.Identity.Subject}
		// The lock holds off whoever takes the proof away until the session can
		// be seen, and ended with the others.
		const holds = `
			SELECT true FROM accounts a
			WHERE a.district_code = @district AND a.id = @account AND a.disabled_at IS NULL
			  AND (@issuer <> '' AND EXISTS (SELECT FROM account_identities i
			           WHERE i.district_code = a.district_code AND i.account_id = a.id
			             AND i.issuer = @issuer AND i.subject = @subject)
			       OR @issuer = '' AND a.password_hash = @hash AND a.password_hash <> '')
			FOR SHARE`
		var ok bool
		if err := tx.QueryRow(ctx, holds, args).Scan(&ok); err != nil {
			return err
		}
		// Others may be sweeping the same rows, in another order.
		const sweep = `
			DELETE FROM sessions WHERE district_code = @district AND id_hash IN (
			    SELECT id_hash FROM sessions WHERE district_code = @district AND expires_at < @at FOR UPDATE SKIP LOCKED)`
		if _, err := tx.Exec(ctx, sweep, args); err != nil {
			return err
		}
		by := "password"
		if p.Identity.Issuer != "" {
			by = "provider"
		} else if err := s.forgetFailures(ctx, tx, p.Login); err != nil {
			return err
		}
		if err := s.writeSession(ctx, tx, in); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"session.create", "account", in.Account.String(),
			map[string]any{"session": in.ID, "by": by}})
	}))
}

func (s *Store) writeSession(ctx context.Context, tx pgx.Tx, in access.Session) error {
	const sql = `
		INSERT INTO sessions (district_code, id, id_hash, account_id, created_at, seen_at, expires_at, agent)
		VALUES (@district, @id, @hash, @account, @at, @at, @expires, @agent)`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": in.ID, "hash": in.Hash, "account": in.Account,
		"at": in.CreatedAt, "expires": in.CreatedAt.Add(access.SessionAbsolute), "agent": in.Agent})
	return err
}

// seenGrain is how exactly the last use of a session or token is kept: not
// every request writes.
const seenGrain = time.Minute

// Session gives a session that is good now with its account, and notes that it
// was used. geo.ErrNotFound where there is none, where it has ended, or where the
// account is disabled.
func (s *Store) Session(ctx context.Context, hash []byte, now time.Time) (t access.Session, a access.Account, err error) {
	rows, err := s.pool.Query(ctx, selectSession+` AND id_hash = @hash`, pgx.NamedArgs{"district": s.district, "hash": hash})
	if err != nil {
		return t, a, wrap("read a session", err)
	}
	if t, err = pgx.CollectExactlyOneRow(rows, scanSession); err != nil {
		return t, a, wrap("read a session", err)
	}
	if !t.Good(now) {
		return t, a, fmt.Errorf("the session has ended: %w", geo.ErrNotFound)
	}
	a, err = s.Account(ctx, t.Account)
	if err == nil && a.Disabled {
		err = fmt.Errorf("the account is disabled: %w", geo.ErrNotFound)
	}
	if err != nil {
		return t, access.Account{}, err
	}
	if now.Sub(t.SeenAt) > seenGrain {
		if err := s.TouchSession(ctx, hash, now); err != nil {
			return t, access.Account{}, err
		}
		t.SeenAt = now
	}
	return t, a, nil
}

// TouchSession notes that a session was used.
func (s *Store) TouchSession(ctx context.Context, hash []byte, now time.Time) error {
	const sql = `UPDATE sessions SET seen_at = @now WHERE district_code = @district AND id_hash = @hash AND seen_at < @now`
	_, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "hash": hash, "now": now})
	return wrap("note the use of a session", err)
}

// Sessions lists the sessions of an account that are good at t, the latest used
// first, at most 200.
func (s *Store) Sessions(ctx context.Context, account geo.ID, t time.Time) ([]access.Session, error) {
	const sql = selectSession + ` AND account_id = @account AND created_at > @began AND seen_at > @used
		ORDER BY seen_at DESC, id LIMIT @most`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "account": account, "most": sessionsShown,
		"began": t.Add(-access.SessionAbsolute), "used": t.Add(-access.SessionIdle)})
	if err != nil {
		return nil, wrap("list sessions", err)
	}
	list, err := pgx.CollectRows(rows, scanSession)
	return list, wrap("list sessions", err)
}

// DeleteSession ends the session of that hash: somebody signs out. One that is
// not there has ended already.
func (s *Store) DeleteSession(ctx context.Context, hash []byte) error {
	const find = `SELECT account_id FROM sessions WHERE district_code = @district AND id_hash = @hash`
	args := pgx.NamedArgs{"district": s.district, "hash": hash}
	var account geo.ID
	if err := s.pool.QueryRow(ctx, find, args).Scan(&account); err == pgx.ErrNoRows {
		return nil // nothing to end is no change, and no turn to wait for
	} else if err != nil {
		return wrap("end a session", err)
	}
	return s.changeAccess(ctx, "end a session", func(tx pgx.Tx) error {
		const sql = `DELETE FROM sessions WHERE district_code = @district AND id_hash = @hash`
		tag, err := tx.Exec(ctx, sql, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		self := patrol.Actor{Kind: "user", ID: account.String()}
		return s.audit(ctx, tx, self, auditEntry{"session.end", "account", account.String(), nil})
	})
}

// EndSession ends one session of an account; geo.ErrNotFound where the account
// has none of that id.
func (s *Store) EndSession(ctx context.Context, account, id geo.ID, actor patrol.Actor) error {
	return s.changeAccess(ctx, "end a session", func(tx pgx.Tx) error {
		const sql = `DELETE FROM sessions WHERE district_code = @district AND account_id = @account AND id = @id`
		tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "account": account, "id": id})
		if err == nil && tag.RowsAffected() == 0 {
			err = geo.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"session.end", "account", account.String(), map[string]any{"session": id}})
	})
}

// EndSessions ends every session of an account but the one of the hash keep,
// which may be nil, and says how many. geo.ErrNotFound where there is no such
// account.
func (s *Store) EndSessions(ctx context.Context, account geo.ID, keep []byte, actor patrol.Actor) (ended int, err error) {
	err = s.changeAccess(ctx, "end sessions", func(tx pgx.Tx) error {
		if _, err := accountIn(ctx, tx, selectAccount+` AND a.id = @id`, pgx.NamedArgs{"district": s.district, "id": account}); err != nil {
			return err
		}
		if ended, err = s.endSessions(ctx, tx, account, keep); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"session.end", "account", account.String(), map[string]any{"ended": ended}})
	})
	return ended, err
}

func (s *Store) endSessions(ctx context.Context, tx pgx.Tx, account geo.ID, keep []byte) (ended int, err error) {
	const sql = `
		DELETE FROM sessions WHERE district_code = @district AND account_id = @account
		   AND (@keep::bytea IS NULL OR id_hash <> @keep)`
	tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "account": account, "keep": keep})
	return int(tag.RowsAffected()), err
}
