package postgis

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// body is a committee or branch without its groups.
type body struct {
	ID         geo.ID
	Code, Name string
	Village    geo.ID
}

// membership says that a committee or branch serves a village group.
type membership struct{ Body, Group geo.ID }

// rosterRows is a roster as its tables hold it.
type rosterRows struct {
	people                       []patrol.Person
	committees, branches         []body
	committeeGroups, branchGroup []membership
	seats                        []patrol.Seat
	holdings                     []patrol.Holding
	leaves                       []patrol.Leave
}

func (s *Store) readRoster(ctx context.Context, tx pgx.Tx, version int64) (r rosterRows, err error) {
	if r.people, err = peopleTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.committees, err = committeeTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.committeeGroups, err = committeeGroupTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.branches, err = branchTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.branchGroup, err = branchGroupTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.seats, err = seatTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	if r.holdings, err = holdingTable().rows(ctx, tx, s.district, version); err != nil {
		return r, err
	}
	r.leaves, err = leaveTable().rows(ctx, tx, s.district, version)
	return r, err
}

func (s *Store) writeRoster(ctx context.Context, tx pgx.Tx, version int64, have, want rosterRows) error {
	if err := peopleTable().replace(ctx, tx, s.district, version, have.people, want.people); err != nil {
		return err
	}
	if err := committeeTable().replace(ctx, tx, s.district, version, have.committees, want.committees); err != nil {
		return err
	}
	if err := committeeGroupTable().replace(ctx, tx, s.district, version, have.committeeGroups, want.committeeGroups); err != nil {
		return err
	}
	if err := branchTable().replace(ctx, tx, s.district, version, have.branches, want.branches); err != nil {
		return err
	}
	if err := branchGroupTable().replace(ctx, tx, s.district, version, have.branchGroup, want.branchGroup); err != nil {
		return err
	}
	if err := seatTable().replace(ctx, tx, s.district, version, have.seats, want.seats); err != nil {
		return err
	}
	if err := holdingTable().replace(ctx, tx, s.district, version, have.holdings, want.holdings); err != nil {
		return err
	}
	return leaveTable().replace(ctx, tx, s.district, version, have.leaves, want.leaves)
}

func rosterRowsOf(d patrol.RosterData) rosterRows {
	r := rosterRows{people: d.People, seats: d.Seats, holdings: slices.Clone(d.Holdings), leaves: slices.Clone(d.Leaves)}
	for i := range r.holdings { // as exact as the database keeps them
		h := &r.holdings[i]
		h.From, h.To = h.From.UTC().Truncate(time.Microsecond), h.To.UTC().Truncate(time.Microsecond)
	}
	for i := range r.leaves {
		l := &r.leaves[i]
		l.From, l.To = l.From.UTC().Truncate(time.Microsecond), l.To.UTC().Truncate(time.Microsecond)
	}
	for _, c := range d.Committees {
		r.committees = append(r.committees, body{c.ID, c.Code, c.Name, c.Village})
		for _, g := range c.Groups {
			r.committeeGroups = append(r.committeeGroups, membership{c.ID, g})
		}
	}
	for _, b := range d.Branches {
		r.branches = append(r.branches, body{b.ID, b.Code, b.Name, b.Village})
		for _, g := range b.Groups {
			r.branchGroup = append(r.branchGroup, membership{b.ID, g})
		}
	}
	return r
}

func (r rosterRows) data() patrol.RosterData {
	d := patrol.RosterData{
		People: r.people, Seats: r.seats, Holdings: r.holdings, Leaves: r.leaves,
		Committees: bodies(r.committees, r.committeeGroups),
	}
	for _, b := range bodies(r.branches, r.branchGroup) {
		d.Branches = append(d.Branches, patrol.Branch(b))
	}
	return d
}

func bodies(rows []body, members []membership) []patrol.Committee {
	groups := make(map[geo.ID][]geo.ID, len(rows))
	for _, m := range members {
		groups[m.Body] = append(groups[m.Body], m.Group)
	}
	out := make([]patrol.Committee, len(rows))
	for i, b := range rows {
		out[i] = patrol.Committee{ID: b.ID, Code: b.Code, Name: b.Name, Village: b.Village, Groups: groups[b.ID]}
	}
	return out
}

func peopleTable() dated[geo.ID, patrol.Person] {
	return dated[geo.ID, patrol.Person]{
		table:   "people",
		columns: []string{"id", "name", "phone", "synthetic"},
		read: `SELECT id, name, phone, synthetic FROM people
			WHERE district_code = @district AND known @> @version::bigint ORDER BY id`,
		close: `UPDATE people SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`,
		scan: func(row pgx.CollectableRow) (p patrol.Person, err error) {
			err = row.Scan(&p.ID, &p.Name, &p.Phone, &p.Synthetic)
			return p, err
		},
		values: func(p patrol.Person) []any { return []any{p.ID, p.Name, p.Phone, p.Synthetic} },
		key:    func(p patrol.Person) geo.ID { return p.ID },
		same:   equal[patrol.Person],
		keys:   oneKey[geo.ID],
	}
}

func bodyTable(table, read, close string) dated[geo.ID, body] {
	return dated[geo.ID, body]{
		table:   table,
		columns: []string{"id", "code", "name", "village_id"},
		read:    read,
		close:   close,
		scan:    pgx.RowToStructByPos[body],
		values:  func(b body) []any { return []any{b.ID, b.Code, b.Name, b.Village} },
		key:     func(b body) geo.ID { return b.ID },
		same:    equal[body],
		keys:    oneKey[geo.ID],
	}
}

func committeeTable() dated[geo.ID, body] {
	return bodyTable("committees", `SELECT id, code, name, village_id FROM committees
			WHERE district_code = @district AND known @> @version::bigint ORDER BY code COLLATE "C"`,
		`UPDATE committees SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`)
}

