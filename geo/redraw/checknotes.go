package redraw

import (
	"slices"
	"sync/atomic"
)

// question is what a check asks of one area, of which the answer follows from the area
// and a few others.
type question int

const (
	askRings question = iota
	askParent
	askUnit
	askGrid
	questions
)

// note is an answer, and the versions of other areas that it follows from.
type note struct {
	on    []*plot
	found []finding
}

// notes are the last two answers to each question about a version of an area: a plan is
// checked after each edit, together with its base, and little differs from the last time.
type notes [questions]atomic.Pointer[[2]*note]

// answer gives what find finds, or found when it was asked last of the same versions.
// What it gives must not be changed but for the findings themselves.
func (p *plot) answer(q question, on []*plot, find func() []finding) []finding {
	if p.notes == nil {
		return find()
	}
	last := p.notes[q].Load()
	if last == nil {
		last = &[2]*note{}
	}
	for _, n := range last {
		if n != nil && slices.Equal(n.on, on) {
			return n.found
		}
	}
	n := &note{on, find()}
	p.notes[q].Store(&[2]*note{n, last[0]})
	return n.found
}

// nearTo gives those of some areas whose boxes meet one's own.
func nearTo(p *plot, among []*plot) (near []*plot) {
	for _, q := range among {
		if q.box.meets(p.box) {
			near = append(near, q)
		}
	}
	return near
}

// atOnce is how many areas are asked about in one go.
const atOnce = 32

// asking gives the jobs of asking a question of all areas.
func asking(plots []*plot, ask func(*plot) []finding) (jobs []func() []finding) {
	for some := range slices.Chunk(plots, atOnce) {
		jobs = append(jobs, func() (out []finding) {
			for _, p := range some {
				out = append(out, ask(p)...)
			}
			return out
		})
	}
	return jobs
}
