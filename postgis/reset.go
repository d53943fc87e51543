package postgis

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// CreateReset keeps the hash of a secret with which the password of an account
// can be set once, until expires. An earlier one is good no more.
// geo.ErrConflict where the account is disabled.
func (s *Store) CreateReset(ctx context.Context, account geo.ID, hash []byte, now, expires time.Time, actor patrol.Actor) error {
	return wrap("make a reset link", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "account": account, "hash": hash, "now": now, "expires": expires}
		// The lock keeps whoever disables the account from missing the link.
		const find = `SELECT disabled_at IS NOT NULL FROM accounts WHERE district_code = @district AND id = @account FOR UPDATE`
		var disabled bool
		if err := tx.QueryRow(ctx, find, args).Scan(&disabled); err != nil {
			return err
		}
		if disabled {
			return &geo.Problem{Kind: geo.ErrConflict, Code: "account-disabled", Detail: "the account is disabled; enable it first"}
		}
		const sql = `
			INSERT INTO password_resets (district_code, account_id, secret_hash, created_at, expires_at)
			VALUES (@district, @account, @hash, @now, @expires)
			ON CONFLICT (district_code, account_id) DO UPDATE
			SET secret_hash = @hash, created_at = @now, expires_at = @expires`
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"account.reset", "account", account.String(), map[string]any{"expires_at": expires.UTC()}})
	}))
}

// ResetAccount gives the account that a reset link is for; geo.ErrNotFound where
// there is no such link at t.
func (s *Store) ResetAccount(ctx context.Context, hash []byte, t time.Time) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.disabled_at IS NULL AND a.id = (
		SELECT p.account_id FROM password_resets p
		WHERE p.district_code = a.district_code AND p.secret_hash = @hash AND p.expires_at > @t)`,
		pgx.NamedArgs{"district": s.district, "hash": hash, "t": t})
}

// UseReset sets a password by a reset link, which is then used up, and ends
// every session of the account. geo.ErrNotFound where the link is no longer good.
func (s *Store) UseReset(ctx context.Context, hash []byte, passwordHash string, now time.Time) error {
	return s.changeAccess(ctx, "use a reset link", func(tx pgx.Tx) error {
		const take = `
			DELETE FROM password_resets
			WHERE district_code = @district AND secret_hash = @hash AND expires_at > @now RETURNING account_id`
		var account geo.ID
		if err := tx.QueryRow(ctx, take, pgx.NamedArgs{"district": s.district, "hash": hash, "now": now}).Scan(&account); err != nil {
			return err
		}
		const sql = `
			UPDATE accounts SET password_hash = @hash, must_change = false
			WHERE district_code = @district AND id = @id AND disabled_at IS NULL RETURNING login`
		self := patrol.Actor{Kind: "user", ID: account.String()}
		err := s.writePassword(ctx, tx, account, sql, pgx.NamedArgs{"hash": passwordHash}, "account.password", self)
		if errors.Is(err, pgx.ErrNoRows) {
			return geo.ErrNotFound
		}
		return err
	})
}

// dropReset makes an account's reset link useless.
func (s *Store) dropReset(ctx context.Context, tx pgx.Tx, account geo.ID) error {
	const sql = `DELETE FROM password_resets WHERE district_code = @district AND account_id = @account`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "account": account})
	return err
}
