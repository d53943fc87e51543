package api

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// What a report may hold, in characters.
const (
	maxDescription = 4000
	maxName        = 100
	maxPhone       = 40
)

// reportCommand is a report as its sender means it, whichever form it came in.
type reportCommand struct {
	category    string
	description string
	contact     patrol.Contact
	raw         orb.Point // as it was sent, in crs
	crs         geo.CRS
	point       orb.Point // in WGS 84, on the lattice
	accuracyM   float64
	observedAt  time.Time
	photos      sentPhotos
	patrol      geo.ID // on which it is made; zero: none

	at         string // pointer of the object with the properties
	positionAt string // pointer of the position
	located    bool   // a position was given
}

// parseReport reads a report: JSON, a GeoJSON Feature, or multipart with photos.
// Everything that is wrong is said at once. The caller owes the photos a
// discard.
func (s *Server) parseReport(r *http.Request) (*reportCommand, error) {
	if err := newQuery(r).err(); err != nil {
		return nil, err
	}
	cmd := &reportCommand{}
	switch mediaType(r) {
	case "application/json", "application/geo+json":
		body, err := readObject(r)
		if err != nil {
			return nil, err
		}
		if err := cmd.read(body, s.cfg.Now()); err != nil {
			return nil, err
		}
	case "multipart/form-data":
		if err := s.readMultipart(r, cmd); err != nil {
			cmd.photos.discard()
			return nil, err
		}
	default:
		return nil, unsupported("application/json", "application/geo+json", "multipart/form-data")
	}
	if !cmd.located {
		cmd.photos.discard()
		return nil, fail("no-position", "give lon and lat, or a photo that has a position",
			geo.FieldError{Pointer: "/lon", Detail: "is missing"}, geo.FieldError{Pointer: "/lat", Detail: "is missing"})
	}
	return cmd, nil
}

// read takes over a report's members, from JSON or a GeoJSON Feature.
func (c *reportCommand) read(body *object, now time.Time) error {
	var bad faults
	if body.members["type"] == "Feature" {
		c.readFeature(newFields(&bad, "", body), now)
	} else {
		f := newFields(&bad, "", body)
		c.positionAt = "/lon"
		c.readProperties(f, now)
		c.readLonLat(f)
		c.convert(f)
		f.done()
	}
	return bad.bodyError()
}

// readFeature reads a GeoJSON Feature: a point, or no geometry, and a report's
// members as properties. Members that GeoJSON has are let pass.
func (c *reportCommand) readFeature(f *fields, now time.Time) {
	for _, known := range []string{"type", "id", "bbox"} {
		f.member(known)
	}
	c.at, c.positionAt = "/properties", "/geometry/coordinates"
	properties := f.object("properties")
	if properties == nil {
		f.required("properties")
		properties = newFields(f.faults, "/properties", &object{})
	}
	c.readProperties(properties, now)
	if g := f.object("geometry"); g != nil {
		p, ok := position(g.obj.members["coordinates"])
		if g.obj.members["type"] != "Point" || !ok {
			f.unread("/geometry", "must be a Point with [lon, lat]")
		} else {
			c.raw, c.located = p, true
			c.inRange(f.faults, c.positionAt, c.positionAt)
		}
	}
	c.convert(properties)
	properties.done()
	f.done()
}

