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

const selectToken = `
	SELECT t.id, t.name, t.role, t.secret_hash, t.created_at, t.expires_at, t.revoked_at, t.last_used_at,
	       coalesce(t.family, t.id), t.successor, t.made_by_kind, t.made_by, t.no_rate_limit,
	       ARRAY(SELECT r.area_id FROM token_areas r
	             WHERE r.district_code = t.district_code AND r.token_id = t.id ORDER BY r.area_id)
	FROM tokens t WHERE t.district_code = @district`

func scanToken(row pgx.CollectableRow) (t access.Token, err error) {
	var expires, revoked, used *time.Time
	var successor *geo.ID
	err = row.Scan(&t.ID, &t.Name, &t.Role, &t.SecretHash, &t.CreatedAt, &expires, &revoked, &used,
		&t.Family, &successor, &t.MakerKind, &t.Maker, &t.NoRateLimit, &t.AreaIDs)
	t.Successor = orZero(successor)
	t.CreatedAt, t.ExpiresAt, t.RevokedAt, t.LastUsed = t.CreatedAt.UTC(), utc(expires), utc(revoked), utc(used)
	return t, err
}

// CreateToken stores a new token, whose id and SecretHash access.NewToken made.
func (s *Store) CreateToken(ctx context.Context, t access.Token, actor patrol.Actor) error {
	if _, err := access.ParseRole(string(t.Role)); err != nil {
		return err
	}
	if t.ID == uuid.Nil || t.Name == "" {
		return fmt.Errorf("a token needs an id and a name: %w", geo.ErrInvalid)
	}
	return s.changeAccess(ctx, "create a token", func(tx pgx.Tx) error {
		return s.writeToken(ctx, tx, t, "token.create", actor)
	})
}

// writeToken stores a token as made by the actor.
func (s *Store) writeToken(ctx context.Context, tx pgx.Tx, t access.Token, action string, actor patrol.Actor) error {
	const sql = `
		INSERT INTO tokens (district_code, id, name, role, secret_hash, created_at, expires_at, family, made_by_kind, made_by, no_rate_limit)
		VALUES (@district, @id, @name, @role, @hash, coalesce(@at, now()), @expires, @family, @maker_kind, @maker, @no_rate_limit)`
	args := pgx.NamedArgs{"district": s.district, "id": t.ID, "name": t.Name, "role": string(t.Role),
		"hash": t.SecretHash, "at": orNull(t.CreatedAt), "expires": orNull(t.ExpiresAt), "areas": idsOf(t.AreaIDs),
		"family": orNil(t.Family), "maker_kind": actorKind(actor), "maker": actor.ID, "no_rate_limit": t.NoRateLimit}
	if _, err := tx.Exec(ctx, sql, args); err != nil {
		return err
	}
	const areas = `
		INSERT INTO token_areas (district_code, token_id, area_id)
		SELECT @district, @id, unnest(@areas::uuid[])`
	if _, err := tx.Exec(ctx, areas, args); err != nil {
		return err
	}
	return s.audit(ctx, tx, actor, auditEntry{action, "token", t.ID.String(),
		map[string]any{"name": t.Name, "role": t.Role, "areas": t.AreaIDs, "no_rate_limit": t.NoRateLimit}})
}

// TokenByID gives a token, revoked or expired or not: access.Token.Check tells.
func (s *Store) TokenByID(ctx context.Context, id geo.ID) (t access.Token, err error) {
	rows, err := s.pool.Query(ctx, selectToken+` AND t.id = @id`, pgx.NamedArgs{"district": s.district, "id": id})
	if err != nil {
		return t, wrap("read a token", err)
	}
	t, err = pgx.CollectExactlyOneRow(rows, scanToken)
	return t, wrap("read a token", err)
}

// Tokens lists every token, the newest first.
func (s *Store) Tokens(ctx context.Context) ([]access.Token, error) {
	rows, err := s.pool.Query(ctx, selectToken+` ORDER BY t.created_at DESC, t.id`, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("list tokens", err)
	}
	list, err := pgx.CollectRows(rows, scanToken)
	return list, wrap("list tokens", err)
}

// TouchToken notes that a token was used, to the minute.
func (s *Store) TouchToken(ctx context.Context, id geo.ID, now time.Time) error {
	const sql = `
		UPDATE tokens SET last_used_at = @now
		WHERE district_code = @district AND id = @id
		  AND (last_used_at IS NULL OR last_used_at < @now::timestamptz - @grain::interval)`
	_, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id, "now": now, "grain": seenGrain})
	return wrap("note the use of a token", err)
}

// RevokeToken makes a token useless from now on.
func (s *Store) RevokeToken(ctx context.Context, id geo.ID, actor patrol.Actor) error {
	return s.changeAccess(ctx, "revoke token "+id.String(), func(tx pgx.Tx) error {
		const sql = `
			UPDATE tokens SET revoked_at = coalesce(revoked_at, now())
			WHERE district_code = @district AND id = @id`
		tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id})
		if err == nil && tag.RowsAffected() == 0 {
			err = geo.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"token.revoke", "token", id.String(), nil})
	})
}
