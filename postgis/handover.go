package postgis

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// handingOver gives open reports to who answers for them within duties that are
// about to be in force. It works in the transaction of the change: in passes
// while reports are accepted, then in a last one, when none are any more.
type handingOver struct {
	store         *Store
	before, after *patrol.Duties
	by            patrol.Actor
	seats         map[geo.ID]patrol.Handover // for which somebody else answers
	same          []geo.ID                   // of these, those somebody answered for before
	vacant        []geo.ID                   // areas of the others, and groups of other committees: their reports were with others
	regrouped     bool                       // a village group is another committee's
	looked        map[geo.ID]bool            // reports
	over          map[succession]*patrol.Handover
	moved         int
}

// succession is that one person takes over a seat from another.
type succession struct{ seat, from, to geo.ID }

func (s *Store) newHandingOver(before, after *patrol.Duties, by patrol.Actor) *handingOver {
	by.Name = by.Role // histories of reports name nobody who edits a roster
	h := &handingOver{store: s, before: before, after: after, by: by, seats: map[geo.ID]patrol.Handover{},
		looked: map[geo.ID]bool{}, over: map[succession]*patrol.Handover{}}
	was := before.Since
	if was.IsZero() { // what changed hands by the calendar meanwhile is not known
		was = after.Since
	}
	for _, c := range patrol.Succession(before.Roster, was, after.Roster, after.Since) {
		h.seats[c.Seat] = c
		if c.From != (geo.ID{}) {
			h.same = append(h.same, c.Seat)
		} else {
			h.vacant = append(h.vacant, c.Areas...)
		}
		if c.From != (geo.ID{}) && c.To != (geo.ID{}) {
			h.from(c, c.From, c.To)
		}
	}
	groups, seats := patrol.Regrouped(before.Roster, after.Roster)
	for _, s := range seats {
		if _, known := h.seats[s.ID]; !known {
			h.seats[s.ID] = patrol.Handover{Seat: s.ID, Areas: after.Roster.AreasOfSeat(s), At: after.Since}
		}
	}
	h.regrouped = len(groups) > 0
	h.vacant = distinct(append(h.vacant, groups...))
	return h
}

// from gives the handover of a seat between two people.
func (h *handingOver) from(c patrol.Handover, from, to geo.ID) *patrol.Handover {
	k := succession{c.Seat, from, to}
	if h.over[k] == nil {
		c.From, c.To, c.DutyVersion = from, to, h.after.Version
		h.over[k] = &c
	}
	return h.over[k]
}

// ahead gives over while reports are accepted: all there are, then those that
// came meanwhile, until they are so few that nobody will wait for them.
func (h *handingOver) ahead(ctx context.Context, tx pgx.Tx) error {
	const passes, few = 5, 100
	for range passes {
		if n, err := h.pass(ctx, tx); err != nil || n < few {
			return err
		}
	}
	return nil
}

// pass gives over what it has not looked at yet, and tells how many that were.
func (h *handingOver) pass(ctx context.Context, tx pgx.Tx) (n int, err error) {
	ids, err := h.affected(ctx, tx)
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(ids, rerouteChunk) {
		changes, err := h.route(ctx, tx, chunk)
		if err != nil {
			return 0, err
		}
		if err := h.store.writeReroutes(ctx, tx, changes); err != nil {
			return 0, err
		}
		h.moved += len(changes)
	}
	return len(ids), nil
}

// affected gives the open reports that may have been with somebody else, by id.
func (h *handingOver) affected(ctx context.Context, tx pgx.Tx) (ids []geo.ID, err error) {
	if len(h.seats) == 0 && !h.regrouped {
		return nil, nil
	}
	const sql = `
		SELECT r.id FROM reports r
		WHERE r.district_code = @district AND r.status NOT IN ('closed', 'rejected', 'duplicate')
		  AND (r.area_ids && @areas::uuid[] OR r.id IN (
			SELECT a.report_id FROM assignments a WHERE a.district_code = @district AND a.seat_id = ANY(@seats)))
		ORDER BY r.id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": h.store.district, "areas": idsOf(h.vacant), "seats": idsOf(h.same)})
	if err != nil {
		return nil, err
	}
	var id geo.ID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		if !h.looked[id] {
			h.looked[id] = true
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// route locks reports and decides on them again.
func (h *handingOver) route(ctx context.Context, tx pgx.Tx, ids []geo.ID) ([]reroute, error) {
	reports, seqs, err := h.store.lockReports(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	book := h.after.Rulebook
	var out []reroute
	for i := range reports {
		r := &reports[i]
		fresh, err := patrol.Dispatch(h.after, r.Decision.Routed(categoryOf(book, r.Category), h.after.Since))
		if err != nil { // no rule has its place any more: it stays with who has it
			continue
		}
		c, ok := patrol.HandOver(r, fresh, book, h.by)
		if !ok {
			continue
		}
		out = append(out, reroute{Change: c, seq: seqs[r.ID] + 1, areas: r.Decision.AreaIDs})
		h.note(r, &fresh)
	}
	return out, nil
}

// note adds a report to the handovers that it belongs to.
func (h *handingOver) note(r *patrol.Report, fresh *patrol.Decision) {
	was, now := r.Decision.AnswersFor(h.before.Roster), fresh.AnswersFor(h.after.Roster)
	none := geo.ID{}
	for seat := range was {
		if _, both := now[seat]; !both {
			now[seat] = none
		}
	}
	for seat, to := range now {
		c, changed := h.seats[seat]
		from := was[seat]
		switch {
		case c.From != none: // an old report may name who held it long ago
			from = c.From
		case from == none && changed && h.regrouped: // the seat was another committee's
			s, _ := h.after.Roster.Seat(seat)
			from = r.Decision.Answered(s.Post, c.Areas)
		}
		if changed && from != to && to != none {
			over := h.from(c, from, to)
			over.Reports = append(over.Reports, r.ID)
		}
	}
}

// write stores the handovers, in the order of their seats.
func (h *handingOver) write(ctx context.Context, tx pgx.Tx) ([]patrol.Handover, error) {
	list := make([]patrol.Handover, 0, len(h.over))
	for _, c := range h.over {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b patrol.Handover) int {
		if c := bytes.Compare(a.Seat[:], b.Seat[:]); c != 0 {
			return c
		}
		if c := bytes.Compare(a.From[:], b.From[:]); c != 0 {
			return c
		}
		return bytes.Compare(a.To[:], b.To[:])
	})
	rows := make([][]any, len(list))
	for i := range list {
		c := &list[i]
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		c.ID = id
		slices.SortFunc(c.Reports, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
		rows[i] = []any{h.store.district, c.ID, c.DutyVersion, c.Seat, idsOf(c.Areas), orNull(c.From), c.To, c.At, idsOf(c.Reports)}
	}
	columns := []string{"district_code", "id", "duty_version", "seat_id", "area_ids", "from_person", "to_person", "at", "report_ids"}
	return list, h.store.copyInto(ctx, tx, "handovers", columns, rows)
}
