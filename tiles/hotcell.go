package tiles

import (
	"math"
	"strconv"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// HotCell is a cell as the viewer may see it.
type HotCell struct {
	hotspot.Cell
	Households float64 // those that live in it
	Peopled    bool    // whether Households are known: not for who counts own areas only
	Stat       hotspot.Stat
	Compared   bool    // whether there is a Stat
	Hours      float64 // officers on patrol were in it
	Walked     bool    // whether Hours are known: where they were asked for
	Watched    bool    // see hotspot.Watched
	Weighed    bool    // whether that is known
}

// PerPatrolHour gives the reports per patrol hour, to three decimals; ok is false where
// nobody asked, or where there are too few hours.
func (c *HotCell) PerPatrolHour() (rate float64, ok bool) {
	if c.Suppressed || !c.Walked {
		return 0, false
	}
	rate, ok = hotspot.PerPatrolHour(c.N, c.Hours)
	return decimals(rate, 1000), ok
}

// Rate gives the reports per 1,000 households, to two decimals; ok is false
// where the count is suppressed or there are too few households.
func (c *HotCell) Rate() (rate float64, ok bool) {
	if c.Suppressed || !c.Peopled {
		return 0, false
	}
	rate, ok = hotspot.Rate(c.N, c.Households)
	return decimals(rate, 100), ok
}

// RoundedHouseholds gives the households to a tenth.
func (c *HotCell) RoundedHouseholds() float64 { return decimals(c.Households, 10) }

// RoundedStat gives z to three decimals, and p to four digits that count.
func (c *HotCell) RoundedStat() (z, p float64) { return decimals(c.Stat.Z, 1000), pValue(c.Stat.P) }

// Properties are the cell's properties in GeoJSON, the same as in tiles; what
// does not apply is absent. The caller owns them.
func (c *HotCell) Properties() map[string]any {
	out := map[string]any{"h3": c.Cell.Cell.String(), "suppressed": c.Suppressed}
	if !c.Suppressed {
		out["count"] = c.N
	}
	if rate, ok := c.Rate(); ok {
		out["rate"] = rate
	}
	if c.Peopled {
		out["households"] = c.RoundedHouseholds()
	}
	if c.Compared {
		out["z_score"], out["p_value"] = c.RoundedStat()
		out["significant"] = c.Stat.Significant
		out["analysis_h3"] = c.Stat.Cell.String()
	}
	if c.Walked {
		out["patrol_hours"] = decimals(c.Hours, 1000)
	}
	if rate, ok := c.PerPatrolHour(); ok {
		out["per_patrol_hour"] = rate
	}
	if c.Weighed {
		out["watched"] = c.Watched
	}
	return out
}

// decimals rounds to a whole number of parts.
func decimals(v, parts float64) float64 { return math.Round(v*parts) / parts }

// pValue rounds to four digits that count, however small.
func pValue(p float64) float64 {
	var buffer [32]byte
	rounded, err := strconv.ParseFloat(string(strconv.AppendFloat(buffer[:0], p, 'e', 3, 64)), 64)
	if err != nil {
		return p // not reached: it was written as a number
	}
	return rounded
}
