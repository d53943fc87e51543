package cql

import "github.com/paulmach/orb"

// geometry reads a geometry as WKT, or BBOX. Heights are read and forgotten,
// with a Z before them or without one.
func (p *parser) geometry() (orb.Geometry, error) {
	word := p.upper
	if err := p.step(); err != nil {
		return nil, err
	}
	if word == "BBOX" {
		return p.bbox()
	}
	if p.word("Z") {
		if err := p.step(); err != nil {
			return nil, err
		}
	}
	switch word {
	case "POINT":
		return p.point()
	case "LINESTRING":
		return p.line()
	case "POLYGON":
		return p.polygon()
	case "MULTIPOINT":
		points, err := list(p, p.pointOfMany)
		return orb.MultiPoint(points), err
	case "MULTILINESTRING":
		lines, err := list(p, p.line)
		return orb.MultiLineString(lines), err
	case "MULTIPOLYGON":
		polygons, err := list(p, p.polygon)
		return orb.MultiPolygon(polygons), err
	}
	members, err := list(p, p.member)
	return orb.Collection(members), err
}

// list reads one or more items in parentheses, with commas between.
func list[T any](p *parser, item func() (T, error)) (items []T, err error) {
	if err := p.skip("("); err != nil {
		return nil, err
	}
	for {
		one, err := item()
		if err != nil {
			return nil, err
		}
		items = append(items, one)
		if !p.symbol(",") {
			if !p.symbol(")") {
				return nil, p.expected(", or )")
			}
			return items, p.step()
		}
		if err := p.step(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) member() (orb.Geometry, error) {
	switch p.upper {
	case "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON":
		if p.kind == tokenName {
			return p.geometry()
		}
	}
	return nil, p.expected("a geometry that is no collection")
}

// position reads two coordinates, or three of which it drops the last.
func (p *parser) position() (q orb.Point, err error) {
	for i := range q {
		if q[i], err = p.number(); err != nil {
			return q, err
		}
	}
	if p.kind == tokenNumber || p.symbol("-") || p.symbol("+") {
		_, err = p.number()
	}
	return q, err
}

func (p *parser) point() (orb.Point, error) {
	if err := p.skip("("); err != nil {
		return orb.Point{}, err
	}
	q, err := p.position()
	if err != nil {
		return q, err
	}
	return q, p.skip(")")
}

// pointOfMany reads a point with its parentheses, or without as older WKT has it.
func (p *parser) pointOfMany() (orb.Point, error) {
	if p.symbol("(") {
		return p.point()
	}
	return p.position()
}

func (p *parser) line() (orb.LineString, error) {
	at := p.token.at
	points, err := list(p, p.position)
	if err == nil && len(points) < 2 {
		err = faultAt(at, "a line has two points or more")
	}
	return points, err
}

func (p *parser) polygon() (orb.Polygon, error) { return list(p, p.ring) }

func (p *parser) ring() (orb.Ring, error) {
	at := p.token.at
	points, err := list(p, p.position)
	switch {
	case err != nil:
	case len(points) < 4:
		err = faultAt(at, "a ring has four points or more, the last as the first")
	case points[0] != points[len(points)-1]:
		err = faultAt(at, "the ring is not closed: its last point is not its first")
	}
	return points, err
}

func (p *parser) bbox() (orb.Geometry, error) {
	at := p.token.at
	n, err := list(p, p.number)
	switch {
	case err != nil:
		return nil, err
	case len(n) == 4:
		return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
	case len(n) == 6:
		return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[3], n[4]}}, nil
	}
	return nil, faultAt(at, "a BBOX has four numbers, or six with heights")
}
