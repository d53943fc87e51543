package ingest

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// shift is by how much a thing of the file lies elsewhere than what it should be.
type shift struct{ from, to orb.Point } // where it should be, and is: lon/lat in degrees

// looks finds out whether the file lies by as much elsewhere as GCJ-02 or BD-09
// would have it: against the areas of the same codes, or those that its areas
// make up, or the district.
func (in *intake) looks() {
	if in.found.errorCount > 0 && in.general() {
		return
	}
	shifts := in.shifts()
	if len(shifts) == 0 {
		return
	}
	for _, as := range []geo.CRS{geo.GCJ02, geo.BD09} {
		if as == in.asked.crs {
			continue
		}
		n := 0
		for _, s := range shifts {
			// What coordinates of the one system give when they are taken for the other.
			written, err := geo.FromWGS84(as, s.from)
			if err != nil {
				continue
			}
			read, err := geo.ToWGS84(in.asked.crs, written)
			if err != nil {
				continue
			}
			whole, left := geo.DistanceM(s.from, read), geo.DistanceM(s.to, read)
			if whole > 200 && left < 0.25*whole && geo.DistanceM(s.from, s.to) > 0.7*whole {
				n++
			}
		}
		if 2*n > len(shifts) {
			in.looksAs(as, shifts[0], n)
			return
		}
	}
	// The other way round: shifted back though it never was shifted.
	if in.asked.crs != geo.GCJ02 && in.asked.crs != geo.BD09 {
		return
	}
	n := 0
	for _, s := range shifts {
		read, err := geo.ToWGS84(in.asked.crs, s.from)
		if err == nil && geo.DistanceM(s.to, read) < 0.25*geo.DistanceM(s.from, read) {
			n++
		}
	}
	if 2*n > len(shifts) {
		in.looksAs(geo.WGS84, shifts[0], n)
	}
}

// general reports whether the coordinates as a whole are refused already.
func (in *intake) general() bool {
	for _, p := range in.found.errors {
		switch p.Problem {
		case importers.ProblemCRSUnknown, importers.ProblemDatumRefused:
			return true
		case importers.ProblemCRSOutOfZone, importers.ProblemAxisSwapped:
			if p.Feature == 0 {
				return true
			}
		}
	}
	return false
}

func (in *intake) looksAs(as geo.CRS, s shift, n int) {
	away := geo.DistanceM(s.from, s.to)
	at := s.to
	p := in.problem(nil, importers.ProblemLooksGCJ02, fmt.Sprintf("the file lies %s away from where it should, as %s does when it is read as %s; if that is what it is, give --crs %s", metres(away), as, in.asked.crs, as),
		map[string]any{"reading": string(as), "value": string(in.asked.crs), "distance_m": math.Round(away), "count": n})
	p.At = &at
	in.shifted = true
}

// shifts gives what can be compared, the surest there is.
func (in *intake) shifts() (out []shift) {
	add := func(is, should orb.Bound, slackM float64) {
		// Of the same size, or it is something else.
		for _, axis := range []int{0, 1} {
			d := math.Abs((is.Max[axis] - is.Min[axis]) - (should.Max[axis] - should.Min[axis]))
			if d*111_000 > slackM {
				return
			}
		}
		out = append(out, shift{should.Center(), is.Center()})
	}
	bounds := map[geo.Ref]orb.Bound{} // of all that belong to one
	var all orb.Bound
	some := false
	for _, f := range in.features {
		b, ok := geo.Bound(f.shape)
		if !ok {
			continue
		}
		if was := in.named[f.area.Ref()]; was != nil {
			if should, ok := geo.Bound(was.Shape); ok {
				add(b, should, 60)
			}
		}
		if !some {
			all, some = b, true
		}
		all = all.Union(b)
		if x, ok := bounds[f.area.Parent]; ok {
			b = b.Union(x)
		}
		bounds[f.area.Parent] = b
	}
	if len(out) > 0 || !some || in.kind == geo.Compound {
		return out
	}
	for ref, b := range bounds {
		if home := in.named[ref]; home != nil {
			if should, ok := geo.Bound(home.Shape); ok {
				add(b, should, 60)
			}
		}
	}
	return out
}
