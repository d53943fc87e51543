package postgis

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const selectAccount = `
	SELECT a.id, a.login, a.name, a.password_hash, a.role, a.person_id, a.disabled_at IS NOT NULL, a.must_change, a.created_at,
	       ARRAY(SELECT r.area_id FROM account_areas r
	             WHERE r.district_code = a.district_code AND r.account_id = a.id ORDER BY r.area_id)
	FROM accounts a WHERE a.district_code = @district`

func scanAccount(row pgx.CollectableRow) (a access.Account, err error) {
	var person *geo.ID
	err = row.Scan(&a.ID, &a.Login, &a.Name, &a.PasswordHash, &a.Role, &person, &a.Disabled, &a.MustChange, &a.CreatedAt, &a.AreaIDs)
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
	err := s.changeAccess(ctx, "create an account", func(tx pgx.Tx) error {
		const sql = `
			INSERT INTO accounts (district_code, id, login, name, password_hash, role, person_id, created_at, disabled_at, must_change)
			VALUES (@district, @id, @login, @name, @hash, @role, @person, coalesce(@at, now()), CASE WHEN @disabled THEN now() END, @must)
			RETURNING created_at`
		args := pgx.NamedArgs{"district": s.district, "id": a.ID, "login": a.Login, "name": a.Name, "hash": a.PasswordHash,
			"role": string(a.Role), "person": orNil(a.Person), "at": orNull(a.CreatedAt), "disabled": a.Disabled, "must": a.MustChange}
		if err := tx.QueryRow(ctx, sql, args).Scan(&a.CreatedAt); err != nil {
			return err
		}
		a.CreatedAt = a.CreatedAt.UTC()
		if err := s.writeAccountAreas(ctx, tx, a.ID, a.AreaIDs); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"account.create", "account", a.ID.String(),
			map[string]any{"role": a.Role, "areas": a.AreaIDs}})
	})
	if violated(err, "accounts_district_code_login_key") {
		return a, &geo.Problem{Kind: geo.ErrConflict, Code: "login-taken", Detail: fmt.Sprintf("there is an account %q already", a.Login)}
	}
	return a, err
}

// writeAccountAreas limits an account to areas.
func (s *Store) writeAccountAreas(ctx context.Context, tx pgx.Tx, id geo.ID, areas []geo.ID) error {
	const sql = `
		INSERT INTO account_areas (district_code, account_id, area_id)
		SELECT @district, @id, unnest(@areas::uuid[])`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id, "areas": idsOf(areas)})
	return err
}

// Account gives the account with that id.
func (s *Store) Account(ctx context.Context, id geo.ID) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.id = @id`, pgx.NamedArgs{"district": s.district, "id": id})
}

// AccountByLogin gives the account with that login, disabled or not.
func (s *Store) AccountByLogin(ctx context.Context, login string) (access.Account, error) {
	return s.account(ctx, selectAccount+` AND a.login = @login`, pgx.NamedArgs{"district": s.district, "login": login})
}

func (s *Store) account(ctx context.Context, sql string, args pgx.NamedArgs) (access.Account, error) {
	a, err := accountIn(ctx, s.pool, sql, args)
	return a, wrap("read an account", err)
}

func accountIn(ctx context.Context, q querier, sql string, args pgx.NamedArgs) (a access.Account, err error) {
	rows, err := q.Query(ctx, sql, args)
	if err != nil {
		return a, err
	}
	return pgx.CollectExactlyOneRow(rows, scanAccount)
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
