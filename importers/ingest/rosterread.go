package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// rosterReader understands the rows of a roster.
type rosterReader struct {
	b        RosterBasis
	o        Options
	report   Report
	findings *findings
	soft     tallies
	places   *placeFinder

	columns []string
	cols    Columns
	posts   [][]postColumn // of a wide file: those of one post and number together
	fixed   []patrol.Post  // the post of every row, where the sheet's name says it
	bodies  bool           // committees and branches, not posts
	layer   string
	number  int // of the row, over all layers
	line    int

	sayings []*saying
	leaves  []*saying          // of persons, from and to
	known   map[[2]string]bool // names and phones of the roster, see asItIs
	scope   map[scopeKey]bool
	found   []readBody
}

// saying is what the file says of one seat.
type saying struct {
	feature, line int
	place         place
	post          patrol.Post
	seat          int // 0: whichever is free
	name, phone   string
	deputy        bool
	from, to      time.Time // zero where not said
	public        *bool     // nil where not said
	synthetic     bool
	person        geo.ID // of name and phone, once it is known
}

// scopeKey is a post that the file is the whole of: a committee's, or one of areas.
type scopeKey struct {
	post      patrol.Post
	committee bool
}

func newRosterReader(b RosterBasis, o Options) *rosterReader {
	places := newPlaceFinder(b)
	return &rosterReader{b: b, o: o, findings: newFindings(o.MaxProblems).ofPeople(places.knows), places: places,
		scope: map[scopeKey]bool{}, report: Report{File: o.File}}
}

// lookAt finds out what the columns of the layer say.
func (r *rosterReader) lookAt(l importers.Layer) (err error) {
	r.columns = l.Columns
	if r.cols, err = FindColumns(rosterFields, l.Columns, r.o.Columns); err != nil {
		return err
	}
	r.report.Importer = l.Format
	r.report.Layer, r.report.Encoding, r.report.EncodingFrom, r.report.Columns = l.Name, l.Encoding, l.EncodingFrom, r.cols.Names()
	for i := range l.Problems {
		r.findings.add(&l.Problems[i])
	}
	missing := func(field, what string) error {
		return &importers.Problem{Problem: importers.ProblemNoColumn, Values: map[string]any{"field": field},
			Detail: fmt.Sprintf("no column says %s; name it with --map %s=COLUMN; %s", what, field, columnList(l.Columns))}
	}
	if r.cols.Has("groups") && !r.cols.Has("post") {
		r.bodies = true
		return nil
	}
	if !r.cols.Has("area") && !r.cols.Has("area_name") {
		return missing("area", "which area a post is for")
	}
	if r.cols.Has("post") {
		if !r.cols.Has("name") {
			return missing("name", "who holds a post")
		}
		return nil
	}
	groups := map[string]int{}
	for _, p := range findPostColumns(l.Columns, r.cols) {
		key := fmt.Sprint(p.posts, p.ordinal)
		i, seen := groups[key]
		if !seen {
			i = len(r.posts)
			groups[key], r.posts = i, append(r.posts, nil)
		}
		r.posts[i] = append(r.posts[i], p)
		r.report.Columns[string(p.posts[0])+"."+p.attribute] = l.Columns[p.index]
	}
	r.posts = slices.DeleteFunc(r.posts, func(of []postColumn) bool {
		return !slices.ContainsFunc(of, func(p postColumn) bool { return p.attribute == "name" })
	})
	if len(r.posts) > 0 {
		return nil
	}
	if r.cols.Has("name") {
		for _, title := range []string{l.Name, r.o.File} {
			if r.fixed = postIn(title); r.fixed != nil {
				return nil
			}
		}
	}
	return missing("post", "which post it is, and no column is one post's, such as 网格长姓名")
}

// postIn gives the post that a title speaks of, such as 网格员花名册; nil where none
// or several.
func postIn(title string) (found []patrol.Post) {
	title = FoldName(title)
	for i := range title {
		posts, _, _ := postNamed(title[i:])
		if posts == nil || strings.HasSuffix(title[:i], "副") {
			continue
		}
		if found != nil && !slices.Equal(found, posts) && len(posts) <= len(found) && !slices.Contains(posts, found[0]) {
			return nil
		}
		if found == nil {
			found = posts
		}
	}
	return found
}

// fault notes that something in a row is wrong.
func (r *rosterReader) fault(problem, code, detail string, values map[string]any) {
	if r.layer != "" && r.layer != r.report.Layer {
		if values == nil {
			values = map[string]any{}
		}
		values["layer"] = r.layer
	}
	r.findings.add(&importers.Problem{Feature: r.number, Line: r.line, Code: code, Problem: problem, Detail: detail, Values: values})
}

// cell gives what a row says of a field, folded.
func (r *rosterReader) cell(rec *importers.Record, field string) string {
	return Fold(r.cols.Value(field, rec.Values).Text)
}

