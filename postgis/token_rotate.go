package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// RotateToken puts a new token, whose id and hash access.NewToken made, in the
// place of the one with the id old: of the same name, role, areas, limit and lifetime,
// which begins at now. The old one is good until keep, or until it would have
// expired. Never more than two of a family are good: what was kept from a
// rotation before ends at once.
//
// A token that was rotated already is geo.ErrConflict "token-rotated"; one that
// is good no more "token-ended".
func (s *Store) RotateToken(ctx context.Context, old, id geo.ID, hash []byte, now, keep time.Time, actor patrol.Actor) (t access.Token, err error) {
	err = s.changeAccess(ctx, "rotate token "+old.String(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, selectToken+` AND t.id = @id`, pgx.NamedArgs{"district": s.district, "id": old})
		if err != nil {
			return err
		}
		was, err := pgx.CollectExactlyOneRow(rows, scanToken)
		if err != nil {
			return err
		}
		switch {
		case was.Successor != geo.ID{}:
			return &geo.Problem{Kind: geo.ErrConflict, Code: "token-rotated", Detail: "another token took this one's place already; rotate that one"}
		case !was.Alive(now):
			return &geo.Problem{Kind: geo.ErrConflict, Code: "token-ended", Detail: "the token is revoked or has expired; make a new one"}
		}
		t = access.Token{ID: id, Name: was.Name, Role: was.Role, AreaIDs: was.AreaIDs, SecretHash: hash, CreatedAt: now,
			Family: was.Family, MakerKind: actorKind(actor), Maker: actor.ID, NoRateLimit: was.NoRateLimit}
		if !was.ExpiresAt.IsZero() {
			t.ExpiresAt = now.Add(was.ExpiresAt.Sub(was.CreatedAt))
		}
		if err := s.writeToken(ctx, tx, t, "token.rotate", actor); err != nil {
			return err
		}
		return s.endFamily(ctx, tx, was, id, now, keep)
	})
	return t, err
}

// endFamily ends the token that was rotated, and at once whatever lives of its
// family besides it and its successor.
func (s *Store) endFamily(ctx context.Context, tx pgx.Tx, was access.Token, successor geo.ID, now, keep time.Time) error {
	args := pgx.NamedArgs{"district": s.district, "id": was.ID, "family": was.Family, "successor": successor, "now": now, "keep": keep}
	const replaced = `
		UPDATE tokens SET successor = @successor, expires_at = least(expires_at, @keep::timestamptz)
		WHERE district_code = @district AND id = @id`
	if _, err := tx.Exec(ctx, replaced, args); err != nil {
		return err
	}
	const others = `
		UPDATE tokens SET revoked_at = @now
		WHERE district_code = @district AND (family = @family OR id = @family) AND id NOT IN (@id, @successor)
		  AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)`
	_, err := tx.Exec(ctx, others, args)
	return err
}
