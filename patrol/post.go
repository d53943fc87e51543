// Package patrol holds people and posts, reports and their life, and the rules
// that say who answers for what and until when. It is pure: no I/O, SQL, HTTP,
// clock or log; whoever calls passes the time in.
package patrol

import (
	"fmt"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Post is what a person does for an area. Reports go to posts, people hold them.
type Post string

// The posts. Those of a committee serve one or more village groups; an answer
// names the group that was hit. The two desks are the levels above the grid.
const (
	GridChief        Post = "grid_chief"
	GridMember       Post = "grid_member"
	GridPolice       Post = "grid_police"
	GroupDirector    Post = "group_director"
	GroupSecurity    Post = "group_security"
	GroupWomen       Post = "group_women"
	CompoundDirector Post = "compound_director"
	CompoundSecurity Post = "compound_security"
	CompoundService  Post = "compound_service"
	Volunteer        Post = "volunteer"
	TownshipDesk     Post = "township_desk"
	DistrictDesk     Post = "district_desk"
)

// Posts lists every post. The caller owns the slice.
func Posts() []Post {
	return []Post{GridChief, GridMember, GridPolice, GroupDirector, GroupSecurity, GroupWomen,
		CompoundDirector, CompoundSecurity, CompoundService, Volunteer, TownshipDesk, DistrictDesk}
}

// ParsePost reads a post; an unknown one is geo.ErrInvalid.
func ParsePost(s string) (Post, error) {
	for _, p := range Posts() {
		if s == string(p) {
			return p, nil
		}
	}
	return "", fmt.Errorf("%q is no post: %w", s, geo.ErrInvalid)
}

// AreaKind is the kind of area the post stands for.
func (p Post) AreaKind() geo.Kind {
	switch p {
	case GridChief, GridMember, GridPolice:
		return geo.Grid
	case CompoundDirector, CompoundSecurity, CompoundService:
		return geo.Compound
	case TownshipDesk:
		return geo.Township
	case DistrictDesk:
		return geo.District
	default:
		return geo.VillageGroup
	}
}

// Seats is how many seats of the post one area or committee may have: at least
// min, at most max. Volunteers are as many as come forward, up to 99.
func (p Post) Seats() (min, max int) {
	switch p {
	case GridMember:
		return 1, 5
	case Volunteer:
		return 0, 99
	default:
		return 1, 1
	}
}

// Person is somebody who holds posts.
type Person struct {
	ID        geo.ID
	Name      string
	Phone     string
	Synthetic bool // invented; true for everybody in the demo
}

// Committee is a group committee: three posts and volunteers for one or
// several village groups of one village. Branches have the same form.
type Committee struct {
	ID      geo.ID
	Code    string
	Name    string
	Village geo.ID
	Groups  []geo.ID // at least one; a group is served by at most one committee
}

// Branch is a Party branch over one or several village groups.
type Branch Committee

// Seat is one numbered place of a post. It belongs to an area, or to a
// committee where the post is a committee's: exactly one of the two is set.
type Seat struct {
	ID            geo.ID
	Post          Post
	Area          geo.ID // grid, compound, township or district; zero for a committee's seat
	Committee     geo.ID // zero for an area's seat
	Number        int    // counts from 1 within post and area
	PublicContact bool   // the holder's name and duty phone are public
}

// Holding says that a person holds a seat, or stands in for its holder, from
// an instant (included) to another (excluded).
type Holding struct {
	ID     geo.ID
	Seat   geo.ID
	Person geo.ID
	Deputy bool
	From   time.Time
	To     time.Time // zero while it lasts
}

// At reports whether the holding is in force at t.
func (h Holding) At(t time.Time) bool {
	return !t.Before(h.From) && (h.To.IsZero() || t.Before(h.To))
}

// Held is that somebody holds or held a seat, or stands or stood in for its
// holder, by the last word there is on it.
type Held struct {
	Holding Holding
	Seat    Seat   // as it is, or was when it was taken away
	Person  Person // as last known
}
