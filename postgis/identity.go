package postgis

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Those who wait to be linked: so many at most, the latest seen, and so long
// after they were seen last.
const (
	maxPending  = 1000
	keepPending = 30 * 24 * time.Hour
)

// AccountByIdentity gives the account that an identity was linked to, disabled
// or not; geo.ErrNotFound where there is none.
func (s *Store) AccountByIdentity(ctx context.Context, id access.Identity) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.id = (
		SELECT i.account_id FROM account_identities i
		WHERE i.district_code = a.district_code AND i.issuer = @issuer AND i.subject = @subject)`,
		pgx.NamedArgs{"district": s.district, "issuer": id.Issuer, "subject": id.Subject})
}

// Identities gives who the accounts are at a provider, by account.
func (s *Store) Identities(ctx context.Context) (map[geo.ID]access.Identity, error) {
	const sql = `SELECT account_id, issuer, subject FROM account_identities WHERE district_code = @district`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("list identities", err)
	}
	out := map[geo.ID]access.Identity{}
	var account geo.ID
	var id access.Identity
	_, err = pgx.ForEachRow(rows, []any{&account, &id.Issuer, &id.Subject}, func() error {
		out[account] = id
		return nil
	})
	return out, wrap("list identities", err)
}

// NotePending keeps somebody whom a provider vouches for and who has no account,
// or notes that they came again.
func (s *Store) NotePending(ctx context.Context, p access.PendingIdentity, now time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	args := pgx.NamedArgs{"district": s.district, "id": id, "issuer": p.Issuer, "subject": p.Subject,
		"name": p.Name, "username": p.Username, "now": now, "forget": now.Add(-keepPending), "most": maxPending}
	return wrap("keep an identity", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `
			INSERT INTO pending_identities (district_code, id, issuer, subject, name, username, first_seen, last_seen)
			VALUES (@district, @id, @issuer, @subject, @name, @username, @now, @now)
			ON CONFLICT (district_code, issuer, subject) DO UPDATE SET name = @name, username = @username, last_seen = @now
			RETURNING id, first_seen = last_seen`
		var kept geo.ID
		var fresh bool
		if err := tx.QueryRow(ctx, sql, args).Scan(&kept, &fresh); err != nil {
			return err
		}
		const sweep = `
			DELETE FROM pending_identities WHERE district_code = @district AND id IN (
			    SELECT id FROM (SELECT id, last_seen, row_number() OVER (ORDER BY last_seen DESC, id DESC) AS place
			                    FROM pending_identities WHERE district_code = @district) AS p
			    WHERE p.place > @most OR p.last_seen < @forget)`
		if _, err := tx.Exec(ctx, sweep, args); err != nil || !fresh {
			return err
		}
		self := patrol.Actor{Kind: "public", Name: string(access.Public), Role: string(access.Public)}
		return s.audit(ctx, tx, self, auditEntry{"identity.pending", "identity", kept.String(), nil})
	}))
}

const selectPending = `
	SELECT id, issuer, subject, name, username, first_seen, last_seen
	FROM pending_identities WHERE district_code = @district`

func scanPending(row pgx.CollectableRow) (p access.PendingIdentity, err error) {
	err = row.Scan(&p.ID, &p.Issuer, &p.Subject, &p.Name, &p.Username, &p.FirstSeen, &p.LastSeen)
	p.FirstSeen, p.LastSeen = p.FirstSeen.UTC(), p.LastSeen.UTC()
	return p, err
}

// PendingIdentities lists who waits to be linked, the latest seen first.
func (s *Store) PendingIdentities(ctx context.Context) ([]access.PendingIdentity, error) {
	rows, err := s.pool.Query(ctx, selectPending+` ORDER BY last_seen DESC, id`, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("list identities", err)
	}
	list, err := pgx.CollectRows(rows, scanPending)
	return list, wrap("list identities", err)
}

// LinkPending lets somebody who waits sign in with an account from now on.
// geo.ErrNotFound where there is no such account or nobody of that id waits;
// geo.ErrConflict "identity-taken" where the account is linked already.
func (s *Store) LinkPending(ctx context.Context, account, pending geo.ID, actor patrol.Actor) error {
	return s.changeAccess(ctx, "link an identity", func(tx pgx.Tx) error {
		const take = `
			DELETE FROM pending_identities WHERE district_code = @district AND id = @id
			RETURNING id, issuer, subject, name, username, first_seen, last_seen`
		rows, err := tx.Query(ctx, take, pgx.NamedArgs{"district": s.district, "id": pending})
		if err != nil {
			return err
		}
		p, err := pgx.CollectExactlyOneRow(rows, scanPending)
		if err != nil {
			return err
		}
		return s.link(ctx, tx, account, p.Identity, actor)
	})
}

// LinkIdentity lets whom a provider knows by that identity sign in with an
// account; errors are those of LinkPending.
func (s *Store) LinkIdentity(ctx context.Context, account geo.ID, id access.Identity, actor patrol.Actor) error {
	return s.changeAccess(ctx, "link an identity", func(tx pgx.Tx) error {
		const gone = `DELETE FROM pending_identities WHERE district_code = @district AND issuer = @issuer AND subject = @subject`
		if _, err := tx.Exec(ctx, gone, pgx.NamedArgs{"district": s.district, "issuer": id.Issuer, "subject": id.Subject}); err != nil {
			return err
		}
		return s.link(ctx, tx, account, id, actor)
	})
}

func (s *Store) link(ctx context.Context, tx pgx.Tx, account geo.ID, id access.Identity, actor patrol.Actor) error {
	args := pgx.NamedArgs{"district": s.district, "account": account, "id": account, "issuer": id.Issuer, "subject": id.Subject}
	if _, err := accountIn(ctx, tx, selectAccount+` AND a.id = @id`, args); err != nil {
		return err
	}
	const sql = `
		INSERT INTO account_identities (district_code, issuer, subject, account_id, linked_at)
		VALUES (@district, @issuer, @subject, @account, now()) ON CONFLICT DO NOTHING`
	tag, err := tx.Exec(ctx, sql, args)
	if err == nil && tag.RowsAffected() == 0 {
		err = &geo.Problem{Kind: geo.ErrConflict, Code: "identity-taken",
			Detail: "the account is linked to somebody already, or this person to another account; unlink that first"}
	}
	if err != nil {
		return err
	}
	return s.audit(ctx, tx, actor, auditEntry{"account.link", "account", account.String(), map[string]any{"issuer": id.Issuer}})
}

// UnlinkIdentity takes that away again and ends every session of the account.
// geo.ErrNotFound where nobody is linked; the last able administrator stays one.
func (s *Store) UnlinkIdentity(ctx context.Context, account geo.ID, actor patrol.Actor) error {
	return s.changeAccess(ctx, "unlink an identity", func(tx pgx.Tx) error {
		err := s.keepAnAdmin(ctx, tx, account, func() error {
			const sql = `DELETE FROM account_identities WHERE district_code = @district AND account_id = @account`
			tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "account": account})
			if err == nil && tag.RowsAffected() == 0 {
				err = geo.ErrNotFound
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, err := s.endSessions(ctx, tx, account, nil); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"account.unlink", "account", account.String(), nil})
	})
}

// SignInKey is the district's key for what browsers keep while people sign in
// elsewhere, 32 bytes, the same for all servers.
func (s *Store) SignInKey(ctx context.Context) ([]byte, error) { return s.secret(ctx, "signin") }
