package impact

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Question is what Assess answers.
type Question struct {
	Before, After *locate.Index // of the boundaries as they are, and as they would be
	Reports       *hotspot.Columns
	From, To      time.Time // reports accepted from From on, and before To, are counted
	// Open tells which states a report is open in. Open reports move whatever
	// their age.
	Open func(status string) bool
}

// Move is a report that another area would answer for.
type Move struct {
	ID               geo.ID
	At               geo.LatticePoint // its true place
	Category, Status string
	Counted, Open    bool      // at least one of them
	From, To         *geo.Area // of one kind; nil where none covers the place; not to be changed
}

// Tally is how many reports an area has.
type Tally struct {
	Reports int // counted
	Open    int // of any age
}

func (t *Tally) add(counted, open bool, n int) {
	if counted {
		t.Reports += n
	}
	if open {
		t.Open += n
	}
}

// Load is a grid before and after.
type Load struct {
	Pair
	TallyBefore, TallyAfter Tally
}

// Impact is what other boundaries mean.
type Impact struct {
	Reports int                 // counted, in all of the district and outside
	Moves   map[geo.Kind][]Move // by kind, ascending by id
	Grids   []Load              // every grid of either, by the code it has now, else by the one it would have
	Changed []Pair              // areas that are new, gone, or other than before, by kind and code
}

// Assess finds the impact of other boundaries. It uses all processors.
func Assess(q Question) Impact {
	run := newRun(q)
	var parts []hotspot.Part
	for p := range q.Reports.Parts() {
		parts = append(parts, p)
	}
	found := make([]findings, len(parts))
	sums := make([]*sum, min(runtime.GOMAXPROCS(0), max(len(parts), 1)))
	var next atomic.Int64
	var wait sync.WaitGroup
	for w := range sums {
		sums[w] = run.newSum()
		wait.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(parts); i = next.Add(1) - 1 {
				run.part(&parts[i], sums[w], &found[i])
			}
		})
	}
	wait.Wait()
	return run.impact(sums, found)
}

// findings are the moves among the reports of a part.
type findings [6][]Move // by Kind.Index

// run is a question with what its parts share.
type run struct {
	Question
	from, to int64 // µs
	kinds    []hotspot.KindOf
	open     []bool // by kind of report
	changed  []Pair
	mask     mask // where boundaries differ
}

func newRun(q Question) *run {
	r := &run{Question: q, from: q.From.UnixMicro(), to: q.To.UnixMicro(), kinds: q.Reports.Kinds(), changed: Compare(q.Before, q.After)}
	r.open = make([]bool, len(r.kinds))
	for i, k := range r.kinds {
		r.open[i] = q.Open(k.Status)
	}
	r.mask = newMask(r.changed)
	return r
}

// sum is what a worker has counted.
type sum struct {
	reports int
	states  []Tally           // by combination of areas before
	rest    map[geo.ID]*Tally // grids of places where the index has no combination
}

func (r *run) newSum() *sum {
	return &sum{states: make([]Tally, r.Before.States()), rest: map[geo.ID]*Tally{}}
}

// part counts the reports of a part by the areas before, and asks for those after
// where they may differ.
func (r *run) part(p *hotspot.Part, s *sum, found *findings) {
	for i, at := range p.At {
		counted, open := r.from <= at && at < r.to, r.open[p.Kinds[i]]
		if !counted && !open {
			continue
		}
		if counted {
			s.reports++
		}
		q := p.Points[i]
		state, ok := r.Before.State(q)
		var m geo.Match
		if ok {
			s.states[state].add(counted, open, 1)
			if !r.mask.has(q) {
				continue
			}
			m = r.Before.StateMatch(state)
		} else {
			m = r.Before.LocateLattice(q)
			if grid := m.Area(geo.Grid); grid != nil {
				t := s.rest[grid.ID]
				if t == nil {
					t = new(Tally)
					s.rest[grid.ID] = t
				}
				t.add(counted, open, 1)
			}
			if !r.mask.has(q) {
				continue
			}
		}
		after := r.After.LocateLattice(q)
		for k, kind := range kinds {
			from, to := m.Area(kind), after.Area(kind)
			if from == to || from != nil && to != nil && from.ID == to.ID {
				continue
			}
			of := r.kinds[p.Kinds[i]]
			found[k] = append(found[k], Move{p.IDs[i], q, of.Category, of.Status, counted, open, from, to})
		}
	}
}

// kinds is geo.Kinds as an array.
var kinds = [6]geo.Kind(geo.Kinds())

// impact puts together what the workers found.
func (r *run) impact(sums []*sum, found []findings) Impact {
	out := Impact{Moves: map[geo.Kind][]Move{}, Changed: r.changed}
	for k, kind := range kinds {
		for i := range found {
			out.Moves[kind] = append(out.Moves[kind], found[i][k]...)
		}
	}
	before := map[geo.ID]Tally{}
	count := func(id geo.ID, t Tally) {
		b := before[id]
		before[id] = Tally{b.Reports + t.Reports, b.Open + t.Open}
	}
	for _, s := range sums {
		out.Reports += s.reports
		for state, t := range s.states {
			if t == (Tally{}) {
				continue
			}
			m := r.Before.StateMatch(state)
			if grid := m.Area(geo.Grid); grid != nil {
				count(grid.ID, t)
			}
		}
		for id, t := range s.rest {
			count(id, *t)
		}
	}
	out.Grids = r.loads(before, out.Moves[geo.Grid])
	return out
}

// loads gives every grid with what it has before, and after the moves.
func (r *run) loads(before map[geo.ID]Tally, moves []Move) []Load {
	change := map[geo.ID]*Tally{}
	add := func(a *geo.Area, m *Move, n int) {
		if a == nil {
			return
		}
		if change[a.ID] == nil {
			change[a.ID] = new(Tally)
		}
		change[a.ID].add(m.Counted, m.Open, n)
	}
	for i := range moves {
		add(moves[i].From, &moves[i], -1)
		add(moves[i].To, &moves[i], 1)
	}
	var out []Load
	for _, p := range pairs(r.Before, r.After, geo.Grid) {
		l := Load{Pair: p}
		l.TallyBefore = before[p.id()]
		l.TallyAfter = l.TallyBefore
		if c := change[p.id()]; c != nil {
			l.TallyAfter.Reports += c.Reports
			l.TallyAfter.Open += c.Open
		}
		out = append(out, l)
	}
	return out
}
