package patrol

import (
	"strings"
	"time"
	"unicode"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Subject is the person whose personal data somebody asks for: a person of the
// roster, or whoever has that name, that phone, or both.
type Subject struct {
	Name   string
	Phone  string
	Person geo.ID // alone: zero where Name or Phone is given
}

// Check refuses a subject that could mean everybody: without anything, with a
// phone of fewer than six digits, or with a person and more.
func (s Subject) Check() error {
	named := s.Name != "" || s.Phone != ""
	switch {
	case s.Person != (geo.ID{}) && named:
		return geo.Invalid("subject-unclear", "give a person of the roster, or a name and a phone, not both")
	case s.Person == (geo.ID{}) && PlainName(s.Name) == "" && PlainPhone(s.Phone) == "":
		return geo.Invalid("subject-unclear", "give a name, a phone, or a person of the roster")
	case s.Phone != "" && len(PlainPhone(s.Phone)) < 6:
		return geo.Invalid("subject-unclear", "a phone has six digits or more")
	}
	return nil
}

// Matches reports whether somebody's name and phone, of which either may be
// empty, are the subject's: nothing that both have differs, and something that
// both have is the same. A subject of the roster matches nobody.
func (s Subject) Matches(name, phone string) bool {
	same := false
	for _, pair := range [][2]string{{PlainName(s.Name), PlainName(name)}, {PlainPhone(s.Phone), PlainPhone(phone)}} {
		switch {
		case pair[0] == "" || pair[1] == "":
		case pair[0] != pair[1]:
			return false
		default:
			same = true
		}
	}
	return same
}

// PlainName gives a name as names are compared: without spaces, in small
// letters.
func PlainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// PlainPhone gives a phone number as numbers are compared: its digits, without
// the country's code +86.
func PlainPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	for _, code := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(digits, code); ok && len(rest) == 11 && rest[0] == '1' {
			return rest
		}
	}
	return digits
}

// Names reports whether a text repeats the contact's name or phone, as a reason
// must not that is kept for ever. A name of one character is in too many texts
// to tell.
func (c Contact) Names(text string) bool {
	name, phone := PlainName(c.Name), PlainPhone(c.Phone)
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return len([]rune(name)) > 1 && strings.Contains(PlainName(text), name) ||
		len(phone) > 5 && strings.Contains(digits, phone)
}

// Masked gives the first character of the name and the last four digits of a
// phone that has eight or more.
func (c Contact) Masked() Contact {
	var out Contact
	for _, first := range c.Name {
		out.Name = string(first) + "**"
		break
	}
	if c.Phone != "" {
		out.Phone = "****"
		if n := len(c.Phone); n >= 8 {
			out.Phone += c.Phone[n-4:]
		}
	}
	return out
}

// ErasedName is what a person or account is called whose data was erased.
const ErasedName = "(erased)"

// Personal is what there is of a subject.
type Personal struct {
	People   []PersonalPerson
	Accounts []PersonalAccount
	Contacts []PersonalContact // newest first
	Tracks   []PersonalTrack   // by patrol
	Pending  []geo.ID          // identities of another provider that belong to no account yet
	Actions  int64             // history and audit rows that name one of the accounts by its id
	Scanned  int64             // contacts that were decrypted and looked at
	// Unreadable are the contacts that another key was used for: whether they
	// are the subject's nobody can say here.
	Unreadable int64
	Before     []Erasure // earlier erasures of the same subject
}

// Empty reports whether nothing was found.
func (p *Personal) Empty() bool {
	return len(p.People) == 0 && len(p.Accounts) == 0 && len(p.Contacts) == 0 && len(p.Pending) == 0
}

// PersonalPerson is a person of the roster with every version of it.
type PersonalPerson struct {
	ID       geo.ID
	Versions []PersonVersion // by duty version
	Holdings []Holding       // as last known, by start
}

// PersonVersion is a person as some duty versions had it.
type PersonVersion struct {
	Name, Phone string
	From        int64 // the first duty version
	To          int64 // the first that has it no more; 0 for the one in force
}

// Last gives the newest version of the person.
func (p *PersonalPerson) Last() PersonVersion { return p.Versions[len(p.Versions)-1] }

// PersonalAccount is an account of a subject.
type PersonalAccount struct {
	ID        geo.ID
	Login     string
	Name      string
	Role      string
	Person    geo.ID
	Disabled  bool
	CreatedAt time.Time
	Sessions  int
}

// PersonalContact is a contact that somebody left with a report.
type PersonalContact struct {
	Contact
	Report      geo.ID
	Category    string
	Status      Status
	Description string
	Point       geo.LatticePoint
	CreatedAt   time.Time
}

// PersonalTrack is where a subject was on a patrol.
type PersonalTrack struct {
	ID, Patrol, Person geo.ID
	Lines              []PersonalLine // by time
}

// PersonalLine is a stretch of a track, cleaned; its points and when they were
// reached are as many.
type PersonalLine struct {
	Times     []time.Time
	Points    []geo.LatticePoint
	DistanceM float64
	Coarse    bool // as patrol/track has it
}

// Erasure is a line of the erasure log, which holds no personal data.
type Erasure struct {
	ID         geo.ID
	At         time.Time
	Kind       string // "person" or "retention"
	People     int64
	Accounts   int64
	Sessions   int64
	Contacts   int64
	Tracks     int64
	Unreadable int64
	Actor      Actor
	Reason     string
}

// TooOftenError says that somebody did something as often as it may be done.
type TooOftenError struct {
	Wait time.Duration // until it may be done again
}

// Error says so.
func (e *TooOftenError) Error() string { return "too often; wait " + e.Wait.String() }

// Unwrap gives geo.ErrForbidden.
func (e *TooOftenError) Unwrap() error { return geo.ErrForbidden }
