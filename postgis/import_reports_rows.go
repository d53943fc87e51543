package postgis

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reportTables are the rows of some past reports, in the order in which they must be written.
type reportTables struct {
	reports, decisions, assignments, events copyRows
	contacts                                pastContacts
	n                                       int
}

// each gives the tables that are copied, with their columns.
func (t *reportTables) each(f func(sql string, c *copyRows) error) error {
	for _, one := range []struct {
		table   string
		columns []string
		rows    *copyRows
	}{
		{"reports", reportColumns, &t.reports},
		{"decisions", decisionColumns, &t.decisions},
		{"assignments", assignmentColumns, &t.assignments},
		{"report_events", eventColumns, &t.events},
	} {
		if one.rows.rows == 0 {
			continue
		}
		sql := "COPY " + pgx.Identifier{one.table}.Sanitize() + " (" + strings.Join(one.columns, ", ") + ") FROM STDIN BINARY"
		if err := f(sql, one.rows); err != nil {
			return err
		}
	}
	return nil
}

// reportTables makes the rows of past reports.
func (s *Store) reportTables(list []patrol.PastReport) (*reportTables, error) {
	t := &reportTables{n: len(list)}
	for i := range list {
		if err := s.addPast(t, &list[i]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// addPast writes what the rows of report_row.go hold, in their order.
func (s *Store) addPast(t *reportTables, p *patrol.PastReport) error {
	r, d := &p.Report, &p.Report.Decision
	q, ok := geo.Snap(r.Point)
	at, okToo := geo.Snap(d.Point)
	if !ok || !okToo || q.Point() != r.Point || at.Point() != d.Point {
		return fmt.Errorf("report %s is not on the lattice: %w", r.ID, geo.ErrInvalid)
	}
	base, err := cell.At(r.Point, hotspot.BaseResolution)
	if err != nil {
		return err
	}
	c := &t.reports
	c.row(len(reportColumns))
	c.text(s.district)
	c.id(r.ID)
	c.text(r.Category)
	c.text(r.Description)
	c.int32(int(q.Lon))
	c.int32(int(q.Lat))
	c.point(r.Point)
	c.float(r.Raw[0])
	c.float(r.Raw[1])
	c.text(r.RawCRS)
	c.float(r.AccuracyM)
	c.text(r.Source)
	c.time(r.ObservedAt)
	c.time(r.CreatedAt)
	c.time(r.UpdatedAt)
	c.text(string(r.Status))
	c.time(r.DueAt)
	c.time(r.HardDueAt)
	c.int32(max(r.Version, 1))
	c.int64(int64(base))
	c.ids(d.AreaIDs)
	c.int32(1)
	c.int32(max(len(p.History), 1))
	c.bool(!p.Contact.Empty())
	c.text(r.HandledBy)

	areas, err := json.Marshal(d.Areas)
	if err != nil {
		return err
	}
	assignments, err := json.Marshal(d.Assignments)
	if err != nil {
		return err
	}
	c = &t.decisions
	c.row(len(decisionColumns))
	c.text(s.district)
	c.id(r.ID)
	c.int32(1)
	c.int32(d.Revision)
	c.int64(d.DutyVersion)
	c.text(r.Category)
	c.text(d.Rule)
	c.int32(int(at.Lon))
	c.int32(int(at.Lat))
	c.float(d.EdgeDistanceM)
	c.json(areas)
	c.ids(d.AreaIDs)
	c.json(assignments)
	c.time(d.DecidedAt)

	for i, a := range d.Assignments {
		c = &t.assignments
		c.row(len(assignmentColumns))
		c.text(s.district)
		c.id(r.ID)
		c.int16(i + 1)
		c.text(string(a.Post))
		c.id(a.AreaID)
		c.idOrNull(a.SeatID)
		c.idOrNull(a.PersonID)
		c.bool(a.Lead)
	}
	for _, e := range p.History {
		s.addEvent(&t.events, r.ID, e)
	}
	if p.Contact.Empty() {
		return nil
	}
	nonce, sealed, err := s.seal(r.ID, p.Contact)
	if err != nil {
		return err
	}
	t.contacts.add(r.ID, nonce, sealed, r.CreatedAt)
	return nil
}

func (s *Store) addEvent(c *copyRows, report geo.ID, e patrol.HistoryEntry) {
	c.row(len(eventColumns))
	c.text(s.district)
	c.id(report)
	c.int32(e.Seq)
	c.text(string(e.Type))
	c.time(e.At.UTC().Truncate(time.Microsecond))
	c.text(actorKind(e.Actor))
	c.text(e.Actor.ID)
	c.text(e.Actor.Name)
	c.text(e.Actor.Role)
	c.text(string(e.From))
	c.text(string(e.To))
	c.text(e.Note)
	if e.Point != nil {
		c.point(*e.Point)
	} else {
		c.null()
	}
	c.json(e.Detail)
}
