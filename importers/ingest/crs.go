package ingest

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// reading is a way to take the coordinates of a file.
type reading struct {
	crs     geo.CRS
	swapped bool
}

func (r reading) String() string {
	if r.swapped {
		return string(r.crs) + ", northing or latitude first"
	}
	return string(r.crs)
}

// readings are those that files of this country come in, the likelier first.
func readings() []reading {
	systems := []geo.CRS{geo.WGS84, "EPSG:4551", "EPSG:4530", "EPSG:4550", "EPSG:4529", "EPSG:4549", "EPSG:4528", "EPSG:4548", "EPSG:4527",
		"EPSG:4552", "EPSG:4531", "EPSG:4511", "EPSG:4500", "EPSG:4510", "EPSG:4499", geo.WebMercator}
	var out []reading
	for _, swapped := range []bool{false, true} {
		for _, c := range systems {
			out = append(out, reading{c, swapped})
		}
	}
	return out
}

// point converts coordinates as the reading takes them.
func (r reading) point(c orb.Point) (orb.Point, bool) {
	if r.swapped {
		c[0], c[1] = c[1], c[0]
	}
	w, err := geo.ToWGS84(r.crs, c)
	return w, err == nil
}

// fits reports whether the corners of a box land in a bound.
func (r reading) fits(b, within orb.Bound) bool {
	for _, c := range []orb.Point{b.Min, b.Max, {b.Min[0], b.Max[1]}, {b.Max[0], b.Min[1]}, b.Center()} {
		w, ok := r.point(c)
		if !ok || !within.Contains(w) {
			return false
		}
	}
	return true
}

// defaultBound is that of Shuangyang, china that of the country.
var (
	defaultDistrict = "220112"
	defaultBound    = orb.Bound{Min: orb.Point{125.44, 43.26}, Max: orb.Point{126.02, 43.80}}
	china           = orb.Bound{Min: orb.Point{73, 3}, Max: orb.Point{135.2, 54}}
)

// within is where areas of the file may lie: near the district in force.
func (in *intake) within() orb.Bound {
	var b orb.Bound
	some := false
	for _, only := range []bool{true, false} { // the district, else whatever there is
		for i := range in.basis.Areas {
			a := &in.basis.Areas[i]
			if only && a.Kind != geo.District {
				continue
			}
			if x, ok := geo.Bound(a.Shape); ok {
				if !some {
					b = x
				}
				b, some = b.Union(x), true
			}
		}
		if some {
			if in.kind == geo.District || !only {
				return grow(b, 0.5)
			}
			return grow(b, 0.1)
		}
	}
	if in.basis.District == defaultDistrict {
		return grow(defaultBound, 0.5)
	}
	return china
}

func grow(b orb.Bound, degrees float64) orb.Bound {
	return orb.Bound{Min: orb.Point{b.Min[0] - degrees, b.Min[1] - degrees}, Max: orb.Point{b.Max[0] + degrees, b.Max[1] + degrees}}
}

// place gives every feature with coordinates the plane that it is read in. Those
// that do not land near the district are faults: of the whole file where they
// are most of it and one other reading has them there, else each of its own. They are
// then looked at in the reading that fits, so that all that is wrong is said at once.
func (in *intake) place(declared bool) {
	within := in.within()
	asked := reading{in.asked.crs, false}
	var bounds []orb.Bound
	var all, unfit []int // features; those that do not fit
	for i, f := range in.features {
		b, ok := f.rawBound()
		bounds = append(bounds, b)
		switch {
		case len(f.raw) == 0:
		case !ok:
			f.raw = nil
			in.problem(f, importers.ProblemValueDamaged, "a coordinate is not a finite number", nil)
		default:
			all = append(all, i)
			if !declared || !asked.fits(b, within) {
				unfit = append(unfit, i)
			}
		}
	}
	planes := map[reading]*plane{}
	planeOf := func(r reading, i int) *plane {
		if planes[r] == nil {
			planes[r] = newPlane(r.crs, r.swapped, bounds[i].Center())
		}
		return planes[r]
	}
	general, whole := asked, false
	if len(unfit) > 0 && len(unfit)*2 > len(all) {
		general, whole = in.misread(asked, declared, unfit, bounds, within, len(all))
	}
	misfit := map[int]bool{}
	for _, i := range unfit {
		misfit[i] = true
	}
	for _, i := range all {
		f := in.features[i]
		switch {
		case !misfit[i]:
			f.plane = planeOf(asked, i)
		case whole && general.fits(bounds[i], within):
			f.plane = planeOf(general, i)
		case !declared:
			f.misread = true // in what, nobody knows
		default:
			in.misfit(f, asked, bounds[i], within, planeOf, i)
		}
	}
}

