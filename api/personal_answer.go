package api

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxFound is how many contacts a search lists; an export has all.
const maxFound = 1000

// subjectAnswer says again whom something is about.
type subjectAnswer struct {
	Name   string  `json:"name,omitempty"`
	Phone  string  `json:"phone,omitempty"`
	Person *geo.ID `json:"person,omitempty"`
}

func subjectOf(s patrol.Subject) subjectAnswer {
	out := subjectAnswer{Name: s.Name, Phone: s.Phone}
	if s.Person != (geo.ID{}) {
		out.Person = &s.Person
	}
	return out
}

// foundAnswer is what there is of a person, for a list.
type foundAnswer struct {
	People   []foundPerson  `json:"people"`
	Accounts []foundAccount `json:"accounts"`
	Contacts []foundContact `json:"contacts"`
	Counts   struct {
		People   int   `json:"people"`
		Accounts int   `json:"accounts"`
		Contacts int   `json:"contacts"`
		Tracks   int   `json:"tracks"`
		Pending  int   `json:"pending"`
		Actions  int64 `json:"actions"`
	} `json:"counts"`
	Searched searchedAnswer `json:"searched"`
	Erased   []erasedAnswer `json:"erased"`
}

// searchedAnswer is how many contacts were looked at, and how many could not be.
type searchedAnswer struct {
	Contacts   int64 `json:"contacts"`
	Unreadable int64 `json:"unreadable"`
}

type erasedAnswer struct {
	ID geo.ID    `json:"id"`
	At time.Time `json:"at"`
}

type foundPerson struct {
	ID     geo.ID `json:"id"`
	Name   string `json:"name"` // the last known, as the phone
	Phone  string `json:"phone"`
	Seats  int    `json:"seats"` // held now
	Now    bool   `json:"now"`   // in the roster in force
	Erased bool   `json:"erased"`
}

