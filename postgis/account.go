package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const selectAccount = `
	SELECT a.id, a.login, a.name, a.password_hash, a.role, a.person_id, a.disabled_at IS NOT NULL, a.created_at,
	       ARRAY(SELECT r.area_id FROM account_areas r
	             WHERE r.district_code = a.district_code AND r.account_id = a.id ORDER BY r.area_id)
	FROM accounts a WHERE a.district_code = @district`

func scanAccount(row pgx.CollectableRow) (a access.Account, err error) {
	var person *geo.ID
	err = row.Scan(&a.ID, &a.Login, &a.Name, &a.PasswordHash, &a.Role, &person, &a.Disabled, &a.CreatedAt, &a.AreaIDs)
	a.Person, a.CreatedAt = orZero(person), a.CreatedAt.UTC()
	return a, err
}

// CreateAccount stores a new account; one without an id gets one. A login that
// is taken is a geo.ErrConflict.
func (s *Store) CreateAccount(ctx context.Context, a access.Account, actor patrol.Actor) (access.Account, error) {
	if _, err := access.ParseRole(string(a.Role)); err != nil {
		return a, err
	}
	if a.ID == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return a, err
		}
		a.ID = id
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `
			INSERT INTO accounts (district_code, id, login, name, password_hash, role, person_id, created_at, disabled_at)
			VALUES (@district, @id, @login, @name, @hash, @role, @person, coalesce(@at, now()), CASE WHEN @disabled THEN now() END)
			RETURNING created_at`
		args := pgx.NamedArgs{"district": s.district, "id": a.ID, "login": a.Login, "name": a.Name, "hash": a.PasswordHash,
			"role": string(a.Role), "person": orNil(a.Person), "at": orNull(a.CreatedAt), "disabled": a.Disabled}
		if err := tx.QueryRow(ctx, sql, args).Scan(&a.CreatedAt); err != nil {
			return err
		}
		a.CreatedAt = a.CreatedAt.UTC()
		const areas = `
			INSERT INTO account_areas (district_code, account_id, area_id)
			SELECT @district, @id, unnest(@areas::uuid[])`
		if _, err := tx.Exec(ctx, areas, pgx.NamedArgs{"district": s.district, "id": a.ID, "areas": idsOf(a.AreaIDs)}); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"account.create", "account", a.ID.String(),
			map[string]any{"login": a.Login, "role": a.Role, "areas": a.AreaIDs}})
	})
	if err != nil && state(err) == "23505" {
		return a, &geo.Problem{Kind: geo.ErrConflict, Code: "login-taken", Detail: fmt.Sprintf("there is an account %q already", a.Login)}
	}
	return a, wrap("create an account", err)
}

// Account gives the account with that id.
func (s *Store) Account(ctx context.Context, id geo.ID) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.id = @id`, pgx.NamedArgs{"district": s.district, "id": id})
}

// AccountByLogin gives the account with that login, disabled or not.
func (s *Store) AccountByLogin(ctx context.Context, login string) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.login = @login`, pgx.NamedArgs{"district": s.district, "login": login})
}

func (s *Store) account(ctx context.Context, sql string, args pgx.NamedArgs) (a access.Account, err error) {
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return a, wrap("read an account", err)
	}
	a, err = pgx.CollectExactlyOneRow(rows, scanAccount)
	return a, wrap("read an account", err)
}

// Accounts lists every account, by login.
func (s *Store) Accounts(ctx context.Context) ([]access.Account, error) {
	rows, err := s.pool.Query(ctx, selectAccount+` ORDER BY a.login`, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("list accounts", err)
	}
	list, err := pgx.CollectRows(rows, scanAccount)
	return list, wrap("list accounts", err)
}

