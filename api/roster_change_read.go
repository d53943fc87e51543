package api

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// How much one edit of the roster may hold.
const (
	maxRosterChanges = 500
	maxBodyGroups    = 200 // village groups of one committee or branch
	maxRosterText    = 200 // characters; the roster itself asks for less
	maxRosterNote    = 500
)

// Ids and codes that nothing has: what the caller may not see is passed on as
// these, so that it is refused exactly as what is not there.
var nobody, nowhere = uuid.Max, "\x00"

// rosterEdit is what a body asks for.
type rosterEdit struct {
	changes []patrol.RosterChange
	options patrol.RosterEditOptions
}

// readRosterEdit reads the body of an edit.
func readRosterEdit(r *http.Request, v *rosterView) (out rosterEdit, err error) {
	body, err := readObject(r)
	if err != nil {
		return out, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("changes")
	out.options.DryRun = f.truth("dry_run")
	if n := f.number("based_on"); n != nil {
		if *n != float64(int64(*n)) || *n < 1 || *n >= 1<<53 {
			f.impossible(f.pointer("based_on"), "must be the number of a version, from 1")
		}
		out.options.BasedOn = int64(*n)
	}
	for i, one := range f.objects("changes", maxRosterChanges) {
		if one == nil {
			continue
		}
		c := changeReader{one, v}
		if change := c.read(); change != nil {
			out.changes = append(out.changes, change)
		} else if len(bad.fields) == 0 {
			f.impossible("/changes/"+decimal(i), "is no change")
		}
		one.done()
	}
	f.done()
	return out, bad.bodyError()
}

// objects reads a list of 1 to most objects; nil stands for what is none.
func (f *fields) objects(name string, most int) []*fields {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		f.unread(f.pointer(name), "must be a list of objects")
		return nil
	}
	if len(list) == 0 || len(list) > most {
		f.impossible(f.pointer(name), "has %d entries; 1 to %d are possible", len(list), most)
		return nil
	}
	out := make([]*fields, len(list))
	for i, v := range list {
		at := f.pointer(name) + "/" + decimal(i)
		if o, ok := v.(*object); ok {
			out[i] = newFields(f.faults, at, o)
		} else {
			f.unread(at, "must be an object")
		}
	}
	return out
}

// changeReader reads one change, with the eyes of the caller.
type changeReader struct {
	*fields
	view *rosterView
}

// read gives the change; nil where there is none of that name.
func (c changeReader) read() patrol.RosterChange {
	c.required("change")
	switch name := c.text("change", 40); name {
	case "appoint":
		out := patrol.Appoint{Seat: c.seat(), Person: c.whom(), From: c.moment("from"), Note: c.text("note", maxRosterNote)}
		if who := c.contact(out.Person); who.Names(out.Note) {
			c.impossible(c.pointer("note"), "repeats the person's name or phone; it is kept for ever")
		}
		return out
	case "relieve":
		return patrol.Relieve{Seat: c.seat(), At: c.moment("at")}
	case "deputise":
		return patrol.Deputise{Seat: c.seat(), Person: c.whom(), From: c.moment("from"), To: c.moment("to")}
	case "end_deputy":
		return patrol.EndDeputy{Holding: c.holding(), At: c.moment("at")}
	case "leave":
		c.required("from")
		return patrol.TakeLeave{Person: c.person(), From: c.moment("from"), To: c.moment("to")}
	case "end_leave":
		return patrol.EndLeave{Leave: c.leave(), At: c.moment("at")}
	case "add_seat":
		return c.newSeat()
	case "remove_seat":
		return patrol.RemoveSeat{Seat: c.seat()}
	case "public_contact":
		c.required("public")
		return patrol.SetPublicContact{Seat: c.seat(), Public: c.truth("public")}
	case "person":
		return patrol.AlterPerson{Person: c.person(), Name: c.perhaps("name"), Phone: c.perhaps("phone")}
	case "committee":
		return patrol.PutCommittee(c.body())
	case "remove_committee":
		code := c.needed("code")
		return patrol.RemoveCommittee{Code: c.seenCommittee(code)}
	case "branch":
		return patrol.PutBranch(c.body())
	case "remove_branch":
		return patrol.RemoveBranch{Code: c.seenBranch(c.needed("code"))}
	case "":
	default:
		c.impossible(c.pointer("change"), "is no change of the roster")
	}
	for _, name := range c.obj.names { // what it would take is not known
		c.fields.read[name] = true
	}
	return nil
}

// needed reads a text that must be there.
func (c changeReader) needed(name string) string {
	c.required(name)
	return c.text(name, maxRosterText)
}

// perhaps reads a text that may be missing.
func (c changeReader) perhaps(name string) *string {
	if _, there := c.member(name); !there {
		return nil
	}
	text := c.text(name, maxRosterText)
	return &text
}

// id reads an id that must be there.
func (c changeReader) id(name string) geo.ID {
	text := c.needed(name)
	id, err := uuid.Parse(text)
	if text != "" && (err != nil || id.String() != text || id == geo.ID{}) {
		c.impossible(c.pointer(name), "is no id")
	}
	return id
}

// seen gives the id where the caller may see what it names, else nobody's.
func (c changeReader) seen(id geo.ID, sees func(*patrol.Roster) bool) geo.ID {
	if !c.view.principal.Scope.All && !sees(c.view.duties.Roster) {
		return nobody
	}
	return id
}

