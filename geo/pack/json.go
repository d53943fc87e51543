package pack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/arcs"
)

// wire is a pack as JSON. Places are lon and lat in steps of 1e-7 degrees, each
// counted from the one before it: arcs and lines from the last place of the arc
// or line before, the first of all from 0, 0; labels from label to label of a kind.
type wire struct {
	LonM          float64               `json:"lon_m"` // metres in one step to the east
	LatM          float64               `json:"lat_m"`
	DisplacementM float64               `json:"displacement_m"`
	BandM         float64               `json:"band_m"`
	Exact         int                   `json:"exact"` // so many of the arcs, the first, have all their points
	Arcs          [][]int               `json:"arcs"`
	Areas         map[geo.Kind]wireKind `json:"areas"`
	Lines         []wireLine            `json:"lines"`
}

type wireKind struct {
	Whole bool       `json:"whole"`
	Areas []wireArea `json:"areas"`
}

type wireArea struct {
	Code     string         `json:"code"`
	Name     string         `json:"name"`
	NameEn   string         `json:"name_en,omitempty"`
	UnitType string         `json:"unit_type,omitempty"`
	Class    string         `json:"class,omitempty"`
	Parent   string         `json:"parent,omitempty"` // kind:code
	Homes    int            `json:"households,omitempty"`
	AreaM2   float64        `json:"area_m2"`
	Label    [2]int         `json:"label"`
	Own      bool           `json:"own,omitempty"`
	Full     bool           `json:"full,omitempty"`
	Unsure   bool           `json:"unsure,omitempty"`
	Shape    [][][]arcs.Ref `json:"shape"` // polygons of rings of arcs; -1-n is arc n from its end
}

type wireLine struct {
	Class  string `json:"class"`
	Name   string `json:"name,omitempty"`
	Places []int  `json:"places"`
}

// MarshalJSON gives the pack as phones read it.
func (p *Pack) MarshalJSON() ([]byte, error) {
	w := wire{
		LonM: p.Plane.LonM, LatM: p.Plane.LatM, DisplacementM: p.DisplacementM, BandM: p.BandM,
		Arcs: make([][]int, len(p.Arcs)), Areas: make(map[geo.Kind]wireKind, 6), Lines: make([]wireLine, len(p.Lines)),
	}
	var from geo.LatticePoint
	for i, a := range p.Arcs {
		w.Arcs[i] = deltas(a.Line, &from)
		if a.Exact {
			w.Exact++
		}
	}
	for k, kind := range geo.Kinds() {
		from = geo.LatticePoint{}
		out := wireKind{Whole: p.Whole[k], Areas: make([]wireArea, len(p.Areas[k]))}
		for i, a := range p.Areas[k] {
			at := deltas([]geo.LatticePoint{a.Label}, &from)
			parent := ""
			if a.Parent != (geo.Ref{}) {
				parent = a.Parent.String()
			}
			out.Areas[i] = wireArea{a.Code, a.Name, a.NameEn, a.UnitType, a.Class, parent, a.Households, a.AreaM2, [2]int(at), a.Own, a.Full, a.Unsure, a.Shape}
		}
		w.Areas[kind] = out
	}
	from = geo.LatticePoint{}
	for i, l := range p.Lines {
		w.Lines[i] = wireLine{l.Class, l.Name, deltas(l.Places, &from)}
	}
	return json.Marshal(w)
}

func deltas(line []geo.LatticePoint, from *geo.LatticePoint) []int {
	out := make([]int, 0, 2*len(line))
	for _, q := range line {
		out = append(out, int(q.Lon)-int(from.Lon), int(q.Lat)-int(from.Lat))
		*from = q
	}
	return out
}

// Parse reads a pack; members that it does not know are passed over. What is no
// pack is geo.ErrInvalid.
func Parse(data []byte) (*Pack, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, malformed("%v", err)
	}
	if !(w.LonM > 0 && w.LatM > 0 && w.DisplacementM >= 0 && w.BandM >= w.DisplacementM) || w.Exact < 0 || w.Exact > len(w.Arcs) {
		return nil, malformed("its measures are none")
	}
	p := &Pack{Plane: Plane{w.LonM, w.LatM}, DisplacementM: w.DisplacementM, BandM: w.BandM}
	var from geo.LatticePoint
	for i, d := range w.Arcs {
		line, ok := places(d, &from)
		if !ok || len(line) < 2 {
			return nil, malformed("arc %d is no line", i)
		}
		p.Arcs = append(p.Arcs, Arc{line, i < w.Exact})
	}
	for k, kind := range geo.Kinds() {
		from = geo.LatticePoint{}
		p.Whole[k] = w.Areas[kind].Whole
		for _, a := range w.Areas[kind].Areas {
			label, ok := places(a.Label[:], &from)
			if !ok || !p.fits(a.Shape) {
				return nil, malformed("%s %s has no shape", kind, a.Code)
			}
			var parent geo.Ref
			if a.Parent != "" {
				var err error
				if parent, err = geo.ParseRef(a.Parent); err != nil {
					return nil, malformed("%s %s has no parent that could be", kind, a.Code)
				}
			}
			p.Areas[k] = append(p.Areas[k], Area{a.Code, a.Name, a.NameEn, a.UnitType, a.Class, parent, a.Homes, a.AreaM2, label[0], a.Own, a.Full, a.Unsure, a.Shape})
		}
		if !slices.IsSortedFunc(p.Areas[k], func(a, b Area) int { return strings.Compare(a.Code, b.Code) }) {
			return nil, malformed("areas of kind %s are not in order", kind)
		}
	}
	from = geo.LatticePoint{}
	for i, l := range w.Lines {
		line, ok := places(l.Places, &from)
		if !ok {
			return nil, malformed("line %d is no line", i)
		}
		p.Lines = append(p.Lines, Line{l.Class, l.Name, line})
	}
	return p, nil
}

func malformed(format string, args ...any) error {
	return geo.Invalid("malformed-pack", "the pack cannot be read: "+fmt.Sprintf(format, args...))
}

// places adds up what deltas took apart; false where that leaves the globe.
func places(d []int, from *geo.LatticePoint) ([]geo.LatticePoint, bool) {
	out := make([]geo.LatticePoint, 0, len(d)/2)
	for i := 0; i+1 < len(d); i += 2 {
		lon, lat := int(from.Lon)+d[i], int(from.Lat)+d[i+1]
		if max(lon, -lon) > 180*geo.Scale || max(lat, -lat) > 90*geo.Scale {
			return nil, false
		}
		*from = geo.LatticePoint{Lon: int32(lon), Lat: int32(lat)}
		out = append(out, *from)
	}
	return out, len(d)%2 == 0
}

// fits reports whether the arcs of a shape are there and follow each other round.
func (p *Pack) fits(shape [][][]arcs.Ref) bool {
	ends := func(r arcs.Ref) (first, last geo.LatticePoint) {
		line := p.Arcs[r.Arc()].Line
		first, last = line[0], line[len(line)-1]
		if r.Backwards() {
			first, last = last, first
		}
		return first, last
	}
	for _, polygon := range shape {
		for _, ring := range polygon {
			if len(ring) == 0 || slices.ContainsFunc(ring, func(r arcs.Ref) bool { return r.Arc() >= len(p.Arcs) }) {
				return false
			}
			_, at := ends(ring[len(ring)-1])
			for _, r := range ring {
				first, last := ends(r)
				if first != at {
					return false
				}
				at = last
			}
		}
	}
	return true
}