// SetPassword replaces the password's hash and ends every session of the account.
func (s *Store) SetPassword(ctx context.Context, id geo.ID, hash string, actor patrol.Actor) error {
	const sql = `UPDATE accounts SET password_hash = @hash WHERE district_code = @district AND id = @id`
	return s.changeAccount(ctx, id, sql, pgx.NamedArgs{"hash": hash}, "account.password", actor)
}

// DisableAccount keeps somebody from signing in and ends every session.
func (s *Store) DisableAccount(ctx context.Context, id geo.ID, actor patrol.Actor) error {
	const sql = `
		UPDATE accounts SET disabled_at = coalesce(disabled_at, now())
		WHERE district_code = @district AND id = @id`
	return s.changeAccount(ctx, id, sql, pgx.NamedArgs{}, "account.disable", actor)
}

func (s *Store) changeAccount(ctx context.Context, id geo.ID, sql string, args pgx.NamedArgs, action string, actor patrol.Actor) error {
	args["district"], args["id"] = s.district, id
	return wrap(action+" "+id.String(), pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, args)
		if err == nil && tag.RowsAffected() == 0 {
			err = geo.ErrNotFound
		}
		if err != nil {
			return err
		}
		const end = `DELETE FROM sessions WHERE district_code = @district AND account_id = @id`
		if _, err := tx.Exec(ctx, end, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{action, "account", id.String(), nil})
	}))
}

// CreateSession stores a session by the hash of its id, begun at the given
// time. Sessions that have ended are swept away.
func (s *Store) CreateSession(ctx context.Context, hash []byte, account geo.ID, began time.Time, actor patrol.Actor) error {
	return wrap("create a session", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "hash": hash, "account": account, "at": began,
			"expires": began.Add(access.SessionAbsolute)}
		const sweep = `DELETE FROM sessions WHERE district_code = @district AND expires_at < @at`
		if _, err := tx.Exec(ctx, sweep, args); err != nil {
			return err
		}
		const sql = `
			INSERT INTO sessions (district_code, id_hash, account_id, created_at, seen_at, expires_at)
			VALUES (@district, @hash, @account, @at, @at, @expires)`
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"session.create", "account", account.String(), nil})
	}))
}

// seenGrain is how exactly the last use of a session or token is kept: not
// every request writes.
const seenGrain = time.Minute

// SessionAccount gives the account of a session that is good now, and notes
// that it was used. geo.ErrNotFound where there is none, where it has ended, or
// where the account is disabled.
func (s *Store) SessionAccount(ctx context.Context, hash []byte, now time.Time) (access.Account, error) {
	const sql = `
		SELECT account_id, created_at, seen_at FROM sessions
		WHERE district_code = @district AND id_hash = @hash`
	args := pgx.NamedArgs{"district": s.district, "hash": hash, "now": now}
	var id geo.ID
	var began, seen time.Time
	if err := s.pool.QueryRow(ctx, sql, args).Scan(&id, &began, &seen); err != nil {
		return access.Account{}, wrap("read a session", err)
	}
	if !access.SessionGood(began, seen, now) {
		return access.Account{}, fmt.Errorf("the session has ended: %w", geo.ErrNotFound)
	}
	a, err := s.Account(ctx, id)
	if err == nil && a.Disabled {
		err = fmt.Errorf("the account is disabled: %w", geo.ErrNotFound)
	}
	if err != nil {
		return access.Account{}, err
	}
	if now.Sub(seen) > seenGrain {
		const touch = `UPDATE sessions SET seen_at = @now WHERE district_code = @district AND id_hash = @hash AND seen_at < @now`
		if _, err := s.pool.Exec(ctx, touch, args); err != nil {
			return access.Account{}, wrap("note the use of a session", err)
		}
	}
	return a, nil
}

// DeleteSession ends a session; one that is not there has ended already.
func (s *Store) DeleteSession(ctx context.Context, hash []byte) error {
	const sql = `DELETE FROM sessions WHERE district_code = @district AND id_hash = @hash`
	_, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "hash": hash})
	return wrap("end a session", err)
}
