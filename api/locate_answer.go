package api

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// appendLocateAnswer writes a locateAnswer as encoding/json does, byte for
// byte, from parts that are JSON already; reflection would take longer than the
// lookup and all else together. Distances are in metres, +Inf for none.
func appendLocateAnswer(b []byte, p orb.Point, revision int, plan *geo.ID, n *notice, edgeDistanceM float64, candidates []locate.Candidate) []byte {
	b = append(b, `{"point":{"lon":`...)
	b = appendNumber(b, p[0])
	b = append(b, `,"lat":`...)
	b = appendNumber(b, p[1])
	b = append(b, `},"revision":`...)
	b = strconv.AppendInt(b, int64(revision), 10)
	b = appendPlan(b, plan)
	b = append(b, `,"areas":`...)
	b = append(b, n.areas...)
	b = append(b, `,"responsible":`...)
	b = append(b, n.responsible...)
	b = append(b, `,"boundary_distance_m":`...)
	b = appendMetres(b, edgeDistanceM)
	b = append(b, `,"candidates":[`...)
	for i := range candidates {
		c := &candidates[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"kind":`...)
		b = appendText(b, string(c.Area.Kind))
		b = append(b, `,"code":`...)
		b = appendText(b, c.Area.Code)
		b = append(b, `,"distance_m":`...)
		b = appendMetres(b, c.DistanceM)
		b = append(b, `,"probability":`...)
		b = appendNumber(b, share(c.Probability))
		b = append(b, '}')
	}
	b = append(b, ']')
	if n.synthetic {
		b = append(b, `,"synthetic":true`...)
	}
	return append(b, '}')
}

// appendPlan writes the member plan, nothing without one.
func appendPlan(b []byte, plan *geo.ID) []byte {
	if plan == nil {
		return b
	}
	return append(append(append(b, `,"plan":"`...), plan.String()...), '"')
}

// appendMetres writes a distance to 0.1 m, null for none.
func appendMetres(b []byte, m float64) []byte {
	if math.IsInf(m, 0) || math.IsNaN(m) {
		return append(b, "null"...)
	}
	return appendNumber(b, decimetres(m))
}

// appendNumber writes a finite number as encoding/json does: the shortest text
// that reads back the same, with an exponent where ECMAScript has one.
func appendNumber(b []byte, x float64) []byte {
	abs := math.Abs(x)
	if abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, x, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, x, 'e', -1, 64)
	// 1e-07 is 1e-7 there.
	if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// appendText writes a string as encoding/json does.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
