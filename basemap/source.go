package basemap

import (
	"context"
	"maps"
	"strings"

	"github.com/paulmach/orb/maptile"
)

// source gives tiles of one layer as they are kept at their origin. A tile that
// is not there is the zero content. Safe for concurrent use.
type source interface {
	tile(ctx context.Context, t maptile.Tile) (content, error)
}

// open makes the layers of the source that c names, and what is known of them,
// from the source too where it may ask.
func (s *Server) open(ctx context.Context, c Config, ask bool) error {
	name := strings.TrimSpace(c.Source)
	s.info = Info{Kind: Raster, TileSize: 256, MaxZoom: c.MaxZoom}
	if preset, ok := strings.CutPrefix(name, "tianditu:"); ok {
		return s.openTianditu(preset, c)
	}
	if strings.HasSuffix(strings.ToLower(name), ".pmtiles") {
		if strings.Contains(name, "://") {
			return invalid("a PMTiles file has to lie on this machine: download it, and name its path")
		}
		return s.openFile(name, c)
	}
	if !strings.HasPrefix(name, "http://") && !strings.HasPrefix(name, "https://") {
		return invalid("a base map is an http or https address with {z}, {x} and {y}, that of a WMTS, tianditu:vec, tianditu:img, tianditu:ter, or a .pmtiles file")
	}
	if !hasPlaces(strings.ReplaceAll(name, "{key}", "")) {
		return s.openWMTS(ctx, name, c, ask)
	}
	t, err := parseTemplate(name, c.Key)
	if err != nil {
		return err
	}
	return s.openTemplates(c, t)
}

// openTemplates makes the layers of addresses on one host.
func (s *Server) openTemplates(c Config, templates ...*template) error {
	s.remote = newRemote(s, c)
	for _, t := range templates {
		maps.Copy(s.remote.hosts, t.hosts)
		if t.vector {
			s.info.Kind = Vector
			s.info.TileSize = 512
		}
		s.layers = append(s.layers, &addressed{s.remote, t, s.info.Kind})
	}
	if s.info.MaxZoom == 0 {
		s.info.MaxZoom = defaultMaxZoom
	}
	return nil
}

// addressed is a layer whose tiles have addresses by one template.
type addressed struct {
	remote   *remote
	template *template
	kind     Kind
}

func (a *addressed) tile(ctx context.Context, t maptile.Tile) (content, error) {
	return a.remote.fetch(ctx, a.template.address(t), a.kind)
}

// The map of the world that China's surveying administration serves. Its sets
// ending in w are cut like everybody's Web Mercator tiles; their datum is
// CGCS2000.
const tiandituAddress = "https://t{0-7}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}" +
	"&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"

// tiandituLayers are the presets, each with the layer of its names.
var tiandituLayers = map[string][]string{"vec": {"vec", "cva"}, "img": {"img", "cia"}, "ter": {"ter", "cta"}}

func (s *Server) openTianditu(preset string, c Config) error {
	names, ok := tiandituLayers[preset]
	switch {
	case !ok:
		return invalid("tianditu:%s is not known: tianditu:vec, tianditu:img or tianditu:ter", preset)
	case c.Key == "":
		return invalid("Tianditu needs a key: --basemap-key")
	}
	var templates []*template
	for _, name := range names {
		t, err := parseTemplate(strings.ReplaceAll(tiandituAddress, "{layer}", name), c.Key)
		if err != nil {
			return err
		}
		templates = append(templates, t)
	}
	s.info.Attribution = "国家地理信息公共服务平台（天地图）"
	s.info.MinZoom = 1
	if preset == "ter" && s.info.MaxZoom == 0 {
		s.info.MaxZoom = 14
	}
	return s.openTemplates(c, templates...)
}