// read understands a row of posts.
func (r *rosterReader) read(rec *importers.Record) {
	r.line = rec.Line
	for i := range rec.Problems {
		p := rec.Problems[i]
		p.Feature = r.number
		r.findings.add(&p)
	}
	if r.posts != nil {
		r.readWide(rec)
		return
	}
	text := r.cell(rec, "post")
	if leaveWords[FoldName(text)] {
		r.readLeave(rec)
		return
	}
	type named struct {
		posts  []patrol.Post
		deputy bool
	}
	var all []named
	if r.fixed != nil {
		all = append(all, named{posts: r.fixed})
	} else {
		for _, word := range splitPeople(text) {
			posts, rest, deputy := postNamed(word)
			if posts == nil || strings.Trim(rest, "0123456789") != "" {
				r.fault(importers.ProblemValueDamaged, "", fmt.Sprintf("%q is no post known here", clip(word)),
					map[string]any{"column": r.cols.Name("post"), "value": clip(word)})
				return
			}
			all = append(all, named{posts, deputy})
		}
	}
	if len(all) == 0 {
		r.fault(importers.ProblemValueDamaged, "", "the row names no post", map[string]any{"column": r.cols.Name("post")})
	}
	for _, n := range all {
		where, ok := r.place(rec, n.posts)
		if !ok {
			return
		}
		post := postFor(n.posts, where.kind)
		if !r.fits(post, where) {
			return
		}
		r.readHolder(rec, holderCells{
			where: where, post: post, deputy: n.deputy,
			seat: r.cols.Value("seat", rec.Values), name: r.cols.Value("name", rec.Values), phone: r.cols.Value("phone", rec.Values),
			flag: r.cols.Value("deputy", rec.Values), deputyName: r.cols.Value("deputy_name", rec.Values), deputyPhone: r.cols.Value("deputy_phone", rec.Values),
			from: r.cols.Value("from", rec.Values), to: r.cols.Value("to", rec.Values), public: r.cols.Value("public_contact", rec.Values),
			hasPublic: r.cols.Has("public_contact"),
		})
	}
}

// readWide understands a row that has the posts of an area side by side.
func (r *rosterReader) readWide(rec *importers.Record) {
	var kinds []patrol.Post
	for _, of := range r.posts {
		kinds = append(kinds, of[0].posts...)
	}
	where, ok := r.place(rec, kinds)
	if !ok {
		return
	}
	for _, of := range r.posts {
		post := postFor(of[0].posts, where.kind)
		if post.AreaKind() != where.kind && !(post == patrol.Volunteer && where.kind == geo.Compound) {
			continue // columns for other kinds of areas, such as 主任 of a file with grids too
		}
		h := holderCells{where: where, post: post, wide: true}
		for _, c := range of {
			if c.index >= len(rec.Values) {
				continue
			}
			v := rec.Values[c.index]
			switch c.attribute {
			case "name":
				h.name = v
			case "phone":
				h.phone = v
			case "deputy_name":
				h.deputyName = v
			case "deputy_phone":
				h.deputyPhone = v
			case "from":
				h.from = v
			case "to":
				h.to = v
			case "public_contact":
				h.public, h.hasPublic = v, true
			}
		}
		if of[0].ordinal > 1 && Fold(h.name.Text) == "" && Fold(h.deputyName.Text) == "" {
			continue
		}
		r.readHolder(rec, h)
	}
}

// place finds the area of a row, for one of the posts.
func (r *rosterReader) place(rec *importers.Record, posts []patrol.Post) (place, bool) {
	kind, ok := rosterKind(r.cell(rec, "area_kind"))
	if !ok {
		r.fault(importers.ProblemValueDamaged, "", fmt.Sprintf("%q is no kind of area known here", clip(r.cell(rec, "area_kind"))),
			map[string]any{"column": r.cols.Name("area_kind"), "value": clip(r.cell(rec, "area_kind"))})
		return place{}, false
	}
	var kinds []geo.Kind
	if kind != "" {
		kinds = []geo.Kind{kind}
	}
	for _, p := range posts {
		if kind == "" && !slices.Contains(kinds, p.AreaKind()) {
			kinds = append(kinds, p.AreaKind())
		}
		if kind == "" && p == patrol.Volunteer && !slices.Contains(kinds, geo.Compound) {
			kinds = append(kinds, geo.Compound)
		}
	}
	where, problem := r.places.find(r.cols.Value("area", rec.Values), r.cell(rec, "area_name"), r.cell(rec, "village"), kinds)
	if problem != nil {
		problem.Feature, problem.Line = r.number, r.line
		if problem.Values == nil {
			problem.Values = map[string]any{}
		}
		if problem.Warning {
			r.soft.count(problem.Problem+" code", func() *importers.Problem { return problem })
			return where, true
		}
		problem.Values["column"] = r.cols.Name("area") + r.cols.Name("area_name")
		r.findings.add(problem)
		return place{}, false
	}
	return where, true
}

// fits tells whether a post is one of such an area, and faults it else.
func (r *rosterReader) fits(post patrol.Post, where place) bool {
	if post.AreaKind() == where.kind || post == patrol.Volunteer && where.kind == geo.Compound {
		return true
	}
	r.fault(importers.ProblemCardinality, where.code, fmt.Sprintf("a %s has no %s", where.kind, post),
		map[string]any{"post": string(post), "kind": string(where.kind)})
	return false
}

// seatNumber reads the number of a seat, 0 where none is given.
func (r *rosterReader) seatNumber(v importers.Value, post patrol.Post, code string) (int, bool) {
	text := Fold(v.Text)
	if text == "" {
		return 0, true
	}
	_, most := post.Seats()
	n, err := strconv.Atoi(strings.TrimSuffix(text, ".0"))
	if err != nil || n < 1 || n > most {
		r.fault(importers.ProblemCardinality, code, fmt.Sprintf("seats of %s are numbered 1 to %d", post, most),
			map[string]any{"post": string(post), "most": most, "value": clip(text)})
		return 0, false
	}
	return n, true
}