func branchTable() dated[geo.ID, body] {
	return bodyTable("branches", `SELECT id, code, name, village_id FROM branches
			WHERE district_code = @district AND known @> @version::bigint ORDER BY code COLLATE "C"`,
		`UPDATE branches SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`)
}

func memberTable(table, column, read, close string) dated[membership, membership] {
	return dated[membership, membership]{
		table:   table,
		columns: []string{column, "group_id"},
		read:    read,
		close:   close,
		scan:    pgx.RowToStructByPos[membership],
		values:  func(m membership) []any { return []any{m.Body, m.Group} },
		key:     func(m membership) membership { return m },
		same:    equal[membership],
		keys: func(members []membership) pgx.NamedArgs {
			keys, others := make([]geo.ID, len(members)), make([]geo.ID, len(members))
			for i, m := range members {
				keys[i], others[i] = m.Body, m.Group
			}
			return pgx.NamedArgs{"keys": keys, "others": others}
		},
	}
}

func committeeGroupTable() dated[membership, membership] {
	return memberTable("committee_groups", "committee_id", `SELECT committee_id, group_id FROM committee_groups
			WHERE district_code = @district AND known @> @version::bigint ORDER BY committee_id, group_id`,
		`UPDATE committee_groups SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known)
			  AND (committee_id, group_id) IN (SELECT * FROM unnest(@keys::uuid[], @others::uuid[]))`)
}

func branchGroupTable() dated[membership, membership] {
	return memberTable("branch_groups", "branch_id", `SELECT branch_id, group_id FROM branch_groups
			WHERE district_code = @district AND known @> @version::bigint ORDER BY branch_id, group_id`,
		`UPDATE branch_groups SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known)
			  AND (branch_id, group_id) IN (SELECT * FROM unnest(@keys::uuid[], @others::uuid[]))`)
}

func seatTable() dated[geo.ID, patrol.Seat] {
	return dated[geo.ID, patrol.Seat]{
		table:   "seats",
		columns: []string{"id", "post", "area_id", "committee_id", "number", "public_contact"},
		read: `SELECT id, post, area_id, committee_id, number, public_contact FROM seats
			WHERE district_code = @district AND known @> @version::bigint ORDER BY id`,
		close: `UPDATE seats SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`,
		scan: func(row pgx.CollectableRow) (t patrol.Seat, err error) {
			var area, committee *geo.ID
			err = row.Scan(&t.ID, &t.Post, &area, &committee, &t.Number, &t.PublicContact)
			t.Area, t.Committee = orZero(area), orZero(committee)
			return t, err
		},
		values: func(t patrol.Seat) []any {
			return []any{t.ID, string(t.Post), orNull(t.Area), orNull(t.Committee), t.Number, t.PublicContact}
		},
		key:  func(t patrol.Seat) geo.ID { return t.ID },
		same: equal[patrol.Seat],
		keys: oneKey[geo.ID],
	}
}

func holdingTable() dated[geo.ID, patrol.Holding] {
	return dated[geo.ID, patrol.Holding]{
		table:   "holdings",
		columns: []string{"id", "seat_id", "person_id", "deputy", "held"},
		read: `SELECT id, seat_id, person_id, deputy, lower(held), upper(held) FROM holdings
			WHERE district_code = @district AND known @> @version::bigint ORDER BY id`,
		close: `UPDATE holdings SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`,
		scan: func(row pgx.CollectableRow) (h patrol.Holding, err error) {
			var to *time.Time
			err = row.Scan(&h.ID, &h.Seat, &h.Person, &h.Deputy, &h.From, &to)
			h.From, h.To = h.From.UTC(), orZero(to).UTC()
			return h, err
		},
		values: func(h patrol.Holding) []any {
			return []any{h.ID, h.Seat, h.Person, h.Deputy, stretch(h.From, h.To)}
		},
		key:  func(h patrol.Holding) geo.ID { return h.ID },
		same: equal[patrol.Holding],
		keys: oneKey[geo.ID],
	}
}

func leaveTable() dated[geo.ID, patrol.Leave] {
	return dated[geo.ID, patrol.Leave]{
		table:   "leaves",
		columns: []string{"id", "person_id", "away"},
		read: `SELECT id, person_id, lower(away), upper(away) FROM leaves
			WHERE district_code = @district AND known @> @version::bigint ORDER BY id`,
		close: `UPDATE leaves SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND id = ANY(@keys)`,
		scan: func(row pgx.CollectableRow) (l patrol.Leave, err error) {
			var to *time.Time
			err = row.Scan(&l.ID, &l.Person, &l.From, &to)
			l.From, l.To = l.From.UTC(), orZero(to).UTC()
			return l, err
		},
		values: func(l patrol.Leave) []any { return []any{l.ID, l.Person, stretch(l.From, l.To)} },
		key:    func(l patrol.Leave) geo.ID { return l.ID },
		same:   equal[patrol.Leave],
		keys:   oneKey[geo.ID],
	}
}

// stretch is from an instant (included) to another (excluded), without an end
// where that is zero.
func stretch(from, to time.Time) pgtype.Range[pgtype.Timestamptz] {
	r := pgtype.Range[pgtype.Timestamptz]{
		Lower:     pgtype.Timestamptz{Time: from, Valid: true},
		LowerType: pgtype.Inclusive,
		Upper:     pgtype.Timestamptz{Time: to, Valid: !to.IsZero()},
		UpperType: pgtype.Exclusive,
		Valid:     true,
	}
	if to.IsZero() {
		r.UpperType = pgtype.Unbounded
	}
	return r
}

// orZero is what p points to, the zero value for NULL.
func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
