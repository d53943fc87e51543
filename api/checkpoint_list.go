package api

import (
	"encoding/base64"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// checkpointProperties is what the feature of a checkpoint says of it.
type checkpointProperties struct {
	ID        geo.ID                 `json:"id"`
	Code      string                 `json:"code"`
	Name      string                 `json:"name"`
	Kind      string                 `json:"kind"`
	RadiusM   int                    `json:"radius_m"`
	DueEveryH int                    `json:"due_every_h"`
	LookAt    []string               `json:"look_at"`
	Areas     map[geo.Kind]*geo.Name `json:"areas"`
	LastVisit *time.Time             `json:"last_visit"`
	DueAt     time.Time              `json:"due_at"`
	State     patrol.CheckpointState `json:"state"`
	RetiredAt *time.Time             `json:"retired_at,omitempty"`
	Version   int                    `json:"version"`
	Synthetic bool                   `json:"synthetic,omitempty"`
}

// checkpoint gives a checkpoint as it stands in a world: its areas are looked up.
func (w world) checkpoint(c *patrol.Checkpoint) feature[checkpointProperties] {
	m, _ := w.Index.Locate(c.Point)
	return feature[checkpointProperties]{Type: "Feature", ID: c.ID, Geometry: geojson.NewGeometry(c.Point),
		Properties: checkpointProperties{
			ID: c.ID, Code: c.Code, Name: c.Name, Kind: c.Kind, RadiusM: c.RadiusM, DueEveryH: c.DueEveryH, LookAt: lines(c.LookAt),
			Areas: m.Names(), LastVisit: optional(c.LastVisit), DueAt: c.DueAt(), State: c.StateAt(w.at),
			RetiredAt: optional(c.RetiredAt), Version: c.Version, Synthetic: synthetic(&m),
		}}
}

// maxPageCheckpoints is how many checkpoints a page has, unless fewer are asked for.
const maxPageCheckpoints = 10_000

// listCheckpoints answers GET /api/v1/checkpoints: those in use in the caller's
// areas, by code.
func (s *Server) listCheckpoints(w http.ResponseWriter, r *http.Request) error {
	q, p, world := newQuery(r), PrincipalFrom(r.Context()), s.now()
	area, box, limit := areaParam(q, world), q.bbox(), q.count("limit", maxPageCheckpoints, maxPageCheckpoints)
	kinds, states := q.list("kind"), q.list("state")
	for _, state := range states {
		if !slices.Contains(patrol.CheckpointStates(), patrol.CheckpointState(state)) {
			q.unread("state", "there is no state %.40q", state)
		}
	}
	after, err := base64.RawURLEncoding.Strict().DecodeString(q.text("cursor", 100))
	if err != nil {
		q.unread("cursor", "is none of ours for this list; take it from a next link")
	}
	if len(kinds) > 0 {
		known, err := s.cfg.Patrols.CheckpointKinds(r.Context())
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			if !slices.ContainsFunc(known, func(k patrol.CheckpointKind) bool { return k.Code == kind }) {
				q.unread("kind", "there is no kind %.40q", kind)
			}
		}
	}
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.cfg.Patrols.Checkpoints(r.Context())
	if err != nil {
		return err
	}
	out := collection[checkpointProperties]{Type: "FeatureCollection", Revision: &world.Revision.Number, Features: []feature[checkpointProperties]{}}
	for i := range all {
		c := &all[i]
		if c.Code <= string(after) || box != nil && !box.Contains(c.Point) || len(kinds) > 0 && !slices.Contains(kinds, c.Kind) ||
			len(states) > 0 && !slices.Contains(states, string(c.StateAt(world.at))) {
			continue
		}
		m, _ := world.Index.Locate(c.Point)
		ids := areaIDs(&m)
		if !p.Scope.Covers(ids) || area != nil && !slices.Contains(ids, *area) {
			continue
		}
		if len(out.Features) == limit {
			last := out.Features[limit-1].Properties.Code
			out.Links = []link{{Rel: "next", Href: s.nextPage(r, base64.RawURLEncoding.EncodeToString([]byte(last))), Type: "application/geo+json"}}
			break
		}
		out.Features = append(out.Features, world.checkpoint(c))
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeGeoJSON(w, http.StatusOK, out)
}

type checkpointKindAnswer struct {
	Code      string   `json:"code"`
	Name      string   `json:"name"`
	NameEn    string   `json:"name_en"`
	Icon      string   `json:"icon"`
	DueEveryH int      `json:"due_every_h"`
	LookAt    []string `json:"look_at"`
}

func answerCheckpointKind(k patrol.CheckpointKind) checkpointKindAnswer {
	return checkpointKindAnswer{k.Code, k.Name, k.NameEn, k.Icon, k.DueEveryH, lines(k.LookAt)}
}

// listCheckpointKinds answers GET /api/v1/checkpoint-kinds.
func (s *Server) listCheckpointKinds(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	kinds, err := s.cfg.Patrols.CheckpointKinds(r.Context())
	if err != nil {
		return err
	}
	out := make([]checkpointKindAnswer, len(kinds))
	for i, k := range kinds {
		out[i] = answerCheckpointKind(k)
	}
	return writeTagged(w, r, "application/json", map[string]any{"kinds": out})
}
