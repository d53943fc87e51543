package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/etag"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxPackReports is how many open reports a pack takes along, the ones due first.
const maxPackReports = 500

// packAnswer is what a phone carries along beside the land, whose members
// follow these in the answer (geo/pack).
type packAnswer struct {
	Revision    int                          `json:"revision"`
	DutyVersion int64                        `json:"duty_version"`
	MadeAt      time.Time                    `json:"made_at"`
	Synthetic   bool                         `json:"synthetic,omitempty"`
	Reports     collection[reportProperties] `json:"reports"`
	LeftOut     bool                         `json:"reports_left_out,omitempty"` // there are more than it took
	Categories  []categoryAnswer             `json:"categories"`
	Posts       []packPosts                  `json:"posts"`

	Checkpoints     collection[checkpointProperties] `json:"checkpoints"`
	CheckpointKinds []checkpointKindAnswer           `json:"checkpoint_kinds"`
	Patrols         []patrolAnswer                   `json:"patrols"` // the caller's own
}

// The patrols that a pack takes along: those that are, or are planned to be, under
// way from packPatrolsBefore ago until packPatrolsAfter from now.
const (
	packPatrolsBefore = 24 * time.Hour
	packPatrolsAfter  = 48 * time.Hour
)

// packPosts is the seats of an area that the caller may see.
type packPosts struct {
	Kind  geo.Kind    `json:"kind"`
	Code  string      `json:"code"`
	Seats []seatEntry `json:"seats"`
}

// readPack answers GET /api/v1/pack: what the caller's phone needs where there is
// no network.
func (s *Server) readPack(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	world := s.now()
	land, err := s.packs.land(world.Snapshot, p.Scope)
	if err != nil {
		return err
	}
	c := world.contacts(p)
	out := packAnswer{
		Revision: world.Revision.Number, DutyVersion: world.duties.Version, Synthetic: world.invented(),
		Categories: world.categories(), Posts: c.packPosts(land.staffed),
	}
	if out.Reports, out.LeftOut, err = s.packReports(r, c); err != nil {
		return err
	}
	v := patrolView{rosterView: s.rosterView(r, world)}
	if err := s.packPatrols(r, &v, &out); err != nil {
		return err
	}
	tag, err := packTag(land, &out)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if etag.NoneMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if err := s.logContacts(r.Context(), c, "roster", "pack"); err != nil {
		return err
	}
	if err := s.logTeams(r.Context(), &v, "pack"); err != nil {
		return err
	}
	out.MadeAt = world.at
	head, err := json.Marshal(&out)
	if err != nil {
		return err
	}
	// Two objects into one: the land was written once for all who hold it.
	body := slices.Concat(head[:len(head)-1], []byte{','}, land.json[1:])
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
	return nil
}

// packReports gives the open reports in the caller's areas.
func (s *Server) packReports(r *http.Request, c *contacts) (out collection[reportProperties], more bool, err error) {
	view := viewOf(c.principal)
	f := patrol.Filter{Now: c.at, Limit: maxPackReports, ByDue: true, OnlyPublic: view == viewPublic}
	for _, status := range patrol.Statuses() {
		if status.Open() {
			f.Status = append(f.Status, status)
		}
	}
	reports, err := s.cfg.Reports.Reports(r.Context(), c.principal.Scope, f)
	if err != nil {
		return out, false, err
	}
	out = collection[reportProperties]{Type: "FeatureCollection", Features: make([]feature[reportProperties], len(reports))}
	for i := range reports {
		out.Features[i] = c.report(&reports[i], view)
	}
	return out, len(reports) == f.Limit, nil
}

// packPatrols puts in the checkpoints of the caller's areas and the patrols that
// the caller walks.
func (s *Server) packPatrols(r *http.Request, v *patrolView, out *packAnswer) error {
	out.Checkpoints = collection[checkpointProperties]{Type: "FeatureCollection", Features: []feature[checkpointProperties]{}}
	out.CheckpointKinds, out.Patrols = []checkpointKindAnswer{}, []patrolAnswer{}
	if s.cfg.Patrols == nil {
		return nil
	}
	kinds, err := s.cfg.Patrols.CheckpointKinds(r.Context())
	if err != nil {
		return err
	}
	for _, k := range kinds {
		out.CheckpointKinds = append(out.CheckpointKinds, answerCheckpointKind(k))
	}
	all, err := s.cfg.Patrols.Checkpoints(r.Context())
	if err != nil {
		return err
	}
	for i := range all {
		if seesCheckpoint(v.world, v.principal, &all[i]) == nil {
			out.Checkpoints.Features = append(out.Checkpoints.Features, v.checkpoint(&all[i]))
		}
	}
	if v.principal.Person == (geo.ID{}) {
		return nil
	}
	mine, err := s.cfg.Patrols.Patrols(r.Context(), v.principal.Scope, v.principal.Person, patrol.PatrolFilter{
		Member: v.principal.Person, Now: v.at, From: v.at.Add(-packPatrolsBefore), To: v.at.Add(packPatrolsAfter), Limit: maxPagePatrols,
		States: []patrol.PatrolState{patrol.PatrolScheduled, patrol.PatrolReady, patrol.PatrolStartOverdue, patrol.PatrolActive},
	})
	if err != nil {
		return err
	}
	for i := range mine {
		out.Patrols = append(out.Patrols, v.patrol(&mine[i]))
	}
	return nil
}

// packPosts gives the seats of areas as the caller may see them.
func (c *contacts) packPosts(areas []*geo.Area) []packPosts {
	out := []packPosts{}
	for _, a := range areas {
		if seats := c.staffing(a); len(seats) > 0 {
			out = append(out, packPosts{a.Kind, a.Code, seats})
		}
	}
	return out
}

// packTag gives the ETag of a pack: of everything but the moment it was made.
func packTag(land *packLand, out *packAnswer) (string, error) {
	h := sha256.New()
	h.Write(land.hash[:])
	if err := json.NewEncoder(h).Encode(out); err != nil {
		return "", err
	}
	return fmt.Sprintf(`W/"r%d-%s"`, out.Revision, hex.EncodeToString(h.Sum(nil)[:12])), nil
}

// categories gives the kinds of report of the world's duties.
func (w world) categories() []categoryAnswer {
	out := []categoryAnswer{}
	for _, c := range w.duties.Rulebook.Categories {
		out = append(out, categoryAnswer{c.Code, c.Name, c.NameEn, c.Group, c.LeadPost, c.TargetHours, c.HardHours, c.AroundClock, c.VerifyFirst, c.Private})
	}
	return out
}
