package basemap

import (
	"math/bits"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/paulmach/orb/maptile"
)

// template makes the address of a tile.
type template struct {
	parts  []part
	hosts  map[string]bool // every host it can name
	vector bool
	matrix map[maptile.Zoom]string // names of zooms where they are not their numbers
}

// part is a text, or what stands in its place by the tile.
type part struct {
	text string
	of   func(t *template, tile maptile.Tile) string
}

var (
	place = regexp.MustCompile(`\{[^{}]*\}`)
	twins = regexp.MustCompile(`^\{([a-z0-9])-([a-z0-9])\}$`)
)

// hasPlaces reports whether an address has places for numbers of a tile.
func hasPlaces(s string) bool { return place.MatchString(s) }

// parseTemplate reads an address with places in braces. No error holds the
// address, in which keys may stand.
func parseTemplate(s, key string) (*template, error) {
	t := &template{hosts: make(map[string]bool)}
	hostEnd, query := hostEndOf(s), strings.IndexByte(s, '?')
	var seen = make(map[string]bool)
	last := 0
	literal := func(text string) {
		if text != "" {
			t.parts = append(t.parts, part{text: text})
		}
	}
	for _, at := range place.FindAllStringIndex(s, -1) {
		name := s[at[0]:at[1]]
		literal(s[last:at[0]])
		last = at[1]
		if list := twinsOf(name); list != nil {
			if at[0] >= hostEnd {
				return nil, invalid("%s in the address of a base map stands for hosts, and has to stand in the host", name)
			}
			t.parts = append(t.parts, part{of: func(_ *template, tile maptile.Tile) string {
				return list[(tile.X+tile.Y)%uint32(len(list))]
			}})
			continue
		}
		if at[0] < hostEnd {
			return nil, invalid("the host of a base map may differ by {s}, {a-c} or {0-7}, not by %s", name)
		}
		low := strings.ToLower(strings.Trim(name, "{}"))
		switch low {
		case "key":
			if key == "" {
				return nil, invalid("the address of the base map has a place for a key: give --basemap-key")
			}
			escaped := url.PathEscape(key)
			if query >= 0 && at[0] > query {
				escaped = url.QueryEscape(key)
			}
			literal(escaped)
		case "style":
			literal("default")
		default:
			of, ok := places[low]
			if !ok {
				return nil, invalid("%s in the address of a base map is not known: {z}, {x}, {y}, {-y}, {s}, {key}, {TileMatrix}, {TileRow}, {TileCol}", name)
			}
			t.parts = append(t.parts, part{of: of})
		}
		seen[low] = true
	}
	literal(s[last:])
	switch {
	case !seen["z"] && !seen["tilematrix"], !seen["x"] && !seen["tilecol"], !seen["y"] && !seen["-y"] && !seen["tilerow"]:
		return nil, invalid("the address of a base map needs {z}, {x} and {y}, or {TileMatrix}, {TileCol} and {TileRow}")
	case key != "" && !seen["key"]:
		return nil, invalid("the address of the base map has no place {key} for the key")
	}
	for _, v := range variants(s[:hostEnd]) {
		u, err := url.Parse(v)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, invalid("the base map is not at an http or https address")
		}
		t.hosts[u.Host] = true
	}
	if len(t.hosts) == 0 {
		return nil, invalid("the host of the base map has more than %d twins", maxHosts)
	}
	u, err := url.Parse(t.address(maptile.New(0, 0, 1)))
	if err != nil || u.Fragment != "" {
		return nil, invalid("the address of the base map is not one")
	}
	if set := matrixSet(u.Query()); set != "" {
		return nil, invalid("the tile matrix set %s is in degrees: choose the service's Web Mercator set (GoogleMapsCompatible, EPSG:3857, or w)", set)
	}
	t.vector = strings.HasSuffix(u.Path, ".mvt") || strings.HasSuffix(u.Path, ".pbf")
	return t, nil
}

// places are the numbers of a tile by the names they have in addresses.
var places = map[string]func(t *template, tile maptile.Tile) string{
	"z":          func(t *template, tile maptile.Tile) string { return t.zoom(tile.Z) },
	"x":          func(_ *template, tile maptile.Tile) string { return strconv.Itoa(int(tile.X)) },
	"y":          func(_ *template, tile maptile.Tile) string { return strconv.Itoa(int(tile.Y)) },
	"-y":         func(_ *template, tile maptile.Tile) string { return strconv.Itoa(1<<tile.Z - 1 - int(tile.Y)) },
	"tilematrix": func(t *template, tile maptile.Tile) string { return t.zoom(tile.Z) },
	"tilecol":    func(_ *template, tile maptile.Tile) string { return strconv.Itoa(int(tile.X)) },
	"tilerow":    func(_ *template, tile maptile.Tile) string { return strconv.Itoa(int(tile.Y)) },
}

func (t *template) zoom(z maptile.Zoom) string {
	if name, ok := t.matrix[z]; ok {
		return name
	}
	return strconv.Itoa(int(z))
}

func (t *template) address(tile maptile.Tile) string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.of != nil {
			b.WriteString(p.of(t, tile))
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// hostEndOf is where the host of an address ends.
func hostEndOf(s string) int {
	start := strings.Index(s, "://") + 3
	if end := strings.IndexAny(s[start:], "/?#"); end >= 0 {
		return start + end
	}
	return len(s)
}

// twinsOf lists what a place such as {s}, {a-c} or {0-7} stands for; nil for
// other places.
func twinsOf(name string) []string {
	if name == "{s}" {
		name = "{a-c}"
	}
	m := twins.FindStringSubmatch(name)
	if m == nil || m[1] > m[2] || (m[1] <= "9") != (m[2] <= "9") {
		return nil
	}
	var out []string
	for c := m[1][0]; c <= m[2][0]; c++ {
		out = append(out, string(c))
	}
	return out
}

// maxHosts is how many twins a host may have in all.
const maxHosts = 100

// variants lists what a text with places for twins can be; nothing where that
// is more than maxHosts.
func variants(s string) []string {
	out, last := []string{""}, 0
	each := func(ends ...string) {
		if len(out)*len(ends) > maxHosts {
			ends = nil
		}
		var longer []string
		for _, start := range out {
			for _, end := range ends {
				longer = append(longer, start+end)
			}
		}
		out = longer
	}
	for _, at := range place.FindAllStringIndex(s, -1) {
		each(s[last:at[0]])
		each(twinsOf(s[at[0]:at[1]])...)
		last = at[1]
	}
	each(s[last:])
	return out
}

// matrixSet gives the set that a query asks for where it is one in degrees.
func matrixSet(q url.Values) string {
	for name, v := range q {
		if !strings.EqualFold(name, "TileMatrixSet") || len(v) == 0 {
			continue
		}
		set := strings.ToUpper(v[0])
		for _, end := range []string{"4326", "4490", "CRS84", "CRS84QUAD"} {
			if strings.HasSuffix(set, end) {
				return v[0]
			}
		}
		if set == "C" { // Tianditu's
			return v[0]
		}
	}
	return ""
}

// onEarth reports whether a tile is one of the world's.
func onEarth(t maptile.Tile) bool {
	return t.Z <= deepestZoom && bits.Len32(t.X) <= int(t.Z) && bits.Len32(t.Y) <= int(t.Z)
}
