package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// heldSQL gives holdings of all versions: those that are known, and those that
// went with their seat. What was taken back is not among them. A condition
// follows.
const heldSQL = `
	SELECT h.id, h.seat_id, h.person_id, h.deputy, lower(h.held), upper(h.held),
	       s.post, s.area_id, s.committee_id, s.number, s.public_contact, p.name, p.phone, p.synthetic
	FROM holdings h
	JOIN LATERAL (SELECT * FROM seats s WHERE s.district_code = h.district_code AND s.id = h.seat_id
	              ORDER BY s.from_version DESC LIMIT 1) s ON upper(s.known) IS NOT DISTINCT FROM upper(h.known)
	JOIN LATERAL (SELECT * FROM people p WHERE p.district_code = h.district_code AND p.id = h.person_id
	              ORDER BY p.from_version DESC LIMIT 1) p ON true
	WHERE h.district_code = @district `

// SeatHoldings gives everybody who holds or held a seat or stands or stood in,
// the newest first, also of a seat that has been taken away. It is empty where
// there was no such seat.
func (s *Store) SeatHoldings(ctx context.Context, seat geo.ID) ([]patrol.Held, error) {
	return s.held(ctx, `AND h.seat_id = @seat`, pgx.NamedArgs{"seat": seat})
}

// PersonHoldings gives the posts that a person holds or held, or stands or stood
// in for, the newest first.
func (s *Store) PersonHoldings(ctx context.Context, person geo.ID) ([]patrol.Held, error) {
	return s.held(ctx, `AND h.person_id = @person`, pgx.NamedArgs{"person": person})
}

// HeldAt gives who held the seats of a post in an area or committee at a time, and
// who stood in, by number: who was chief of a grid on a day. It is one query over
// all versions, so it knows of seats that have been taken away too.
func (s *Store) HeldAt(ctx context.Context, post patrol.Post, place geo.ID, at time.Time) ([]patrol.Held, error) {
	return s.held(ctx, `AND h.held @> @at::timestamptz AND h.seat_id IN (
			SELECT o.id FROM seats o WHERE o.district_code = @district AND o.post = @post
			AND (o.area_id = @place OR o.committee_id = @place))`,
		pgx.NamedArgs{"post": string(post), "place": place, "at": at})
}

func (s *Store) held(ctx context.Context, condition string, args pgx.NamedArgs) ([]patrol.Held, error) {
	args["district"] = s.district
	rows, err := s.pool.Query(ctx, heldSQL+condition+` ORDER BY lower(h.held) DESC, s.number, h.deputy, h.id`, args)
	if err != nil {
		return nil, wrap("read who held what", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h patrol.Held, err error) {
		var to *time.Time
		var area, committee *geo.ID
		err = row.Scan(&h.Holding.ID, &h.Seat.ID, &h.Person.ID, &h.Holding.Deputy, &h.Holding.From, &to,
			&h.Seat.Post, &area, &committee, &h.Seat.Number, &h.Seat.PublicContact, &h.Person.Name, &h.Person.Phone, &h.Person.Synthetic)
		h.Holding.Seat, h.Holding.Person = h.Seat.ID, h.Person.ID
		h.Holding.From, h.Holding.To = h.Holding.From.UTC(), utc(to)
		h.Seat.Area, h.Seat.Committee = orZero(area), orZero(committee)
		return h, err
	})
	return list, wrap("read who held what", err)
}
