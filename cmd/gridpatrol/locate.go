package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type locateCmd struct {
	Lon float64   `arg:"" help:"Longitude in degrees, or easting in metres in a projected system."`
	Lat float64   `arg:"" help:"Latitude in degrees, or northing in metres."`
	CRS string    `name:"crs" default:"wgs84" help:"Coordinate system: wgs84, cgcs2000, gcj02, bd09 or EPSG:n."`
	At  time.Time `placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00" xor:"which" help:"The boundaries and people of that time, such as 2026-05-03T08:00:00Z; of a time to come where a plan is to be published by then."`

	Plan string `placeholder:"ID" xor:"which" help:"The boundaries as that plan would have them."`
}

// Run prints what covers the place and who answers there.
func (c *locateCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	crs, err := geo.ParseCRS(c.CRS)
	if err != nil {
		return asWrongCall(err)
	}
	p, err := geo.ToWGS84(crs, orb.Point{c.Lon, c.Lat})
	if err != nil {
		return asWrongCall(err)
	}
	p, ok := geo.Round(p)
	if !ok {
		return asWrongCall(fmt.Errorf("%v %v is no position: lon is within ±180, lat within ±90", c.Lon, c.Lat))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries, duties, err := inForce(ctx, store)
		if err != nil {
			return err
		}
		when := timeline{boundaries, postgis.NewPlans(store, boundaries, duties, postgis.PlansConfig{})}
		now := time.Now()
		snapshot, at := boundaries.Current(), now
		switch {
		case c.Plan != "":
			if snapshot, err = when.Plan(ctx, c.Plan); errors.Is(err, geo.ErrNotFound) {
				return fmt.Errorf("there is no plan %s", c.Plan)
			}
		case !c.At.IsZero():
			at = c.At
			if snapshot, err = when.At(ctx, at, now); errors.Is(err, geo.ErrNotFound) {
				return fmt.Errorf("no boundaries were published by %s", at.Format(time.RFC3339))
			}
		}
		if err != nil {
			return err
		}
		return api.WriteLocation(out, snapshot, duties.Current(), at, p)
	})
}
