package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// auditRosterEdit writes a line for each change, and one for what came of all of
// them.
func (s *Store) auditRosterEdit(ctx context.Context, tx pgx.Tx, changes []patrol.RosterChange, edited patrol.Edited, out *patrol.RosterOutcome, actor patrol.Actor) error {
	batch := &pgx.Batch{}
	for _, c := range changes {
		action, kind, subject, detail := rosterAudit(c)
		detail["duty_version"] = out.DutyVersion
		args, err := s.auditArgs(out.After.Since, actor, auditEntry{"roster." + action, kind, subject, detail})
		if err != nil {
			return err
		}
		batch.Queue(auditSQL, args)
	}
	args, err := s.auditArgs(out.After.Since, actor, auditEntry{"roster.edit", "duties", fmt.Sprint(out.DutyVersion), map[string]any{
		"changes": len(changes), "seats": edited.Seats, "people": edited.People, "handovers": len(out.Handovers),
		"reports": out.ReportsMoved}})
	if err != nil {
		return err
	}
	batch.Queue(auditSQL, args)
	return tx.SendBatch(ctx, batch).Close()
}

// rosterAudit is what the audit log says of a change: ids, posts and times, and
// the note of whoever made it.
func rosterAudit(c patrol.RosterChange) (action, kind, subject string, detail map[string]any) {
	detail = map[string]any{}
	note := func(key string, t time.Time) {
		if !t.IsZero() {
			detail[key] = t.UTC()
		}
	}
	whom := func(w patrol.Whom) {
		if w.ID != (geo.ID{}) {
			detail["person"] = w.ID
		}
	}
	switch c := c.(type) {
	case patrol.Appoint:
		whom(c.Person)
		note("from", c.From)
		if c.Note != "" {
			detail["note"] = c.Note
		}
		return "appoint", "seat", c.Seat.String(), detail
	case patrol.Relieve:
		note("at", c.At)
		return "relieve", "seat", c.Seat.String(), detail
	case patrol.Deputise:
		whom(c.Person)
		note("from", c.From)
		note("to", c.To)
		return "deputise", "seat", c.Seat.String(), detail
	case patrol.EndDeputy:
		note("at", c.At)
		return "end_deputy", "holding", c.Holding.String(), detail
	case patrol.TakeLeave:
		note("from", c.From)
		note("to", c.To)
		return "leave", "person", c.Person.String(), detail
	case patrol.EndLeave:
		note("at", c.At)
		return "end_leave", "leave", c.Leave.String(), detail
	case patrol.AddSeat:
		detail["post"] = c.Post
		if c.Committee != "" {
			return "add_seat", "committee", c.Committee, detail
		}
		return "add_seat", "area", c.Area.String(), detail
	case patrol.RemoveSeat:
		return "remove_seat", "seat", c.Seat.String(), detail
	case patrol.SetPublicContact:
		detail["public"] = c.Public
		return "public_contact", "seat", c.Seat.String(), detail
	case patrol.AlterPerson:
		detail["name"], detail["phone"] = c.Name != nil, c.Phone != nil
		return "person", "person", c.Person.String(), detail
	case patrol.PutCommittee:
		detail["groups"] = c.Groups
		return "committee", "committee", c.Code, detail
	case patrol.RemoveCommittee:
		return "remove_committee", "committee", c.Code, detail
	case patrol.PutBranch:
		detail["groups"] = c.Groups
		return "branch", "branch", c.Code, detail
	case patrol.RemoveBranch:
		return "remove_branch", "branch", c.Code, detail
	}
	return "change", "duties", "", detail // patrol.Edit lets no other pass
}