// misread finds the reading that has all those features near the district, and
// says so once.
func (in *intake) misread(asked reading, declared bool, unfit []int, bounds []orb.Bound, within orb.Bound, all int) (r reading, ok bool) {
	best, most := asked, 0
	for _, r := range readings() {
		n := 0
		for _, i := range unfit {
			if r != asked && r.fits(bounds[i], within) {
				n++
			}
		}
		if n > most {
			best, most = r, n
		}
	}
	if most*2 <= len(unfit) {
		return asked, false
	}
	if !declared { // said already that nobody knows; now what it may be
		for _, p := range in.found.errors {
			if p.Problem == importers.ProblemCRSUnknown {
				p.Detail += fmt.Sprintf("; read as %s it lies where it should", best)
				p.Values = with(p.Values, "reading", best.String())
			}
		}
		return best, true
	}
	var f *feature
	if all == 1 {
		f = in.features[unfit[0]]
	}
	p := in.readingProblem(f, asked, best, bounds[unfit[0]])
	p.Values["count"] = most
	return best, true
}

func with(values map[string]any, name string, value any) map[string]any {
	if values == nil {
		values = map[string]any{}
	}
	values[name] = value
	return values
}

// readingProblem says that coordinates fit another reading.
func (in *intake) readingProblem(f *feature, asked, fits reading, b orb.Bound) *importers.Problem {
	name, what := importers.ProblemCRSOutOfZone, fmt.Sprintf("read as %s", fits)
	if fits.swapped && fits.crs == asked.crs {
		name, what = importers.ProblemAxisSwapped, "with the axes swapped"
	}
	c := b.Center()
	detail := fmt.Sprintf("%s, %s is not near the district as %s; %s it is; ", number(c[0]), number(c[1]), asked, what)
	switch {
	case fits.swapped:
		detail += "have the file written with easting or longitude first"
	default:
		detail += "if that is right, give --crs " + string(fits.crs)
	}
	p := in.problem(f, name, detail, map[string]any{"reading": fits.String(), "expected": string(fits.crs), "value": string(asked.crs)})
	if w, ok := fits.point(c); ok {
		p.At = &w
	}
	return p
}

func number(x float64) string {
	if math.Abs(x) > 1e12 {
		return fmt.Sprintf("%g", x)
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", x), "0"), ".")
}

// outlier is the first corner of a feature that does not lie near the district,
// where most do: ok is false where all of it lies elsewhere. It is a hole's where
// only holes do, from end to end.
func (f *feature) outlier(asked reading, within orb.Bound) (first orb.Point, hole, ok bool) {
	out, all, holes := 0, 0, 0
	for _, r := range f.raw {
		before := out
		for _, c := range r.points {
			all++
			if w, ok := asked.point(c); !ok || !within.Contains(w) {
				if out++; out == 1 {
					first = c
				}
			}
		}
		if r.hole && out-before == len(r.points) {
			holes += len(r.points)
		}
	}
	return first, holes == out, out > 0 && 2*out < all
}

// misfit says of one feature why it is not near the district.
func (in *intake) misfit(f *feature, asked reading, b, within orb.Bound, planeOf func(reading, int) *plane, i int) {
	f.misread = true
	// The axes of one feature are swapped sooner than it is in another system.
	try := append([]reading{{asked.crs, true}}, readings()...)
	for _, r := range try {
		if r != asked && r.fits(b, within) {
			in.readingProblem(f, asked, r, b)
			f.plane = planeOf(r, i)
			return
		}
	}
	c, hole, some := f.outlier(asked, within)
	if some && hole { // which is said of the hole
		f.misread, f.plane = false, planeOf(asked, i)
		return
	}
	f.astray = true
	if !some {
		c = b.Center()
	}
	p := in.problem(f, importers.ProblemOutsideDistrict, fmt.Sprintf("%s, %s is not near the district, and in no other system either", number(c[0]), number(c[1])), map[string]any{"value": string(asked.crs)})
	if w, ok := asked.point(c); ok {
		p.At = &w
		if !some { // else what is wrong with its outline is that corner
			f.plane = planeOf(asked, i)
		}
		middle := within.Center()
		away := geo.DistanceM(w, middle)
		if !math.IsNaN(away) {
			p.Values["distance_m"] = math.Round(away)
		}
	}
}
