package tiles

import (
	"net/http"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// object is a JSON object of the style, whose form is MapLibre's
// (https://maplibre.org/maplibre-style-spec/).
type object = map[string]any

// style answers with a MapLibre style of every layer. It names no glyphs and
// no sprites: there is no server of either, and without glyphs a browser draws
// labels with its own fonts.
func (s *Server) style(w http.ResponseWriter, r *http.Request) error {
	q, err := query(r, "at", "plan")
	if err != nil {
		return err
	}
	snapshot, err := s.snapshot(r, q)
	if err != nil {
		return err
	}
	suffix := ".json" + which(q)
	sources := object{}
	caching := caching(q)
	for name, l := range s.layers {
		if l.source == fromPatrols {
			// Maps ask for every source there is: who would be refused is not told of it.
			w.Header().Set("Vary", "Authorization, Cookie")
			if !s.c.Viewer(r).ReadsPatrols() {
				continue
			}
			caching = ownOnly
		}
		sources[name] = object{"type": "vector", "url": s.c.PublicURL(r) + "/tiles/" + name + suffix}
	}
	layers := slices.DeleteFunc(styleLayers(), func(l object) bool {
		name, drawn := l["source"].(string)
		return drawn && sources[name] == nil
	})
	center := bounds(snapshot).Center()
	out := object{
		"version": 8,
		"name":    "gridpatrol",
		"sources": sources,
		"center":  center,
		"zoom":    10,
		"layers":  layers,
	}
	if a := attribution(snapshot); a != "" {
		out["metadata"] = object{"attribution": a}
	}
	return writeJSON(w, r, caching, out)
}

// Style gives a MapLibre style of tiles of several layers that come from one
// source, whose TileJSON is at url; ready to be encoded.
func (s *Server) Style(snapshot *locate.Snapshot, names []string, url string) any {
	const source = "gridpatrol"
	layers := slices.DeleteFunc(styleLayers(), func(l object) bool {
		name, drawn := l["source"].(string)
		if drawn {
			l["source"] = source
		}
		return drawn && !slices.Contains(names, name)
	})
	out := object{
		"version": 8,
		"name":    source,
		"sources": object{source: object{"type": "vector", "url": url}},
		"center":  bounds(snapshot).Center(),
		"zoom":    10,
		"layers":  layers,
	}
	if a := attribution(snapshot); a != "" {
		out["metadata"] = object{"attribution": a}
	}
	return out
}

// styleLayers gives what is drawn, from the ground up.
func styleLayers() []object {
	draw := func(id, source, kind string, paint object, more ...object) object {
		l := object{"id": id, "type": kind, "source": source, "source-layer": source, "paint": paint}
		for _, m := range more {
			for k, v := range m {
				l[k] = v
			}
		}
		return l
	}
	line := func(source, colour string, width float64) object {
		return draw(source, source, "line", object{"line-color": colour, "line-width": width})
	}
	byZoom := func(stops ...any) []any {
		return append([]any{"interpolate", []any{"exponential", 1.5}, []any{"zoom"}}, stops...)
	}
	class := func(classes ...any) object {
		return object{"filter": []any{"in", []any{"get", "class"}, []any{"literal", classes}}}
	}
	return []object{
		{"id": "background", "type": "background", "paint": object{"background-color": "#f6f4ee"}},
		draw("villages-fill", "villages", "fill", object{"fill-color": "#e9eedd", "fill-opacity": 0.5}),
		draw("rivers", "roads", "line", object{"line-color": "#8fb9d6", "line-width": byZoom(8, 0.6, 16, 6)}, class("river", "stream")),
		draw("houses", "roads", "fill", object{"fill-color": "#d8cfc2"}, class("houses")),
		draw("tracks", "roads", "line", object{"line-color": "#c9c2b4", "line-width": byZoom(12, 0.5, 16, 2)}, class("track")),
		draw("roads", "roads", "line", object{"line-color": "#ffffff", "line-width": byZoom(10, 0.6, 16, 6)}, class("road")),
		draw("main-roads", "roads", "line", object{"line-color": "#f2c46d", "line-width": byZoom(8, 1, 16, 9)}, class("road_main")),
		draw("hotspots", "hotspots", "fill", object{
			"fill-color": []any{"case", []any{"to-boolean", []any{"get", "suppressed"}}, "#fde7c8",
				[]any{"interpolate", []any{"linear"}, []any{"coalesce", []any{"get", "count"}, 0}, 1, "#fdd49e", 10, "#fc8d59", 50, "#d7301f", 250, "#7f0000"}},
			"fill-opacity": 0.45,
		}),
		// Off at first: it lies over the hot spots.
		draw("coverage", "coverage", "fill", object{
			"fill-color":   []any{"interpolate", []any{"linear"}, []any{"get", "days_since"}, 0, "#1a9850", 3, "#a6d96a", 7, "#fee08b", 14, "#f46d43", 30, "#a50026"},
			"fill-opacity": 0.5,
		}, object{"layout": object{"visibility": "none"}}),
		draw("compounds-fill", "compounds", "fill", object{"fill-color": "#b8a1c9", "fill-opacity": 0.25}),
		line("compounds", "#8a6aa3", 1),
		line("village_groups", "#a7b08c", 0.6),
		line("villages", "#7c8a5a", 1),
		line("grids", "#1f6f8b", 1.6),
		line("townships", "#6b4f3a", 2),
		line("districts", "#3a2a20", 2.6),
		draw("reports", "reports", "circle", object{
			"circle-radius":       4,
			"circle-color":        []any{"case", []any{"to-boolean", []any{"get", "overdue"}}, "#b3001b", "#e07a1f"},
			"circle-stroke-color": "#ffffff",
			"circle-stroke-width": 1,
		}),
	}
}