type foundAccount struct {
	ID       geo.ID `json:"id"`
	Login    string `json:"login"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Disabled bool   `json:"disabled"`
	Sessions int    `json:"sessions"`
}

type foundContact struct {
	Report    geo.ID        `json:"report"`
	Category  string        `json:"category"`
	Status    patrol.Status `json:"status"`
	CreatedAt time.Time     `json:"created_at"`
	Name      string        `json:"name"`
	Phone     string        `json:"phone"`
}

func (s *Server) foundAnswer(subject patrol.Subject, found *patrol.Personal) foundAnswer {
	now := s.cfg.Now()
	out := foundAnswer{People: []foundPerson{}, Accounts: []foundAccount{}, Contacts: []foundContact{}, Erased: []erasedAnswer{},
		Searched: searchedAnswer{found.Scanned, found.Unreadable}}
	for _, p := range found.People {
		last := p.Last()
		line := foundPerson{ID: p.ID, Name: last.Name, Phone: last.Phone, Now: last.To == 0, Erased: last.Name == patrol.ErasedName}
		for _, h := range p.Holdings {
			if line.Now && h.At(now) {
				line.Seats++
			}
		}
		out.People = append(out.People, line)
	}
	for _, a := range found.Accounts {
		out.Accounts = append(out.Accounts, foundAccount{a.ID, a.Login, a.Name, a.Role, a.Disabled, a.Sessions})
	}
	for _, c := range found.Contacts[:min(len(found.Contacts), maxFound)] {
		masked := c.Masked()
		out.Contacts = append(out.Contacts, foundContact{c.Report, c.Category, c.Status, c.CreatedAt, masked.Name, masked.Phone})
	}
	for _, e := range found.Before {
		out.Erased = append(out.Erased, erasedAnswer{e.ID, e.At})
	}
	n := &out.Counts
	n.People, n.Accounts, n.Contacts, n.Tracks, n.Pending, n.Actions = len(found.People), len(found.Accounts), len(found.Contacts), len(found.Tracks), len(found.Pending), found.Actions
	return out
}

// PersonalDocument is everything there is of a person, in clear.
type PersonalDocument struct {
	Subject  subjectAnswer     `json:"subject"`
	At       time.Time         `json:"at"`
	People   []exportedPerson  `json:"people"`
	Accounts []exportedAccount `json:"accounts"`
	Reports  []exportedReport  `json:"reports"`
	Tracks   []exportedTrack   `json:"tracks"`
	Actions  int64             `json:"actions"` // rows of history and audit log that name the accounts by id
	Searched searchedAnswer    `json:"searched"`
}

type exportedPerson struct {
	ID       geo.ID            `json:"id"`
	Versions []exportedVersion `json:"versions"`
	Posts    []exportedPost    `json:"posts"`
}

type exportedVersion struct {
	Name        string `json:"name"`
	Phone       string `json:"phone"`
	FromVersion int64  `json:"from_version"`
	ToVersion   *int64 `json:"to_version"` // the first that has it no more
}

type exportedPost struct {
	SeatID geo.ID      `json:"seat_id"`
	Post   patrol.Post `json:"post,omitempty"` // not where the seat is there no more
	Deputy bool        `json:"deputy"`
	From   time.Time   `json:"from"`
	To     *time.Time  `json:"to"`
}

type exportedAccount struct {
	foundAccount
	CreatedAt time.Time `json:"created_at"`
}

type exportedReport struct {
	ID          geo.ID        `json:"id"`
	Category    string        `json:"category"`
	Status      patrol.Status `json:"status"`
	Description string        `json:"description"`
	Lon         float64       `json:"lon"`
	Lat         float64       `json:"lat"`
	CreatedAt   time.Time     `json:"created_at"`
	Name        string        `json:"name"`
	Phone       string        `json:"phone"`
}

// exportedTrack is where somebody was on a patrol. Points are lon, lat in
// degrees, WGS 84.
type exportedTrack struct {
	Patrol geo.ID         `json:"patrol"`
	Lines  []exportedLine `json:"lines"`
}

type exportedLine struct {
	DistanceM float64      `json:"distance_m"`
	Coarse    bool         `json:"coarse"`
	Times     []time.Time  `json:"times"`
	Points    [][2]float64 `json:"points"`
}

func exportTrack(t *patrol.PersonalTrack) exportedTrack {
	out := exportedTrack{Patrol: t.Patrol, Lines: []exportedLine{}}
	for _, l := range t.Lines {
		line := exportedLine{DistanceM: toDecimals(l.DistanceM, 10), Coarse: l.Coarse, Times: l.Times}
		for _, p := range l.Points {
			line.Points = append(line.Points, p.Point())
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// PersonalExport gives what was found of a subject as the document that the
// person gets. Seats are named as the duties have them.
func PersonalExport(subject patrol.Subject, found *patrol.Personal, duties *patrol.Duties, at time.Time) PersonalDocument {
	out := PersonalDocument{Subject: subjectOf(subject), At: at.UTC(), People: []exportedPerson{}, Accounts: []exportedAccount{}, Reports: []exportedReport{}, Tracks: []exportedTrack{},
		Actions: found.Actions, Searched: searchedAnswer{found.Scanned, found.Unreadable}}
	for _, p := range found.People {
		line := exportedPerson{ID: p.ID, Posts: []exportedPost{}}
		for _, v := range p.Versions {
			e := exportedVersion{Name: v.Name, Phone: v.Phone, FromVersion: v.From}
			if v.To > 0 {
				e.ToVersion = &v.To
			}
			line.Versions = append(line.Versions, e)
		}
		for _, h := range p.Holdings {
			post := exportedPost{SeatID: h.Seat, Deputy: h.Deputy, From: h.From, To: instant(h.To)}
			if seat, ok := duties.Roster.Seat(h.Seat); ok {
				post.Post = seat.Post
			}
			line.Posts = append(line.Posts, post)
		}
		out.People = append(out.People, line)
	}
	for _, a := range found.Accounts {
		out.Accounts = append(out.Accounts, exportedAccount{foundAccount{a.ID, a.Login, a.Name, a.Role, a.Disabled, a.Sessions}, a.CreatedAt})
	}
	for i := range found.Tracks {
		out.Tracks = append(out.Tracks, exportTrack(&found.Tracks[i]))
	}
	for _, c := range found.Contacts {
		at := c.Point.Point()
		out.Reports = append(out.Reports, exportedReport{c.Report, c.Category, c.Status, c.Description, at[0], at[1], c.CreatedAt, c.Name, c.Phone})
	}
	return out
}
