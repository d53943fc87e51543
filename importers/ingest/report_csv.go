package ingest

import (
	"io"
	"strconv"

	"github.com/gridpatrol/gridpatrol/importers"
)

// WriteCSV writes the problems of the report as a table for spreadsheets.
func (r *Report) WriteCSV(w io.Writer) error {
	out, err := importers.NewCSV(w, "feature", "line", "code", "problem", "severity", "detail", "lon", "lat", "area_m2", "width_m", "repair")
	if err != nil {
		return err
	}
	whole := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	number := func(x float64, decimals int) string {
		if x == 0 {
			return ""
		}
		return strconv.FormatFloat(x, 'f', decimals, 64)
	}
	for _, p := range r.Problems {
		severity, lon, lat := "error", "", ""
		if p.Warning {
			severity = "warning"
		}
		if p.At != nil {
			lon, lat = strconv.FormatFloat(p.At[0], 'f', 7, 64), strconv.FormatFloat(p.At[1], 'f', 7, 64)
		}
		if err := out.Row(whole(p.Feature), whole(p.Line), p.Code, p.Problem, severity, p.Detail, lon, lat, number(p.AreaM2, 2), number(p.WidthM, 3), p.Repair); err != nil {
			return err
		}
	}
	return out.Close()
}
