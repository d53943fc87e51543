package postgis

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ableAdmins counts who could still put everything right: enabled administrators
// of the whole district who can sign in.
const ableAdmins = `
	SELECT count(*), count(*) FILTER (WHERE a.id = @id) FROM accounts a
	WHERE a.district_code = @district AND a.role = 'admin' AND a.disabled_at IS NULL
	  AND NOT EXISTS (SELECT FROM account_areas r WHERE r.district_code = a.district_code AND r.account_id = a.id)
	  AND (a.password_hash <> '' OR EXISTS (
	       SELECT FROM account_identities i WHERE i.district_code = a.district_code AND i.account_id = a.id))`

// keepAnAdmin makes a change of an account and refuses it where that would leave
// nobody who could take it back.
func (s *Store) keepAnAdmin(ctx context.Context, tx pgx.Tx, id geo.ID, change func() error) error {
	args := pgx.NamedArgs{"district": s.district, "id": id}
	var before, was, after, is int
	if err := tx.QueryRow(ctx, ableAdmins, args).Scan(&before, &was); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	if was == 0 {
		return nil
	}
	if err := tx.QueryRow(ctx, ableAdmins, args).Scan(&after, &is); err != nil || after > 0 {
		return err
	}
	return &geo.Problem{Kind: geo.ErrConflict, Code: "last-admin",
		Detail: "this is the last account that administers the whole district and can sign in; make another one first"}
}

// ChangeAccount changes what is said of an account. Whoever loses anything
// signs in again: where role, areas, person or state change, the sessions end.
// The last able administrator stays one: geo.ErrConflict "last-admin".
func (s *Store) ChangeAccount(ctx context.Context, id geo.ID, c access.AccountChange, actor patrol.Actor) (a access.Account, err error) {
	if c.Role != nil {
		if _, err := access.ParseRole(string(*c.Role)); err != nil {
			return a, err
		}
	}
	err = s.changeAccess(ctx, "change account "+id.String(), func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "id": id}
		before, err := accountIn(ctx, tx, selectAccount+` AND a.id = @id`, args)
		if err != nil {
			return err
		}
		var changed []string
		a, changed = changedAccount(before, c)
		if len(changed) == 0 {
			return nil
		}
		if err := s.keepAnAdmin(ctx, tx, id, func() error { return s.writeAccount(ctx, tx, a) }); err != nil {
			return err
		}
		if !slices.Equal(changed, []string{"name"}) {
			if _, err := s.endSessions(ctx, tx, id, nil); err != nil {
				return err
			}
		}
		// A name is personal, so the log only says that it changed.
		return s.audit(ctx, tx, actor, auditEntry{accountAction(before, a), "account", id.String(),
			map[string]any{"changed": changed, "role": a.Role, "areas": a.AreaIDs}})
	})
	return a, err
}

// changedAccount gives the account as it will be, and what of it is new.
func changedAccount(a access.Account, c access.AccountChange) (access.Account, []string) {
	var changed []string
	if c.Name != nil && *c.Name != a.Name {
		a.Name, changed = *c.Name, append(changed, "name")
	}
	if c.Role != nil && *c.Role != a.Role {
		a.Role, changed = *c.Role, append(changed, "role")
	}
	if c.AreaIDs != nil && !sameIDs(*c.AreaIDs, a.AreaIDs) {
		a.AreaIDs, changed = *c.AreaIDs, append(changed, "areas")
	}
	if c.Person != nil && *c.Person != a.Person {
		a.Person, changed = *c.Person, append(changed, "person")
	}
	if c.Disabled != nil && *c.Disabled != a.Disabled {
		a.Disabled, changed = *c.Disabled, append(changed, "disabled")
	}
	return a, changed
}

// sameIDs compares two lists as sets.
func sameIDs(a, b []geo.ID) bool {
	in := func(list []geo.ID) func(geo.ID) bool {
		return func(id geo.ID) bool { return !slices.Contains(list, id) }
	}
	return !slices.ContainsFunc(a, in(b)) && !slices.ContainsFunc(b, in(a))
}

func accountAction(before, after access.Account) string {
	switch {
	case after.Disabled && !before.Disabled:
		return "account.disable"
	case before.Disabled && !after.Disabled:
		return "account.enable"
	}
	return "account.change"
}

func (s *Store) writeAccount(ctx context.Context, tx pgx.Tx, a access.Account) error {
	args := pgx.NamedArgs{"district": s.district, "id": a.ID, "name": a.Name, "role": string(a.Role),
		"person": orNil(a.Person), "disabled": a.Disabled}
	const sql = `
		UPDATE accounts SET name = @name, role = @role, person_id = @person,
		       disabled_at = CASE WHEN @disabled THEN coalesce(disabled_at, now()) END
		WHERE district_code = @district AND id = @id`
	if _, err := tx.Exec(ctx, sql, args); err != nil {
		return err
	}
	if a.Disabled {
		if err := s.dropReset(ctx, tx, a.ID); err != nil {
			return err
		}
	}
	const clear = `DELETE FROM account_areas WHERE district_code = @district AND account_id = @id`
	if _, err := tx.Exec(ctx, clear, args); err != nil {
		return err
	}
	return s.writeAccountAreas(ctx, tx, a.ID, a.AreaIDs)
}

// DisableAccount keeps somebody from signing in and ends every session.
func (s *Store) DisableAccount(ctx context.Context, id geo.ID, actor patrol.Actor) error {
	disabled := true
	_, err := s.ChangeAccount(ctx, id, access.AccountChange{Disabled: &disabled}, actor)
	return err
}
