package tiles

import (
	"strconv"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// appendCells appends the cells as a JSON array of GeoJSON features, members
// and properties in the order that encoding/json has them. Where there are
// counts by frame, they are those of the cells.
func appendCells(b []byte, cells []HotCell, counts [][]*int) []byte {
	b = append(b, '[')
	for i := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		var frames []*int
		if counts != nil {
			frames = counts[i]
		}
		b = appendCell(b, &cells[i], frames)
	}
	return append(b, ']')
}

func appendCell(b []byte, c *HotCell, counts []*int) []byte {
	var name [15]byte
	hexadecimal(&name, uint64(c.Cell.Cell))
	b = append(append(append(b, `{"id":"`...), name[:]...), `","type":"Feature","geometry":{"type":"Polygon","coordinates":[[`...)
	for i, p := range cell.Boundary(c.Cell.Cell)[0] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(append(b, '['), p[0])
		b = append(appendNumber(append(b, ','), p[1]), ']')
	}
	b = append(b, `]]},"properties":{`...)
	if c.Compared {
		var of [15]byte
		hexadecimal(&of, uint64(c.Stat.Cell))
		b = append(append(append(b, `"analysis_h3":"`...), of[:]...), `",`...)
	}
	if !c.Suppressed {
		b = append(strconv.AppendInt(append(b, `"count":`...), int64(c.N), 10), ',')
	}
	if counts != nil {
		b = append(b, `"counts":[`...)
		for i, n := range counts {
			if i > 0 {
				b = append(b, ',')
			}
			if n == nil {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendInt(b, int64(*n), 10)
			}
		}
		b = append(b, `],`...)
	}
	b = append(append(append(b, `"h3":"`...), name[:]...), '"')
	if c.Peopled {
		b = appendNumber(append(b, `,"households":`...), decimals(c.Households, 10))
	}
	if c.Compared {
		b = strconv.AppendFloat(append(b, `,"p_value":`...), pValue(c.Stat.P), 'g', -1, 64) // may be very small
	}
	if c.Walked {
		b = appendNumber(append(b, `,"patrol_hours":`...), decimals(c.Hours, 1000))
	}
	if rate, ok := c.PerPatrolHour(); ok {
		b = appendNumber(append(b, `,"per_patrol_hour":`...), rate)
	}
	if rate, ok := c.Rate(); ok {
		b = appendNumber(append(b, `,"rate":`...), rate)
	}
	if c.Compared {
		b = strconv.AppendBool(append(b, `,"significant":`...), c.Stat.Significant)
	}
	b = strconv.AppendBool(append(b, `,"suppressed":`...), c.Suppressed)
	if c.Weighed {
		b = strconv.AppendBool(append(b, `,"watched":`...), c.Watched)
	}
	if c.Compared {
		b = appendNumber(append(b, `,"z_score":`...), decimals(c.Stat.Z, 1000))
	}
	return append(b, `}}`...)
}

func appendNumber(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', -1, 64) }
