package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// mayRoster refuses who may not read rosters.
func (who Exporter) mayRoster() error {
	switch p := who.Principal; {
	case !p.SignedIn():
		return fail("sign-in-required", "this needs an account or a token")
	case !access.Can(p, access.ReadRoster):
		return fail("forbidden", "this account may not do that")
	}
	return nil
}

// whole gives the roster of an export that is one of all times.
func (e Exports) whole(who Exporter, q ExportQuery) (*rosterRequest, error) {
	if err := who.mayRoster(); err != nil {
		return nil, err
	}
	if !q.At.IsZero() || q.Plan != "" {
		if q.Plan != "" && !access.Can(who.Principal, access.PlanBoundaries) {
			return nil, errNotFound("plan")
		}
		return nil, fail("invalid-parameters", q.Collection+" are exported as they are now, with what was before; posts are those of a time",
			geo.FieldError{Pointer: "at", Detail: "does not go with " + q.Collection})
	}
	w := world{e.Boundaries.Current(), e.Duties.Current(), e.Now().UTC()}
	return &rosterRequest{rosterView: rosterView{world: w, principal: who.Principal}}, nil
}

// home gives the kind and code of what a seat belongs to; ok is false where it is
// not of these boundaries.
func (v *rosterView) home(seat patrol.Seat) (kind, code string, ok bool) {
	if c, ok := v.duties.Roster.Committee(seat.Committee); ok {
		return importers.CommitteeKind, c.Code, true
	}
	a, ok := v.Index.ByID(seat.Area)
	if !ok {
		return "", "", false
	}
	return string(a.Kind), a.Code, true
}

// roster gives every seat of the exporter's areas with everybody who holds, held
// or will hold it, or stands in, and these people's leaves.
func (e Exports) roster(ctx context.Context, who Exporter, q ExportQuery) (*importers.Table, error) {
	v, err := e.whole(who, q)
	if err != nil {
		return nil, err
	}
	if err := e.ReadLog.LogRead(ctx, who.Actor, "roster", "export roster"); err != nil {
		return nil, err
	}
	roster := v.duties.Roster
	var rows []importers.PostRow
	ofSeat := map[geo.ID][]patrol.Holding{}
	for _, h := range roster.AllHoldings() {
		ofSeat[h.Seat] = append(ofSeat[h.Seat], h)
	}
	homes := map[geo.ID]importers.LeaveRow{} // by person
	for _, seat := range roster.AllSeats() {
		kind, code, ok := v.home(seat)
		if !ok || !v.takes(seat.Post, roster.AreasOfSeat(seat)) {
			continue
		}
		row := importers.PostRow{Kind: kind, Code: code, Seat: seat}
		if len(ofSeat[seat.ID]) == 0 {
			rows = append(rows, row)
		}
		for _, h := range ofSeat[seat.ID] {
			row.Holding = h
			row.Person, _ = roster.Person(h.Person)
			rows = append(rows, row)
			home, known := homes[h.Person]
			if !known || cmp.Or(cmp.Compare(kind, home.Kind), cmp.Compare(code, home.Code)) < 0 {
				homes[h.Person] = importers.LeaveRow{Kind: kind, Code: code, Person: row.Person}
			}
		}
	}
	var leaves []importers.LeaveRow
	for _, l := range roster.Data().Leaves {
		row, ok := homes[l.Person]
		if !ok && v.principal.Scope.All {
			row.Person, ok = roster.Person(l.Person)
		}
		if row.Leave = l; ok {
			leaves = append(leaves, row)
		}
	}
	return importers.RosterTable(rows, leaves), nil
}

// bodies gives the committees and Party branches of the exporter's areas.
func (e Exports) bodies(who Exporter, q ExportQuery) (*importers.Table, error) {
	v, err := e.whole(who, q)
	if err != nil {
		return nil, err
	}
	var rows []importers.BodyRow
	add := func(kind string, c patrol.Committee) {
		row := importers.BodyRow{Kind: kind, Code: c.Code, Name: c.Name}
		for _, g := range v.refs(c.Groups) {
			row.Groups = append(row.Groups, g.Code)
		}
		for _, in := range v.refs([]geo.ID{c.Village}) {
			row.Village = in.Code
		}
		if len(row.Groups) > 0 && v.takes("", c.Groups) {
			rows = append(rows, row)
		}
	}
	for _, c := range v.duties.Roster.AllCommittees() {
		add(importers.CommitteeKind, c)
	}
	for _, b := range v.duties.Roster.AllBranches() {
		add(importers.BranchKind, patrol.Committee(b))
	}
	return importers.BodiesTable(slices.Clip(rows)), nil
}
