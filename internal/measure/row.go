// Package measure collects the rows of the one table that make bench prints:
// what was measured, beside the reference that was measured in the same run.
// Benchmarks report rows; the command internal/measure/table prints them.
package measure

import (
	"strconv"
	"strings"
)

// Row is one line of the table.
type Row struct {
	// Area is the part of the table that the row stands in, such as "lookup in
	// memory". Areas stand in the order in which they were first reported.
	Area string
	// What was measured, and over which data.
	What string
	// Ours is our figure, in Unit; 0 in a row that gives a reference alone.
	Ours float64
	// Unit is "ns", "µs", "ms", "s" for times, something that ends in "/s" for
	// rates, or anything else: "MB", "ratio".
	Unit string
	// Against names the reference, "" for none.
	Against string
	// Reference is its figure, in the same unit.
	Reference float64
	// Aim is what we want, "" for none: "≥" or "≤", a number, and what it is of.
	// Of the ratio when that is "x" or "of it" ("≥ 35x", "≥ 0.60 of it"), of Ours
	// when that is the unit ("≤ 40 ns", "≥ 5 M points/s").
	Aim string
}

// same tells whether two rows stand for one measurement.
func (r Row) same(other Row) bool {
	return r.Area == other.Area && r.What == other.What && r.Against == other.Against
}

// factors are the times that aims may be written in, in nanoseconds.
var factors = map[string]float64{"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}

// isTime tells whether less of the unit is faster.
func isTime(unit string) bool { return factors[unit] != 0 }

// Ratio tells how many times as good ours is for times and rates: 2 is twice as
// fast. For other units it is ours in parts of the reference. It is false for a
// row without a reference.
func (r Row) Ratio() (ratio float64, ok bool) {
	if r.Against == "" || r.Reference <= 0 || r.Ours <= 0 {
		return 0, false
	}
	if isTime(r.Unit) {
		return r.Reference / r.Ours, true
	}
	return r.Ours / r.Reference, true
}

// Meets tells whether the row reaches its aim. known is false when it has none,
// or none that can be compared with what was measured.
func (r Row) Meets() (meets, known bool) {
	less := strings.HasPrefix(r.Aim, "≤")
	if !less && !strings.HasPrefix(r.Aim, "≥") {
		return false, false
	}
	rest := strings.TrimSpace(strings.TrimLeft(r.Aim, "≤≥"))
	end := strings.IndexFunc(rest, func(c rune) bool { return !strings.ContainsRune("0123456789.,", c) })
	if end < 0 {
		end = len(rest)
	}
	aim, err := strconv.ParseFloat(strings.ReplaceAll(rest[:end], ",", ""), 64)
	if err != nil {
		return false, false
	}
	of := strings.TrimSpace(rest[end:])
	if m, ok := strings.CutPrefix(of, "M"); ok && of != r.Unit && !strings.HasPrefix(of, "MB") {
		of, aim = strings.TrimSpace(m), aim*1e6
	}
	got, known := r.Ours, true
	switch {
	case of == r.Unit:
	case isTime(of) && isTime(r.Unit):
		got *= factors[r.Unit] / factors[of]
	case of == "x", strings.HasPrefix(of, "of "):
		got, known = r.Ratio()
	default:
		known = false
	}
	if less {
		return known && got <= aim, known
	}
	return known && got >= aim, known
}
