package importers

import (
	"encoding/hex"
	"errors"

	"github.com/paulmach/orb"
)

// shapeTexts reads geometries that stand as text in a cell.
type shapeTexts struct {
	limits Limits
	json   geoJSONShape
}

// read reads WKT, WKB in hexadecimal, or the geometry of GeoJSON.
func (s *shapeTexts) read(text string) (g orb.Geometry, hadZ bool, fault *Problem) {
	switch {
	case text[0] == '{':
		return s.geoJSON(text)
	case text[0] == '0':
		b, err := hex.DecodeString(text)
		if err != nil {
			return nil, false, &Problem{Problem: ProblemFileCorrupt, Detail: "the shape is neither well-known text nor well-known binary in hexadecimal"}
		}
		return ReadWKB(b, s.limits)
	}
	g, _, hadZ, fault = ReadWKT(text, s.limits)
	return g, hadZ, fault
}

func (s *shapeTexts) geoJSON(text string) (orb.Geometry, bool, *Problem) {
	s.json.limits = s.limits
	s.json.begin()
	scan := &jsonScan{b: []byte(text), depth: s.limits.Depth}
	g, err := s.json.geometry(scan)
	var fault *Problem
	switch {
	case err == nil && scan.i == len(text):
		return g, s.json.hadZ, nil
	case errors.As(err, &fault):
		return nil, false, fault
	}
	return nil, false, &Problem{Problem: ProblemFileCorrupt, Detail: "the shape is no geometry of GeoJSON"}
}
