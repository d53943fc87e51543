package redraw

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxLine is how many corners a line that splits may have.
const maxLine = 2000

func (op Split) apply(e *edit) error {
	slot, err := e.find(op.Area, "/code")
	if err != nil {
		return err
	}
	if err := e.unlocked(slot); err != nil {
		return err
	}
	c := cut{lines: e.plot(slot).lines, at: map[edge][]geo.LatticePoint{}, ends: map[geo.LatticePoint]bool{}}
	if err := c.lay(op.Line); err != nil {
		return err
	}
	pieces := c.pieces()
	if len(pieces) == 0 {
		return invalid("line-does-not-cross", fmt.Sprintf("the line does not cross %s from edge to edge", op.Area), "/line")
	}
	c.insert(e, pieces)
	keep, parts, err := c.faces(e.plot(slot).lines, pieces)
	if err != nil {
		return shapeProblem(op.Area, err)
	}
	if len(parts) == 0 {
		return invalid("line-does-not-cross", fmt.Sprintf("the line does not divide %s", op.Area), "/line")
	}
	return op.divide(e, slot, keep, parts)
}

// divide makes the areas of the parts.
func (op Split) divide(e *edit, slot int32, keep outline, parts []outline) error {
	old := e.plot(slot).area
	var made []int32
	for i, lines := range parts {
		a := old
		a.ID, a.Alias, a.NameEn = e.nextID(), nil, ""
		a.Code = op.NewCode
		if i > 0 || a.Code == "" {
			code, err := e.freeCode(old.Kind, old.Code)
			if err != nil {
				return err
			}
			a.Code = code
		} else if err := e.codeFree(a.Ref(), a.ID, e.plot(slot)); err != nil {
			return err
		}
		a.Name = op.NewName
		if i > 0 || a.Name == "" {
			a.Name = a.Code
		}
		a.Households, a.Population = 0, 0
		made = append(made, e.create(a, lines))
	}
	e.reshape(slot, keep, true)
	e.adopt(op.Area, func(child *plot) geo.Ref {
		p, _ := geo.PointOnSurface(child.area.Shape)
		q, _ := geo.Snap(p)
		for _, slot := range made {
			if e.plot(slot).touches(q) {
				return e.plot(slot).area.Ref()
			}
		}
		return op.Area
	})
	return nil
}

// cut is a line laid over an outline.
type cut struct {
	lines outline
	path  []geo.LatticePoint          // the line, with a node wherever it meets the outline
	ends  map[geo.LatticePoint]bool   // those nodes
	at    map[edge][]geo.LatticePoint // side → the nodes that it gets
}

// lay finds where the line meets the outline.
func (c *cut) lay(line []geo.LatticePoint) error {
	line = slices.Compact(slices.Clone(line))
	if len(line) < 2 || len(line) > maxLine {
		return invalid("bad-line", fmt.Sprintf("the line needs 2 to %d different corners", maxLine), "/line")
	}
	for i := 1; i < len(line); i++ {
		for k := i + 1; k < len(line); k++ {
			how, at := geo.Meet(line[i-1], line[i], line[k-1], line[k])
			if how == geo.Crosses || how == geo.Touches && !(k == i+1 && at == line[i]) {
				p := at.Point()
				return invalid("line-crosses-itself", fmt.Sprintf("the line meets itself near %.7f %.7f", p[0], p[1]), "/line")
			}
		}
	}
	for i := 1; i < len(line); i++ {
		s := edge{line[i-1], line[i]}
		met := c.meet(s)
		c.path = append(append(c.path, s.a), met...)
	}
	c.path = slices.Compact(append(c.path, line[len(line)-1]))
	return nil
}

// meet gives the nodes in which a side of the line meets the outline, along it.
func (c *cut) meet(s edge) (met []geo.LatticePoint) {
	for _, f := range c.lines.near(edgeBox(s)) {
		for _, q := range meetings(s, f) {
			c.ends[q] = true
			met = append(met, q)
			if q != f.a && q != f.b && !slices.Contains(c.at[f], q) {
				c.at[f] = append(c.at[f], q)
			}
		}
	}
	slices.SortFunc(met, func(p, q geo.LatticePoint) int { return s.order(p, q) })
	return slices.Compact(met)
}

