package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// SetPassword replaces the password's hash and ends every session and reset
// link of the account. mustChange says that whoever chose the password is not
// the one who will use it.
func (s *Store) SetPassword(ctx context.Context, id geo.ID, hash string, mustChange bool, actor patrol.Actor) error {
	return s.changeAccess(ctx, "set a password", func(tx pgx.Tx) error {
		const sql = `
			UPDATE accounts SET password_hash = @hash, must_change = @must
			WHERE district_code = @district AND id = @id RETURNING login`
		return s.writePassword(ctx, tx, id, sql, pgx.NamedArgs{"hash": hash, "must": mustChange}, "account.password", actor)
	})
}

// ChangePassword puts a new password's hash in the place of the old one, which
// must still be the one that was verified, else geo.ErrConflict. Every session
// ends; the one given goes on in their place.
func (s *Store) ChangePassword(ctx context.Context, id geo.ID, oldHash, newHash string, in access.Session, actor patrol.Actor) error {
	return s.changeAccess(ctx, "change a password", func(tx pgx.Tx) error {
		const sql = `
			UPDATE accounts SET password_hash = @hash, must_change = false
			WHERE district_code = @district AND id = @id AND password_hash = @old AND disabled_at IS NULL RETURNING login`
		args := pgx.NamedArgs{"hash": newHash, "old": oldHash}
		if err := s.writePassword(ctx, tx, id, sql, args, "account.password", actor); err != nil {
			return err
		}
		return s.writeSession(ctx, tx, in)
	})
}

// writePassword runs a statement that sets a password and gives the login, and
// does what goes with it.
func (s *Store) writePassword(ctx context.Context, tx pgx.Tx, id geo.ID, sql string, args pgx.NamedArgs, action string, actor patrol.Actor) error {
	args["district"], args["id"] = s.district, id
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return err
	}
	login, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	if err != nil {
		if _, old := args["old"]; old && err == pgx.ErrNoRows {
			return fmt.Errorf("the password was changed meanwhile: %w", geo.ErrConflict)
		}
		return err
	}
	if _, err := s.endSessions(ctx, tx, id, nil); err != nil {
		return err
	}
	if err := s.dropReset(ctx, tx, id); err != nil {
		return err
	}
	if err := s.forgetFailures(ctx, tx, login); err != nil {
		return err
	}
	return s.audit(ctx, tx, actor, auditEntry{action, "account", id.String(), nil})
}
