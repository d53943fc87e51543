package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// readCheckpoint answers GET /api/v1/checkpoints/{id}.
func (s *Server) readCheckpoint(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyPath(r, "checkpoint")
	if err != nil {
		return err
	}
	c, err := s.cfg.Patrols.Checkpoint(r.Context(), id)
	world := s.now()
	if err == nil {
		err = seesCheckpoint(world, PrincipalFrom(r.Context()), &c)
	}
	if err != nil {
		return noCheckpoint(err)
	}
	return answerCheckpoint(w, world, http.StatusOK, &c)
}

// seesCheckpoint is geo.ErrNotFound for a checkpoint outside the caller's areas.
func seesCheckpoint(world world, p access.Principal, c *patrol.Checkpoint) error {
	if m, _ := world.Index.Locate(c.Point); !p.Scope.Covers(areaIDs(&m)) {
		return geo.ErrNotFound
	}
	return nil
}

func noCheckpoint(err error) error {
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("checkpoint")
	}
	return unprocessable(err)
}

func answerCheckpoint(w http.ResponseWriter, world world, status int, c *patrol.Checkpoint) error {
	w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, c.Version))
	w.Header().Set("Cache-Control", "no-store")
	return writeGeoJSON(w, status, world.checkpoint(c))
}

// createCheckpoint answers POST /api/v1/checkpoints: a checkpoint in the
// caller's areas. What its kind begins with serves where nothing else is said;
// so does a code of ours.
func (s *Server) createCheckpoint(w http.ResponseWriter, r *http.Request) error {
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	f, bad, err := jsonBody(r)
	if err != nil {
		return err
	}
	p, world := PrincipalFrom(r.Context()), s.now()
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	in := patrol.NewCheckpoint{Actor: actorOf(p), Checkpoint: patrol.Checkpoint{ID: id, CreatedAt: world.at}}
	f.required("name", "kind", "lon", "lat")
	given := readCheckpointFields(f)
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	c := &in.Checkpoint
	kinds, err := s.cfg.Patrols.CheckpointKinds(r.Context())
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(kinds, func(k patrol.CheckpointKind) bool { return k.Code == *given.kind }); i >= 0 {
		c.DueEveryH, c.LookAt = kinds[i].DueEveryH, kinds[i].LookAt
	}
	c.RadiusM, c.Code = defaultRadiusM, fmt.Sprintf("CP-%X", id[12:])
	given.apply(c)
	if err := s.takesCheckpoint(world, p, c); err != nil {
		return err
	}
	if key != "" {
		in.KeyHash, in.RequestHash = keyHash(p, key), given.hash()
	}
	stored, replayed, err := s.cfg.Patrols.AddCheckpoint(r.Context(), in)
	if err != nil {
		return unprocessable(err)
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("Location", s.baseURL(r)+"/api/v1/checkpoints/"+stored.ID.String())
	return answerCheckpoint(w, world, http.StatusCreated, &stored)
}

// changeCheckpoint answers PATCH /api/v1/checkpoints/{id}.
func (s *Server) changeCheckpoint(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "checkpoint")
	if err != nil {
		return err
	}
	f, bad, err := jsonBody(r)
	if err != nil {
		return err
	}
	given := readCheckpointFields(f)
	f.done()
	if (given.lon == nil) != (given.lat == nil) {
		f.required("lon", "lat")
	}
	if err := bad.bodyError(); err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	p, world := PrincipalFrom(r.Context()), s.now()
	c, err := s.cfg.Patrols.ChangeCheckpoint(r.Context(), id, version, func(c *patrol.Checkpoint) error {
		if err := seesCheckpoint(world, p, c); err != nil {
			return err
		}
		given.apply(c)
		return s.takesCheckpoint(world, p, c)
	}, world.at, actorOf(p))
	if err != nil {
		return noCheckpoint(err)
	}
	return answerCheckpoint(w, world, http.StatusOK, &c)
}