// order compares places by how far along a side they are.
func (e edge) order(p, q geo.LatticePoint) int {
	dx, dy := int64(e.b.Lon)-int64(e.a.Lon), int64(e.b.Lat)-int64(e.a.Lat)
	d := dx*(int64(p.Lon)-int64(q.Lon)) + dy*(int64(p.Lat)-int64(q.Lat))
	return int(min(max(d, -1), 1))
}

// crossing gives the lattice place next to where two sides cross, exactly rounded,
// halves up.
func crossing(s, f edge) geo.LatticePoint {
	u, v := geo.Turn(s.a, s.b, f.a), geo.Turn(s.a, s.b, f.b)
	den := new(big.Int).Sub(big.NewInt(u), big.NewInt(v))
	at := func(a, b int32) int32 { // a + (b−a)·u/(u−v), as ⌊(2·n + d) / 2·d⌋
		num := new(big.Int).Mul(big.NewInt(int64(b)-int64(a)), big.NewInt(u))
		d := new(big.Int).Set(den)
		if d.Sign() < 0 {
			d.Neg(d)
			num.Neg(num)
		}
		num.Lsh(num, 1).Add(num, d)
		return a + int32(num.Div(num, d.Lsh(d, 1)).Int64())
	}
	return geo.LatticePoint{Lon: at(f.a.Lon, f.b.Lon), Lat: at(f.a.Lat, f.b.Lat)}
}

// pieces gives the stretches of the line that run inside the outline from edge to
// edge.
func (c *cut) pieces() (out [][]geo.LatticePoint) {
	start := -1
	for i, q := range c.path {
		if !c.ends[q] {
			continue
		}
		if start >= 0 {
			if in, on := c.lines.place(edge{c.path[start], c.path[start+1]}); in && !on {
				out = append(out, c.path[start:i+1])
			}
		}
		start = i
	}
	return out
}

// insert puts the ends of the pieces on the sides they meet, for all areas that
// share those.
func (c *cut) insert(e *edit, pieces [][]geo.LatticePoint) {
	used := map[geo.LatticePoint]bool{}
	for _, p := range pieces {
		used[p[0]], used[p[len(p)-1]] = true, true
	}
	var sides []edge
	for f, nodes := range c.at {
		c.at[f] = slices.DeleteFunc(nodes, func(q geo.LatticePoint) bool { return !used[q] })
		slices.SortFunc(c.at[f], f.order)
		if len(c.at[f]) > 0 {
			sides = append(sides, f)
		}
	}
	sortEdges(sides)
	for _, f := range sides {
		e.insert(f, c.at[f])
	}
}

// faces gives what the pieces make of the outline, which has their ends as nodes:
// the parts but for the largest, large ones first, and what keeps the code.
func (c *cut) faces(lines outline, pieces [][]geo.LatticePoint) (keep outline, parts []outline, err error) {
	sides := lines.all()
	fresh := map[edge]bool{}
	for _, p := range pieces {
		for i := 1; i < len(p); i++ {
			e := edge{p[i-1], p[i]}
			fresh[e], fresh[e.reversed()] = true, true
			sides = append(sides, e, e.reversed())
		}
	}
	rings, ok := trace(sides)
	if !ok {
		return nil, nil, &geo.GeometryError{Rule: geo.RuleNotClosed, At: pieces[0][0].Point()}
	}
	all, err := polygons(rings)
	if err != nil {
		return nil, nil, err
	}
	for _, polygon := range all {
		part := outline{polygon}
		if _, err := geo.NormalizeShape(part.shape(nil, nil)); err != nil {
			return nil, nil, err
		}
		divided := false
		part.edges(func(e edge) bool { divided = fresh[e]; return !divided })
		if divided {
			parts = append(parts, part)
		} else {
			keep = append(keep, polygon)
		}
	}
	slices.SortStableFunc(parts, func(a, b outline) int {
		return int(min(max(b.twiceArea()-a.twiceArea(), -1), 1))
	})
	if len(parts) < 2 {
		return nil, nil, nil
	}
	return append(parts[0], keep...), parts[1:], nil
}
