package patrol

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// committee gives the place of the committee with that code, -1 where there is
// none.
func (e *rosterEdit) committee(code string) int {
	return slices.IndexFunc(e.data.Committees, func(c Committee) bool { return c.Code == code })
}

func (e *rosterEdit) putCommittee(c PutCommittee) error {
	i := e.committee(c.Code)
	body, err := e.body(c.asBody(), i, e.data.Committees)
	if err != nil {
		return err
	}
	if i >= 0 {
		e.concern(e.data.Committees[i].Groups)
		e.data.Committees[i] = body
	} else {
		e.data.Committees = append(e.data.Committees, body)
		for _, post := range []Post{GroupDirector, GroupSecurity, GroupWomen} {
			e.data.Seats = append(e.data.Seats, Seat{ID: e.with.NewID(), Post: post, Committee: body.ID, Number: 1})
		}
	}
	for _, s := range e.data.Seats {
		if s.Committee == body.ID {
			e.touch(s)
		}
	}
	return nil
}

func (c PutCommittee) asBody() Committee {
	return Committee{Code: c.Code, Name: c.Name, Village: c.Village, Groups: c.Groups}
}

func (e *rosterEdit) removeCommittee(c RemoveCommittee) error {
	i := e.committee(c.Code)
	if i < 0 {
		return e.fault("code", "there is no such committee")
	}
	id := e.data.Committees[i].ID
	e.bodies[id] = true
	e.concern(e.data.Committees[i].Groups)
	for _, s := range e.data.Seats {
		if s.Committee != id {
			continue
		}
		if e.touch(s); e.held(s.ID) {
			return e.fault("code", "somebody holds a post of the committee, stands in or will")
		}
	}
	e.drop(func(s Seat) bool { return s.Committee == id })
	e.data.Committees = slices.Delete(e.data.Committees, i, i+1)
	return nil
}

func (e *rosterEdit) putBranch(c PutBranch) error {
	i := slices.IndexFunc(e.data.Branches, func(b Branch) bool { return b.Code == c.Code })
	have := make([]Committee, len(e.data.Branches))
	for k, b := range e.data.Branches {
		have[k] = Committee(b)
	}
	body, err := e.body(PutCommittee(c).asBody(), i, have)
	if err != nil {
		return err
	}
	if i >= 0 {
		e.concern(e.data.Branches[i].Groups)
		e.data.Branches[i] = Branch(body)
	} else {
		e.data.Branches = append(e.data.Branches, Branch(body))
	}
	return nil
}

func (e *rosterEdit) removeBranch(c RemoveBranch) error {
	i := slices.IndexFunc(e.data.Branches, func(b Branch) bool { return b.Code == c.Code })
	if i < 0 {
		return e.fault("code", "there is no such branch")
	}
	e.bodies[e.data.Branches[i].ID] = true
	e.concern(e.data.Branches[i].Groups)
	e.data.Branches = slices.Delete(e.data.Branches, i, i+1)
	return nil
}

// body checks a committee or branch that is to stand at place i of those there
// are, -1 for a new one, and gives it its id.
func (e *rosterEdit) body(c Committee, i int, have []Committee) (Committee, error) {
	c.Code, c.Name, c.Groups = strings.TrimSpace(c.Code), strings.TrimSpace(c.Name), slices.Clone(c.Groups)
	switch {
	case c.Code == "" || !legible(c.Code, personNameMax):
		return c, e.fault("code", "is missing, too long, or cannot be shown")
	case c.Name == "" || !legible(c.Name, bodyNameMax):
		return c, e.fault("name", "is missing, too long, or cannot be shown")
	case c.Village == (geo.ID{}):
		return c, e.fault("village", "is missing")
	case len(c.Groups) == 0:
		return c, e.fault("groups", "there must be at least one")
	}
	if i >= 0 {
		c.ID = have[i].ID
	} else {
		c.ID = e.with.NewID()
	}
	for n, g := range c.Groups {
		if slices.Contains(c.Groups[:n], g) {
			return c, e.fault(fmt.Sprintf("groups/%d", n), "is named twice")
		}
		for k, o := range have {
			if k != i && slices.Contains(o.Groups, g) {
				return c, e.fault(fmt.Sprintf("groups/%d", n), "%s serves it already", o.Code)
			}
		}
	}
	slices.SortFunc(c.Groups, func(a, b geo.ID) int { return slices.Compare(a[:], b[:]) })
	e.bodies[c.ID] = true
	e.concern(c.Groups)
	return c, nil
}
