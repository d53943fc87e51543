package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/etag"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// feature is a GeoJSON feature with properties of one type.
type feature[P any] struct {
	Type       string            `json:"type"`
	ID         any               `json:"id,omitempty"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties P                 `json:"properties"`
}

// collection is a GeoJSON FeatureCollection.
type collection[P any] struct {
	Type     string       `json:"type"`
	Revision *int         `json:"revision,omitempty"`
	Plan     *geo.ID      `json:"plan,omitempty"` // that would make it so
	Features []feature[P] `json:"features"`
	Links    []link       `json:"links,omitempty"`
}

type link struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
	Type string `json:"type,omitempty"`
}

// areaProperties is what an area's feature says of it.
type areaProperties struct {
	Kind         geo.Kind    `json:"kind"`
	Code         string      `json:"code"`
	Name         string      `json:"name"`
	NameEn       string      `json:"name_en,omitempty"`
	Alias        []string    `json:"alias,omitempty"`
	Parent       *parentRef  `json:"parent,omitempty"`
	UnitType     string      `json:"unit_type,omitempty"`
	Class        string      `json:"class,omitempty"`
	Households   int         `json:"households,omitempty"`
	Population   int         `json:"population,omitempty"`
	AreaM2       float64     `json:"area_m2"`
	Revision     int         `json:"revision"`
	FromRevision int         `json:"from_revision"`
	Synthetic    bool        `json:"synthetic,omitempty"`
	Staffing     []seatEntry `json:"staffing,omitempty"`
}

type parentRef struct {
	Kind geo.Kind `json:"kind"`
	Code string   `json:"code"`
}

// seatEntry is one seat of a post. Callers who may not see the roster get only
// the seats on the notice board.
type seatEntry struct {
	Post   patrol.Post `json:"post"`
	Number int         `json:"number"`
	Name   string      `json:"name,omitempty"`
	Phone  string      `json:"phone,omitempty"`
	Deputy bool        `json:"deputy,omitempty"` // who is named stands in
	Vacant bool        `json:"vacant,omitempty"`
}

// areasRequest asks for areas of one kind.
type areasRequest struct {
	kind  geo.Kind
	world world
}

func (s *Server) readAreasRequest(r *http.Request, q *query) (areasRequest, error) {
	at, plan := q.world()
	if err := q.err(); err != nil {
		return areasRequest{}, err
	}
	kind, err := geo.ParseKind(mux.Vars(r)["kind"])
	if err != nil {
		return areasRequest{}, errNotFound("kind of area; there are district, township, village, village_group, grid and compound")
	}
	world, err := s.worldAt(r.Context(), at, plan)
	return areasRequest{kind, world}, err
}

// listAreas answers GET /api/v1/areas/{kind}: all of a kind, or those that meet
// bbox.
func (s *Server) listAreas(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	bound := q.bbox()
	req, err := s.readAreasRequest(r, q)
	if err != nil {
		return err
	}
	areas := req.world.Index.Areas(req.kind)
	if bound != nil {
		areas = slices.DeleteFunc(req.world.Index.Within(req.kind, *bound), func(a *geo.Area) bool { return !geo.Intersects(a.Shape, *bound) })
	}
	c := req.world.contacts(PrincipalFrom(r.Context()))
	number := req.world.Revision.Number
	out := collection[areaProperties]{Type: "FeatureCollection", Revision: &number, Plan: c.draft(), Features: make([]feature[areaProperties], len(areas))}
	for i, a := range areas {
		out.Features[i] = c.area(a)
	}
	return s.writeAreas(w, r, c, string(req.kind), out.Features, out)
}

// readArea answers GET /api/v1/areas/{kind}/{code}.
func (s *Server) readArea(w http.ResponseWriter, r *http.Request) error {
	req, err := s.readAreasRequest(r, newQuery(r))
	if err != nil {
		return err
	}
	a, err := req.world.Index.Find(geo.Ref{Kind: req.kind, Code: mux.Vars(r)["code"]})
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("area in revision " + fmt.Sprint(req.world.Revision.Number))
	}
	if err != nil {
		return err
	}
	c := req.world.contacts(PrincipalFrom(r.Context()))
	f := c.area(a)
	return s.writeAreas(w, r, c, a.Ref().String(), []feature[areaProperties]{f}, f)
}

// writeAreas answers with areas, or with 304 where the caller has them already.
func (s *Server) writeAreas(w http.ResponseWriter, r *http.Request, c *contacts, subject string, features []feature[areaProperties], body any) error {
	tag, err := areasTag(c.Revision, features)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "public, no-cache")
	}
	if etag.NoneMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if err := s.logContacts(r.Context(), c, "roster", subject); err != nil {
		return err
	}
	return writeGeoJSON(w, http.StatusOK, body)
}

// areasTag gives the ETag of areas: it changes with the revision, whose hash
// stands for the shapes, and with everything else that is said of them.
func areasTag(revision geo.Revision, features []feature[areaProperties]) (string, error) {
	h := sha256.New()
	h.Write(revision.Hash)
	enc := json.NewEncoder(h)
	for i := range features {
		if err := enc.Encode(features[i].Properties); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf(`W/"r%d-%s"`, revision.Number, hex.EncodeToString(h.Sum(nil)[:12])), nil
}

// area gives the feature of an area.
func (c *contacts) area(a *geo.Area) feature[areaProperties] {
	p := propertiesOf(a, c.Revision.Number)
	p.Staffing = c.staffing(a)
	return feature[areaProperties]{Type: "Feature", ID: a.Code, Geometry: geojson.NewGeometry(a.Shape), Properties: p}
}

// propertiesOf says of an area of a revision everything but who works there.
func propertiesOf(a *geo.Area, revision int) areaProperties {
	p := areaProperties{
		Kind: a.Kind, Code: a.Code, Name: a.Name, NameEn: a.NameEn, Alias: a.Alias, UnitType: a.UnitType, Class: a.Class,
		Households: a.Households, Population: a.Population, AreaM2: a.AreaM2,
		Revision: revision, FromRevision: a.FromRevision, Synthetic: a.Synthetic,
	}
	if a.Parent.Code != "" {
		p.Parent = &parentRef{a.Parent.Kind, a.Parent.Code}
	}
	return p
}

// staffing gives the seats of an area that the caller may see.
func (c *contacts) staffing(a *geo.Area) []seatEntry {
	may := c.may(c.lineage(a))
	var out []seatEntry
	for _, post := range patrol.Posts() {
		if post.AreaKind() != a.Kind && post != patrol.Volunteer {
			continue
		}
		for _, seat := range c.duties.Roster.Seats(post, a.ID) {
			if !may && !seat.PublicContact {
				continue
			}
			entry := seatEntry{Post: post, Number: seat.Number}
			if person, deputy, ok := c.of(seat.ID, c.lineage(a)); ok {
				entry.Name, entry.Phone, entry.Deputy = person.Name, person.Phone, deputy
			}
			_, _, held := c.duties.Roster.Holder(seat.ID, c.at)
			entry.Vacant = !held
			out = append(out, entry)
		}
	}
	return out
}

// lineage gives the ids of the area and of those it belongs to.
func (w world) lineage(a *geo.Area) []geo.ID {
	var out []geo.ID
	for a != nil && !slices.Contains(out, a.ID) {
		out = append(out, a.ID)
		a, _ = w.Index.Area(a.Parent.Kind, a.Parent.Code)
	}
	return out
}
