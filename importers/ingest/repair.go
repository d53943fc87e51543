package ingest

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// The names of the repairs.
const (
	repairClose = "close-rings"
	repairValid = "make-valid"
	repairSnap  = "snap"
	repairAlign = "align-to"
)

// repairs are those that were asked for.
type repairs struct {
	close, valid bool
	snapM        float64
	align        []alignment
}

// alignment is the kind whose lines others are put on, and how far these may be.
type alignment struct {
	kind  geo.Kind
	withM float64
}

// Repairs lists the repairs by the form in which they are asked for.
func Repairs() []string {
	return []string{repairClose, repairValid, repairSnap + "=0.5m", repairAlign + "=village,20m"}
}

// parseRepairs reads names of repairs, which may be several a text with commas
// between.
func parseRepairs(names []string) (r repairs, err error) {
	words := strings.Split(strings.Join(names, ","), ",")
	for i := 0; i < len(words); i++ {
		word := strings.TrimSpace(words[i])
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "":
		case repairClose:
			r.close = true
		case repairValid:
			r.valid = true
		case repairSnap:
			if r.snapM, err = parseMetres(value, 10); err != nil {
				return r, repairError(word)
			}
		case repairAlign:
			k, err := geo.ParseKind(strings.TrimSpace(value))
			a := alignment{kind: k, withM: 20}
			if err != nil {
				return r, repairError(word)
			}
			if i+1 < len(words) {
				if m, err := parseMetres(words[i+1], 100); err == nil {
					a.withM = m
					i++
				}
			}
			r.align = append(r.align, a)
		default:
			return r, repairError(word)
		}
	}
	return r, nil
}

func repairError(word string) error {
	return &importers.Problem{Problem: importers.ProblemNoRepair, Detail: fmt.Sprintf("%q is no repair; there are %s", word, strings.Join(Repairs(), " ")), Values: map[string]any{"value": word}}
}

// parseMetres reads a length of at most some metres, with or without the m.
func parseMetres(s string, most float64) (float64, error) {
	m, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "m"), 64)
	if err != nil || !(m > 0 && m <= most) {
		return 0, fmt.Errorf("%q is no length up to %v m", s, most)
	}
	return m, nil
}

// repaired lists what a repair did to a feature whose shape was another before.
func (in *intake) repair(f *feature, name string, before outline, movedM float64, detail string) {
	m2 := 0.0
	if before != nil && f.land != nil {
		for _, p := range differing(in.effort, before, f.land) {
			m2 += p.areaM2
		}
	}
	in.repaired = append(in.repaired, Repaired{Feature: f.number, Code: f.area.Code, Repair: name, MovedM2: m2, MovedM: round3(movedM), Detail: detail})
}

// closedRing notes that an open ring was closed.
func (in *intake) closedRing(f *feature, r rawRing) {
	a, b := r.points[0], r.points[len(r.points)-1]
	p, ok1 := f.plane.snap(a)
	q, ok2 := f.plane.snap(b)
	if away := f.plane.distanceM(p, q); ok1 && ok2 && away > closedM {
		in.repaired = append(in.repaired, Repaired{Feature: f.number, Code: f.area.Code, Repair: repairClose, MovedM: 0, Detail: "closed over " + metres(away)})
	}
}

// snap gives lines within the distance asked for the same corners.
func (in *intake) snap() {
	if in.repairs.snapM == 0 {
		return
	}
	in.node(in.repairs.snapM, func(f *feature, before outline) {
		in.repair(f, repairSnap, before, farthest(before, f.land), fmt.Sprintf("corners and lines within %s made one", metres(in.repairs.snapM)))
	})
}

// farthest gives the longest way that a corner went: from one that is no more to
// the nearest that is.
func farthest(before, after outline) (most float64) {
	is := map[geo.LatticePoint]bool{}
	var all []geo.LatticePoint
	for _, r := range after {
		for _, q := range r {
			is[q] = true
			all = append(all, q)
		}
	}
	for _, r := range before {
		for _, p := range r {
			if is[p] || len(all) == 0 {
				continue
			}
			x, y := stepM(float64(p.Lat))
			least := math.Inf(1)
			for _, q := range all {
				least = min(least, math.Hypot((float64(p.Lon)-float64(q.Lon))*x, (float64(p.Lat)-float64(q.Lat))*y))
			}
			most = max(most, least)
		}
	}
	return most
}