func (c changeReader) seat() geo.ID {
	id := c.id("seat")
	return c.seen(id, func(*patrol.Roster) bool { return c.view.seesSeat(id) })
}

func (c changeReader) person() geo.ID {
	id := c.id("person")
	return c.seen(id, func(*patrol.Roster) bool { return c.view.seesPerson(id) })
}

func (c changeReader) holding() geo.ID {
	id := c.id("holding")
	return c.seen(id, func(r *patrol.Roster) bool {
		return slices.ContainsFunc(r.AllHoldings(), func(h patrol.Holding) bool { return h.ID == id && c.view.seesSeat(h.Seat) })
	})
}

func (c changeReader) leave() geo.ID {
	id := c.id("leave")
	return c.seen(id, func(r *patrol.Roster) bool {
		return slices.ContainsFunc(r.Data().Leaves, func(l patrol.Leave) bool { return l.ID == id && c.view.seesPerson(l.Person) })
	})
}

// seesPerson reports whether the caller may see any post that somebody has, had
// or will have.
func (v *rosterView) seesPerson(id geo.ID) bool {
	return slices.ContainsFunc(v.duties.Roster.HoldingsOf(id), func(h patrol.Holding) bool { return v.seesSeat(h.Seat) })
}

// whom reads a person: an id of the roster, or the name and phone of somebody new.
func (c changeReader) whom() patrol.Whom {
	c.required("person")
	switch c.obj.members["person"].(type) {
	case *object:
		of := changeReader{c.object("person"), c.view}
		out := patrol.Whom{Name: of.needed("name"), Phone: of.text("phone", maxRosterText)}
		of.done()
		return out
	case nil:
		c.member("person")
		return patrol.Whom{}
	case string:
		return patrol.Whom{ID: c.person()}
	}
	c.member("person")
	c.unread(c.pointer("person"), "must be an id, or an object with name and phone")
	return patrol.Whom{}
}

// contact gives the name and phone of somebody who is named.
func (c changeReader) contact(w patrol.Whom) patrol.Contact {
	if p, ok := c.view.duties.Roster.Person(w.ID); ok {
		return patrol.Contact{Name: p.Name, Phone: p.Phone}
	}
	return patrol.Contact{Name: w.Name, Phone: w.Phone}
}

func (c changeReader) newSeat() patrol.RosterChange {
	out := patrol.AddSeat{PublicContact: c.truth("public_contact")}
	if text := c.needed("post"); text != "" {
		post, err := patrol.ParsePost(text)
		if out.Post = post; err != nil {
			c.impossible(c.pointer("post"), "is no post")
		}
	}
	if n := c.number("number"); n != nil {
		if out.Number = int(*n); *n != float64(out.Number) || out.Number < 1 {
			c.impossible(c.pointer("number"), "must be a whole number from 1")
		}
	}
	out.Committee = c.seenCommittee(c.text("committee", maxRosterText))
	area := c.text("area", 80)
	switch {
	case (area == "") == (out.Committee == ""):
		c.impossible(c.pointer("area"), "give an area or a committee")
	case area != "":
		if a := c.area(c.pointer("area"), area); a != nil {
			out.Area, out.AreaKind = a.ID, a.Kind
		}
	}
	return out
}

// area gives the area in force that a text names, nil where it names none.
func (c changeReader) area(pointer, text string) *geo.Area {
	ref, err := geo.ParseRef(text)
	if err != nil {
		c.impossible(pointer, "must be kind:code, such as grid:220112001001001")
		return nil
	}
	a, err := c.view.Index.Find(ref)
	if err != nil {
		c.impossible(pointer, "there is no such area")
		return nil
	}
	return a
}

// seenCommittee gives a code where there is no committee with it that the caller
// may not see.
func (c changeReader) seenCommittee(code string) string {
	return seenBody(c.view, code, c.view.duties.Roster.AllCommittees())
}

func (c changeReader) seenBranch(code string) string {
	return seenBody(c.view, code, c.view.duties.Roster.AllBranches())
}

func seenBody[T patrol.Committee | patrol.Branch](v *rosterView, code string, list []T) string {
	for _, b := range list {
		if b := patrol.Committee(b); b.Code == code && !v.sees(b.Groups) {
			return nowhere
		}
	}
	return code
}

// body reads a committee or branch as it is to be.
func (c changeReader) body() (out struct {
	Code, Name string
	Village    geo.ID
	Groups     []geo.ID
}) {
	out.Code, out.Name = c.needed("code"), c.needed("name")
	c.required("groups")
	village := c.needed("village")
	var of *geo.Area
	if village != "" {
		if of = c.area(c.pointer("village"), village); of != nil && of.Kind != geo.Village {
			c.impossible(c.pointer("village"), "is no village")
			of = nil
		}
	}
	if of != nil {
		out.Village = of.ID
	}
	for i, text := range c.texts("groups", maxBodyGroups) {
		at := c.pointer("groups") + "/" + decimal(i)
		g := c.area(at, text)
		switch {
		case g == nil:
		case g.Kind != geo.VillageGroup:
			c.impossible(at, "is no village group")
		case of != nil && g.Parent != of.Ref():
			c.impossible(at, "lies in another village")
		default:
			out.Groups = append(out.Groups, g.ID)
		}
	}
	return out
}