// retireCheckpoint answers DELETE /api/v1/checkpoints/{id}: patrols that had it
// keep it, new ones do not get it.
func (s *Server) retireCheckpoint(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyPath(r, "checkpoint")
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	p, world := PrincipalFrom(r.Context()), s.now()
	permit := func(c *patrol.Checkpoint) error { return seesCheckpoint(world, p, c) }
	if err := s.cfg.Patrols.RetireCheckpoint(r.Context(), id, version, permit, world.at, actorOf(p)); err != nil {
		return noCheckpoint(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// takesCheckpoint refuses a checkpoint that cannot be, or lies outside the
// district or the caller's areas.
func (s *Server) takesCheckpoint(world world, p access.Principal, c *patrol.Checkpoint) error {
	if err := c.Check(); err != nil {
		return unprocessable(err)
	}
	m, ok := world.Index.Locate(c.Point)
	switch {
	case !ok || m.Area(geo.District) == nil:
		return fail("outside-district", fmt.Sprintf("lon %.7f, lat %.7f lies outside the district", c.Point[0], c.Point[1]),
			geo.FieldError{Pointer: "/lon", Detail: "lies outside the district"})
	case !p.Scope.Covers(areaIDs(&m)):
		return fail("outside-scope", "this account is limited to areas and keeps no checkpoints in others")
	}
	return nil
}

// defaultRadiusM is how near one has to come where nothing else is said.
const defaultRadiusM = 50

// checkpointFields is what a request says of a checkpoint; nil: nothing.
type checkpointFields struct {
	code, name, kind *string
	lon, lat         *float64
	point            orb.Point
	radius, due      *int
	lookAt           *[]string
}

func readCheckpointFields(f *fields) (out checkpointFields) {
	text := func(name string) *string {
		if f.read[name] = true; f.obj.members[name] == nil {
			return nil
		}
		s := strings.TrimSpace(f.text(name, 200))
		return &s
	}
	whole := func(name string) *int {
		x := f.number(name)
		if x == nil {
			return nil
		}
		if *x != math.Trunc(*x) || math.Abs(*x) > 1e6 {
			f.impossible(f.pointer(name), "must be a whole number")
			return nil
		}
		n := int(*x)
		return &n
	}
	out.code, out.name, out.kind = text("code"), text("name"), text("kind")
	out.lon, out.lat = f.number("lon"), f.number("lat")
	if out.lon != nil && out.lat != nil {
		p, err := onLattice(geo.WGS84, orb.Point{*out.lon, *out.lat})
		if err != nil {
			f.impossible("/lon", "lon must be within ±180 and lat within ±90")
		}
		out.point = p
	}
	out.radius, out.due, out.lookAt = whole("radius_m"), whole("due_every_h"), readLines(f, "look_at")
	return out
}

// readLines reads a list of texts; empty ones are left out.
func readLines(f *fields, name string) *[]string {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		f.unread(f.pointer(name), "must be a list of texts")
		return nil
	}
	out := []string{}
	for i, v := range list {
		line, ok := v.(string)
		if !ok {
			f.unread(fmt.Sprintf("%s/%d", f.pointer(name), i), "must be a string")
		}
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return &out
}

// apply writes what was said over a checkpoint.
func (g *checkpointFields) apply(c *patrol.Checkpoint) {
	for _, field := range []struct{ from, to *string }{{g.code, &c.Code}, {g.name, &c.Name}, {g.kind, &c.Kind}} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if g.lon != nil && g.lat != nil {
		c.Point = g.point
	}
	if g.radius != nil {
		c.RadiusM = *g.radius
	}
	if g.due != nil {
		c.DueEveryH = *g.due
	}
	if g.lookAt != nil {
		c.LookAt = *g.lookAt
	}
}

// hash gives the hash of what was said, so that the same key with something else
// is noticed.
func (g *checkpointFields) hash() []byte {
	h := sha256.New()
	writeHashed(h, "checkpoint")
	for _, s := range []*string{g.code, g.name, g.kind} {
		if s == nil {
			s = new(string)
		}
		writeHashed(h, *s)
	}
	writeHashed(h, fmt.Sprint(g.point))
	for _, n := range []*int{g.radius, g.due} {
		if n == nil {
			n = new(int)
		}
		writeHashed(h, fmt.Sprint(*n))
	}
	if g.lookAt != nil {
		for _, line := range *g.lookAt {
			writeHashed(h, line)
		}
	}
	return h.Sum(nil)
}
