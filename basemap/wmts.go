package basemap

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"
)

// capabilities is what is read of a WMTS capabilities document (OGC 07-057r7).
type capabilities struct {
	XMLName xml.Name          `xml:"Capabilities"`
	Layers  []capableLayer    `xml:"Contents>Layer"`
	Sets    []capableMatrices `xml:"Contents>TileMatrixSet"`
}

type capableLayer struct {
	Name    string   `xml:"Identifier"`
	Formats []string `xml:"Format"`
	Styles  []struct {
		Name    string `xml:"Identifier"`
		Default bool   `xml:"isDefault,attr"`
	} `xml:"Style"`
	Sets      []string `xml:"TileMatrixSetLink>TileMatrixSet"`
	Resources []struct {
		Format   string `xml:"format,attr"`
		Type     string `xml:"resourceType,attr"`
		Template string `xml:"template,attr"`
	} `xml:"ResourceURL"`
}

type capableMatrices struct {
	Name     string `xml:"Identifier"`
	CRS      string `xml:"SupportedCRS"`
	Matrices []struct {
		Name   string  `xml:"Identifier"`
		Scale  float64 `xml:"ScaleDenominator"`
		Corner string  `xml:"TopLeftCorner"`
		Width  int     `xml:"TileWidth"`
		Height int     `xml:"TileHeight"`
	} `xml:"TileMatrix"`
}

// service is a layer of a WMTS whose capabilities are read when they can be had.
type service struct {
	remote  *remote
	address string // of the capabilities
	layer   string // that the operator chose; empty: the first that can be used
	key     string

	flight singleflight.Group
	chosen atomic.Pointer[choice] // nil: not read yet
}

// choice is what was taken of the capabilities.
type choice struct {
	template *template
	zooms    []maptile.Zoom
	side     int // pixels of a tile
}

const maxCapabilities = 16 << 20

// openWMTS reads the capabilities at an address. Where they cannot be had now,
// they are read when a tile is wanted.
func (s *Server) openWMTS(ctx context.Context, address string, c Config, ask bool) error {
	address, layer, _ := strings.Cut(address, "#")
	address, err := withKey(address, c.Key)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return invalid("the base map is not at an http or https address")
	}
	s.remote = newRemote(s, c)
	s.remote.hosts[u.Host] = true
	layer, err = url.PathUnescape(layer)
	if err != nil {
		return invalid("the name of the layer behind # cannot be read")
	}
	w := &service{remote: s.remote, address: address, layer: layer, key: c.Key}
	s.layers = []source{w}
	most := defaultMaxZoom
	if ask {
		chosen, err := w.ready(ctx)
		switch {
		case isUnusable(err):
			return err
		case err != nil:
			s.log.Warn("the capabilities of the base map cannot be read now; they are when a tile is wanted", "cause", err)
		default:
			s.info.MinZoom, s.info.TileSize = int(slices.Min(chosen.zooms)), chosen.side
			most = int(slices.Max(chosen.zooms))
		}
	}
	if s.info.MaxZoom == 0 || s.info.MaxZoom > most {
		s.info.MaxZoom = most
	}
	return nil
}

// withKey puts the key where an address of capabilities has {key}.
func withKey(address, key string) (string, error) {
	switch has := strings.Contains(address, "{key}"); {
	case has && key == "":
		return "", invalid("the address of the base map has a place for a key: give --basemap-key")
	case !has && key != "":
		return "", invalid("the address of the base map has no place {key} for the key")
	}
	return strings.ReplaceAll(address, "{key}", url.QueryEscape(key)), nil
}

// unusable is a fault of the capabilities themselves, which asking again does
// not mend.
type unusable struct{ error }

func (u unusable) Unwrap() error { return u.error }

func isUnusable(err error) bool { _, ok := errors.AsType[unusable](err); return ok }

func (w *service) tile(ctx context.Context, t maptile.Tile) (content, error) {
	c, err := w.ready(ctx)
	if err != nil {
		return content{}, err
	}
	if !slices.Contains(c.zooms, t.Z) {
		return content{keep: keepLong}, nil
	}
	return w.remote.fetch(ctx, c.template.address(t), Raster)
}

