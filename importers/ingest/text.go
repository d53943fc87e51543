package ingest

import (
	"math"
	"strconv"
)

// metres writes a length for people.
func metres(m float64) string {
	switch {
	case m >= 10_000:
		return strconv.FormatFloat(m/1000, 'f', 0, 64) + " km"
	case m >= 10:
		return strconv.FormatFloat(m, 'f', 0, 64) + " m"
	}
	return strconv.FormatFloat(m, 'f', 2, 64) + " m"
}

// squareMetres writes an area for people.
func squareMetres(m2 float64) string {
	if m2 >= 100 {
		return strconv.FormatFloat(m2, 'f', 0, 64) + " m²"
	}
	return strconv.FormatFloat(m2, 'f', 2, 64) + " m²"
}

// round3 rounds to thousandths, for values of reports.
func round3(x float64) float64 { return math.Round(x*1000) / 1000 }
