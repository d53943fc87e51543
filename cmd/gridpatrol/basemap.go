package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/basemap"
	"github.com/gridpatrol/gridpatrol/geo"
)

// basemapFlags are the flags about the outside base map.
type basemapFlags struct {
	Basemap            string `env:"GRIDPATROL_BASEMAP" placeholder:"SOURCE" help:"Outside base map, fetched by the server: an address with {z}, {x} and {y}, a WMTS address or that of its capabilities, tianditu:vec, tianditu:img or tianditu:ter, or a .pmtiles file."`
	BasemapKey         string `env:"GRIDPATROL_BASEMAP_KEY" placeholder:"KEY" help:"Key of the base map, for {key} in its address; better given in the environment, as a command line can be read by others on the machine."`
	BasemapAttribution string `env:"GRIDPATROL_BASEMAP_ATTRIBUTION" placeholder:"TEXT" help:"Whose base map it is, plain text shown on the map; required unless the source says it."`
	BasemapReview      string `env:"GRIDPATROL_BASEMAP_REVIEW" placeholder:"NUMBER" help:"Number under which the base map was reviewed (审图号), shown on the map."`
	BasemapCRS         string `env:"GRIDPATROL_BASEMAP_CRS" default:"wgs84" placeholder:"DATUM" help:"Datum the base map is drawn in: wgs84, cgcs2000 or gcj02 (AMap's tiles), which is put right."`
	BasemapMaxZoom     int    `env:"GRIDPATROL_BASEMAP_MAX_ZOOM" placeholder:"ZOOM" help:"Nearest zoom to fetch. Default: what the source says, else 18."`
}

// basemap is what the flags ask for; without a source there is no base map.
func (f *basemapFlags) basemap() basemap.Config {
	return basemap.Config{
		Source: f.Basemap, Key: f.BasemapKey, Attribution: f.BasemapAttribution, Review: f.BasemapReview,
		CRS: geo.CRS(f.BasemapCRS), MaxZoom: f.BasemapMaxZoom,
	}
}

// checkBasemap refuses flags that make no sense, before a database is started.
func (f *basemapFlags) checkBasemap() error {
	if f.Basemap == "" {
		if f.BasemapKey+f.BasemapAttribution+f.BasemapReview != "" || f.BasemapMaxZoom != 0 {
			return errors.New("the other flags of a base map need --basemap")
		}
		return nil
	}
	if err := f.basemap().Check(); err != nil {
		return fmt.Errorf("--basemap: %w", err)
	}
	return nil
}

// openBasemap opens the base map that c asks for, nil where it asks for none,
// and tells what the web application has to know of it.
func (s *server) openBasemap(ctx context.Context, c serverConfig, registry *prometheus.Registry) (*api.BasemapInfo, error) {
	if c.basemap.Source == "" {
		return nil, nil
	}
	config := c.basemap
	config.Logger, config.Registerer = c.log, registry
	config.Shared = c.public == api.PublicMap
	config.Around = func() (orb.Bound, bool) {
		snapshot := s.boundaries.Current()
		if snapshot == nil || snapshot.Revision.Number == 0 {
			return orb.Bound{}, false
		}
		return snapshot.Index.Bound(), true
	}
	var err error
	if s.basemap, err = basemap.New(ctx, config); err != nil {
		return nil, fmt.Errorf("--basemap: %w", err)
	}
	info := s.basemap.Info()
	if info.Review == "" {
		c.log.Warn("a map shown to the public in China needs the number of its review: --basemap-review")
	}
	return &api.BasemapInfo{
		Tiles: basemap.Path, Kind: string(info.Kind), TileSize: info.TileSize, MinZoom: info.MinZoom, MaxZoom: info.MaxZoom,
		Attribution: info.Attribution, ReviewNumber: info.Review,
	}, nil
}

// basemapTiles serves the tiles of the base map; nil where there is none.
func (s *server) basemapTiles() http.Handler {
	if s.basemap == nil {
		return nil
	}
	return s.basemap
}