// ready gives what was taken of the capabilities, which are read until they
// could be once.
func (w *service) ready(ctx context.Context) (*choice, error) {
	if c := w.chosen.Load(); c != nil {
		return c, nil
	}
	c, err, _ := w.flight.Do("", func() (any, error) {
		var read capabilities
		_, _, err := w.remote.get(ctx, w.address, maxCapabilities, func(body []byte) error {
			if len(body) == 0 || xml.Unmarshal(body, &read) != nil {
				return errContent
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		c, err := w.choose(&read)
		if err != nil {
			return nil, unusable{err}
		}
		w.chosen.Store(c)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return c.(*choice), nil
}

// choose takes layer, format and matrices from capabilities.
func (w *service) choose(c *capabilities) (*choice, error) {
	matrices, refused := make(map[string]capableMatrices), []string(nil)
	for _, m := range c.Sets {
		if zooms, _ := m.zooms(); zooms != nil {
			matrices[m.Name] = m
		} else {
			refused = append(refused, fmt.Sprintf("%s (%s)", m.Name, m.CRS))
		}
	}
	var names []string
	for _, l := range c.Layers {
		names = append(names, l.Name)
		if w.layer != "" && l.Name != w.layer {
			continue
		}
		format := l.format()
		at := slices.IndexFunc(l.Sets, func(name string) bool { _, ok := matrices[name]; return ok })
		if format == "" || at < 0 {
			continue
		}
		return w.take(l, format, matrices[l.Sets[at]])
	}
	if w.layer != "" && !slices.Contains(names, w.layer) {
		return nil, invalid("the WMTS has no layer %q; it has %s", w.layer, strings.Join(names, ", "))
	}
	return nil, invalid("the WMTS has no layer of pictures in a Web Mercator tile matrix set; its other sets are %s", strings.Join(refused, ", "))
}

// format gives the format to ask for, the empty string where there is none.
func (l capableLayer) format() string {
	for _, f := range []string{"image/png", "image/jpeg", "image/jpg", "image/webp", "image/png8", "tiles"} {
		if slices.Contains(l.Formats, f) {
			return f
		}
	}
	return ""
}

func (w *service) take(l capableLayer, format string, m capableMatrices) (*choice, error) {
	style := ""
	for _, s := range l.Styles {
		if s.Default || style == "" {
			style = s.Name
		}
	}
	var t *template
	var err error
	for _, r := range l.Resources {
		if r.Type != "tile" || r.Format != format {
			continue
		}
		fill := strings.NewReplacer("{TileMatrixSet}", url.PathEscape(m.Name), "{Style}", url.PathEscape(style), "{style}", url.PathEscape(style),
			"{Layer}", url.PathEscape(l.Name), "{key}", url.QueryEscape(w.key))
		if t, err = parseTemplate(fill.Replace(r.Template), ""); err == nil {
			break
		}
	}
	if t == nil {
		if t, err = w.keyValues(l.Name, style, format, m.Name); err != nil {
			return nil, err
		}
	}
	for host := range t.hosts {
		if !w.remote.hosts[host] {
			return nil, invalid("the WMTS has its tiles on %s, another host than its capabilities: name the address of the tiles themselves", host)
		}
	}
	t.matrix = make(map[maptile.Zoom]string)
	zooms, side := m.zooms()
	for i, z := range zooms {
		t.matrix[z] = m.Matrices[i].Name
	}
	return &choice{t, zooms, side}, nil
}

// keyValues makes the address of GetTile from that of GetCapabilities, with
// whatever else stands in it, such as a key.
func (w *service) keyValues(layer, style, format, set string) (*template, error) {
	u, err := url.Parse(w.address)
	if err != nil {
		return nil, invalid("the base map is not at an http or https address")
	}
	q := url.Values{
		"SERVICE": {"WMTS"}, "REQUEST": {"GetTile"}, "VERSION": {"1.0.0"},
		"LAYER": {layer}, "STYLE": {style}, "FORMAT": {format}, "TILEMATRIXSET": {set},
	}
	for name, v := range u.Query() {
		if _, ours := q[strings.ToUpper(name)]; !ours {
			q[name] = v
		}
	}
	u.RawQuery = ""
	return parseTemplate(u.String()+"?"+q.Encode()+"&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}", "")
}

// Web Mercator's world is so many metres from the middle to the rim; a picture
// of 256 pixels shows it at this scale denominator (07-057r7, annex E.4), a
// pixel of the standard being 0.28 mm.
const (
	mercatorRimM  = 20037508.3427892
	wholeWorld256 = 559082264.0287178
)

var mercatorCodes = []string{"3857", "900913", "102100", "102113", "3785"}

// zooms gives the zoom of each matrix, and the pixels of a tile; nil where the
// set is not cut as web maps are.
func (m capableMatrices) zooms() (out []maptile.Zoom, side int) {
	if !slices.ContainsFunc(mercatorCodes, func(code string) bool { return strings.HasSuffix(strings.TrimSpace(m.CRS), code) }) {
		return nil, 0
	}
	for _, x := range m.Matrices {
		if side == 0 {
			side = x.Width
		}
		if x.Width != side || x.Height != side || side != 256 && side != 512 || !cornerOfWorld(x.Corner) {
			return nil, 0
		}
		z := math.Log2(wholeWorld256 * 256 / float64(side) / x.Scale)
		whole := math.Round(z)
		if !(math.Abs(z-whole) < 0.01) || whole < 0 || whole > deepestZoom {
			return nil, 0
		}
		out = append(out, maptile.Zoom(whole))
	}
	return out, side
}

// cornerOfWorld reports whether a corner is the world's north-west one. Some
// services write northing first.
func cornerOfWorld(s string) bool {
	var a, b float64
	if _, err := fmt.Sscan(s, &a, &b); err != nil {
		return false
	}
	return math.Abs(math.Abs(a)-mercatorRimM) < 1 && math.Abs(math.Abs(b)-mercatorRimM) < 1
}
