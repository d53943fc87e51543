package api

import (
	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// sign says in an action who acts: the caller, for the seats held at the
// world's time.
func (c *contacts) sign(a *patrol.Action) {
	p := c.principal
	a.Actor, a.Person, a.AnyReport = actorOf(p), p.Person, access.Can(p, access.DispatchReports)
	if p.Person != (geo.ID{}) {
		a.Seats = c.duties.Roster.SeatsOf(p.Person, c.at)
	}
}

// allowed lists the events that the caller may send for a report now; nil for
// who may send none.
func (c *contacts) allowed(r *patrol.Report) []patrol.EventType {
	if !access.Can(c.principal, access.ActOnReports) {
		return nil
	}
	if c.signed == nil { // the same for every report of a list
		c.signed = &patrol.Action{}
		c.sign(c.signed)
	}
	return patrol.Permitted(r, *c.signed)
}
