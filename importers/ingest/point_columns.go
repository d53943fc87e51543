package ingest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/importers"
)

// pointNames are names of columns with coordinates: those of x and y beside
// each other. The last two say nothing of the order: Chinese tables write X for the northing.
var pointNames = [][2][]string{
	{{"lon", "lng", "long", "longitude", "经度", "东经", "lon wgs84", "经度 wgs84"}, {"lat", "latitude", "纬度", "北纬", "lat wgs84", "纬度 wgs84"}},
	{{"easting", "east", "东坐标", "东向", "横坐标"}, {"northing", "north", "北坐标", "北向", "纵坐标"}},
	{{"x", "坐标x", "x坐标", "point x", "xcoord", "coord x"}, {"y", "坐标y", "y坐标", "point y", "ycoord", "coord y"}},
}

// PointColumns finds the columns that hold positions, by their names and by some
// rows: x is that of the longitude or easting, y that of the latitude or
// northing, both counted from 0. A column X whose numbers can only be northings
// is taken for y, as Chinese surveyors write it. ok is false where there is no pair.
func PointColumns(columns []string, samples [][]importers.Value) (x, y int, ok bool) {
	find := func(names []string) int {
		return slices.IndexFunc(columns, func(c string) bool {
			c = FoldName(c)
			return slices.ContainsFunc(names, func(n string) bool { return FoldName(n) == c })
		})
	}
	for i, pair := range pointNames {
		x, y = find(pair[0]), find(pair[1])
		if x < 0 || y < 0 {
			continue
		}
		if i == len(pointNames)-1 && northings(samples, x) && !northings(samples, y) {
			x, y = y, x
		}
		return x, y, true
	}
	return 0, 0, false
}

// northings reports whether the numbers of a column are northings of China in
// metres, and no easting of any zone can be meant.
func northings(samples [][]importers.Value, column int) bool {
	some := false
	for _, row := range samples {
		if column >= len(row) || strings.TrimSpace(row[column].Text) == "" {
			continue
		}
		v, err := ParseNumber(row[column])
		if err != nil || v < 1_900_000 || v > 6_000_000 {
			return false
		}
		some = true
	}
	return some
}

// ParseNumber reads a decimal number with a point, in half-width or full-width
// characters. Anything else is an error: commas, hexadecimal digits, NaN, infinities.
func ParseNumber(v importers.Value) (float64, error) {
	text := Fold(v.Text)
	if strings.ContainsAny(text, "xXpPnNiI_") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}
