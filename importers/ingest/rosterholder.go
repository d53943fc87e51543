package ingest

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// newID makes the id of something that the file brings.
func newID() geo.ID { return uuid.Must(uuid.NewV7()) }

// holderCells is what a row says of a post of an area.
type holderCells struct {
	where                                            place
	post                                             patrol.Post
	deputy                                           bool // the name of the post says so
	seat, name, phone, flag, deputyName, deputyPhone importers.Value
	from, to, public                                 importers.Value
	hasPublic                                        bool
	wide                                             bool
}

// readHolder notes who holds a post, and who stands in.
func (r *rosterReader) readHolder(rec *importers.Record, h holderCells) {
	base := saying{feature: r.number, line: r.line, place: h.where, post: h.post, deputy: h.deputy}
	var ok bool
	if base.seat, ok = r.seatNumber(h.seat, h.post, h.where.code); !ok {
		return
	}
	if base.from, ok = r.moment(h.from, h.where.code, "from"); !ok {
		return
	}
	if base.to, ok = r.moment(h.to, h.where.code, "to"); !ok {
		return
	}
	if !base.to.IsZero() && !base.from.IsZero() && !base.to.After(base.from) {
		r.fault(importers.ProblemValueDamaged, h.where.code, "the post is left before it is taken up", map[string]any{"column": r.cols.Name("to")})
		return
	}
	if h.hasPublic {
		yes, ok := parseFlag(h.public.Text)
		if !ok {
			r.damagedFlag(h.where.code, "public_contact", h.public)
			return
		}
		base.public = &yes
	}
	if base.synthetic, ok = parseFlag(r.cell(rec, "synthetic")); !ok {
		r.damagedFlag(h.where.code, "synthetic", r.cols.Value("synthetic", rec.Values))
		return
	}
	if yes, ok := parseFlag(h.flag.Text); ok {
		base.deputy = base.deputy || yes
	} else { // the column names the deputy
		h.deputyName = h.flag
	}
	r.scope[scopeKey{h.post, h.where.committee != (geo.ID{})}] = true
	names, phones := splitPeople(h.name.Text), splitPeople(h.phone.Text)
	name, phone, asItIs := r.asItIs(h.name, h.phone)
	if asItIs {
		names, phones = []string{name}, nil
	}
	if _, most := h.post.Seats(); len(names) > most {
		r.fault(importers.ProblemCardinality, h.where.code, fmt.Sprintf("%d people are named for %s; it is at most %d", len(names), h.post, most),
			map[string]any{"post": string(h.post), "count": len(names), "most": most})
		return
	}
	if len(names) == 0 {
		names = []string{""}
	}
	if len(phones) > 1 && len(names) == 1 {
		r.soften("two phones", "a cell has several numbers; the first is taken", r.cols.Name("phone"))
		phones = phones[:1]
	}
	if len(phones) > 1 && len(phones) != len(names) {
		r.fault(importers.ProblemValueDamaged, h.where.code, "the row has another number of phones than of people", map[string]any{"column": r.cols.Name("phone")})
		return
	}
	for i, name := range names {
		one := base
		cell := h.phone
		if len(names) > 1 || len(phones) > 1 {
			cell = importers.Value{Type: importers.Text}
			if i < len(phones) && (len(phones) == len(names)) {
				cell.Text = phones[i]
			}
		} else if len(phones) == 1 {
			cell.Text = phones[0]
		}
		if asItIs {
			one.name, one.phone = name, phone
		} else if !r.person(&one, name, cell) {
			return
		}
		least, _ := h.post.Seats()
		if one.name == "" && h.wide && least == 0 {
			continue // nobody has come forward
		}
		r.sayings = append(r.sayings, &one)
	}
	if Fold(h.deputyName.Text) == "" {
		return
	}
	one := base
	one.deputy, one.from = true, time.Time{}
	if !r.person(&one, h.deputyName.Text, h.deputyPhone) {
		return
	}
	if one.name != "" {
		one.deputy = true
		r.sayings = append(r.sayings, &one)
	}
}

// asItIs gives name and phone as they stand in a row, where somebody of the roster
// has both: a name that was entered by hand may have what in a file would mean
// something else. So has the name of who was erased.
func (r *rosterReader) asItIs(nameCell, phoneCell importers.Value) (name, phone string, ok bool) {
	if r.known == nil {
		r.known = map[[2]string]bool{{patrol.ErasedName, ""}: true}
		for _, p := range r.b.Roster.AllPeople() {
			r.known[[2]string{p.Name, p.Phone}] = true
		}
	}
	name, phone = strings.TrimSpace(nameCell.Text), strings.TrimSpace(phoneCell.Text)
	return name, phone, r.known[[2]string{name, phone}]
}

// person reads name and phone. What it says of faults holds neither.
func (r *rosterReader) person(s *saying, nameText string, phoneCell importers.Value) bool {
	name, beside, deputy, ok := parseName(nameText)
	if !ok {
		r.fault(importers.ProblemValueDamaged, s.place.code, "what stands where a name should is no name", map[string]any{"column": r.cols.Name("name"), "post": string(s.post)})
		return false
	}
	phone, changed, ok := parsePhone(phoneCell)
	if !ok {
		r.fault(importers.ProblemValueDamaged, s.place.code, "what stands where a phone should is no number, or has lost digits to a spreadsheet; format the column as text and enter it again",
			map[string]any{"column": r.cols.Name("phone"), "post": string(s.post)})
		return false
	}
	if phone == "" {
		phone = beside
	}
	if name == "" && phone != "" {
		r.fault(importers.ProblemValueDamaged, s.place.code, "the row has a phone and no name", map[string]any{"column": r.cols.Name("name"), "post": string(s.post)})
		return false
	}
	if changed {
		r.soften("phone", "phones are read as their digits", r.cols.Name("phone"))
	}
	if name != "" && name != Fold(nameText) && beside == "" && !deputy {
		r.soften("name", "names are read without blanks between their characters", r.cols.Name("name"))
	}
	s.name, s.phone, s.deputy = name, phone, s.deputy || deputy
	return true
}

// soften counts a value that was read otherwise than it stands.
func (r *rosterReader) soften(key, detail, column string) {
	r.soft.count(key, func() *importers.Problem {
		return &importers.Problem{Feature: r.number, Line: r.line, Problem: importers.ProblemValueNormalised, Warning: true, Detail: detail,
			Values: map[string]any{"column": column}}
	})
}

func (r *rosterReader) damagedFlag(code, field string, v importers.Value) {
	r.fault(importers.ProblemValueDamaged, code, fmt.Sprintf("%q is neither yes nor no", clip(v.Text)),
		map[string]any{"column": r.cols.Name(field), "value": clip(v.Text)})
}

// moment reads when a post is taken up or left; zero where the cell is empty.
func (r *rosterReader) moment(v importers.Value, code, field string) (time.Time, bool) {
	if text := Fold(v.Text); text == "" || text == "至今" || text == "-" {
		return time.Time{}, true
	}
	m, ok := parseMoment(v, r.b.Zone)
	if !ok {
		r.fault(importers.ProblemValueDamaged, code, fmt.Sprintf("%q is no day or time", clip(v.Text)),
			map[string]any{"column": r.cols.Name(field), "value": clip(v.Text)})
	}
	return m.at, ok
}