// readProperties reads everything but the position.
func (c *reportCommand) readProperties(f *fields, now time.Time) {
	f.required("category")
	c.category = f.text("category", 64)
	c.description = strings.TrimSpace(f.text("description", maxDescription))
	if a := f.number("accuracy_m"); a != nil {
		if c.accuracyM = *a; !(*a >= 0 && *a <= maxAccuracyM) {
			f.impossible(f.pointer("accuracy_m"), "must be from 0 to %d metres", maxAccuracyM)
		}
	}
	c.observedAt = f.moment("observed_at").Truncate(time.Microsecond)
	if !c.observedAt.IsZero() && (c.observedAt.After(now.Add(10*time.Minute)) || c.observedAt.Before(now.AddDate(-10, 0, 0))) {
		f.impossible(f.pointer("observed_at"), "must not lie in the future, nor ten years back")
	}
	if text := f.text("patrol", 40); text != "" {
		id, err := uuid.Parse(text)
		if err != nil || id == uuid.Nil {
			f.unread(f.pointer("patrol"), "must be the id of a patrol")
		}
		c.patrol = id
	}
	if reporter := f.object("reporter"); reporter != nil {
		c.contact.Name = strings.TrimSpace(reporter.text("name", maxName))
		c.contact.Phone = strings.TrimSpace(reporter.text("phone", maxPhone))
		if strings.Trim(c.contact.Phone, "0123456789+-() ") != "" {
			f.impossible(reporter.pointer("phone"), "must be digits, spaces and + - ( )")
		}
		reporter.done()
	}
	if crs, err := geo.ParsePointCRS(f.text("crs", 32)); err != nil {
		f.impossible(f.pointer("crs"), "must be wgs84, cgcs2000, gcj02 or bd09")
	} else {
		c.crs = crs
	}
}

func (c *reportCommand) readLonLat(f *fields) {
	lon, lat := f.number("lon"), f.number("lat")
	if f.obj.members["lon"] == nil && f.obj.members["lat"] == nil {
		return
	}
	f.required("lon", "lat")
	if lon != nil {
		c.raw[0] = *lon
	}
	if lat != nil {
		c.raw[1] = *lat
	}
	c.located = lon != nil && lat != nil
	c.inRange(f.faults, "/lon", "/lat")
}

// inRange notes a position that is no longitude and latitude.
func (c *reportCommand) inRange(bad *faults, lonAt, latAt string) {
	if !(math.Abs(c.raw[0]) <= 180) {
		bad.impossible(lonAt, "must be from -180 to 180 degrees")
		c.located = false
	}
	if !(math.Abs(c.raw[1]) <= 90) {
		bad.impossible(latAt, "must be from -90 to 90 degrees%s", swapped(c.raw))
		c.located = false
	}
}

// swapped says so where a position is one with lon and lat exchanged.
func swapped(p orb.Point) string {
	// China lies between 73° and 136° E, 3° and 54° N.
	if lat, lon := p[0], p[1]; lat >= 3 && lat <= 54 && lon >= 73 && lon <= 136 {
		return "; lon and lat look swapped"
	}
	return ""
}

// convert puts the position on the lattice.
func (c *reportCommand) convert(f *fields) {
	if !c.located || c.crs == "" {
		return
	}
	var err error
	if c.point, err = onLattice(c.crs, c.raw); err != nil {
		f.impossible(c.positionAt, "%s", err)
	}
}

// readMultipart reads a report part and photo parts.
func (s *Server) readMultipart(r *http.Request, cmd *reportCommand) error {
	body, err := parseForm(r, "report")
	if err != nil {
		return err
	}
	defer r.MultipartForm.RemoveAll()
	if err := cmd.read(body, s.cfg.Now()); err != nil {
		return err
	}
	if cmd.photos, err = s.readPhotos(r); err != nil {
		return err
	}
	return cmd.takeFromPhotos(s.cfg.Now())
}

// takeFromPhotos has the position of the first photo that has one serve where
// the report gives none, and so its time.
func (c *reportCommand) takeFromPhotos(now time.Time) (err error) {
	for i, p := range c.photos {
		if p.position != nil && !c.located {
			c.raw, c.crs, c.located, c.positionAt = *p.position, geo.WGS84, true, fmt.Sprintf("/photo/%d", i)
			if c.point, err = onLattice(geo.WGS84, c.raw); err != nil {
				return err
			}
		}
		if c.observedAt.IsZero() && !p.takenAt.After(now) {
			c.observedAt = p.takenAt.UTC()
		}
	}
	return nil
}
