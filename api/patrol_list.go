package api

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The patrols of one page: unless asked, and at most.
const pagePatrols, maxPagePatrols = 100, 1000

type patrolList struct {
	Patrols []patrolAnswer `json:"patrols"`
	Links   []link         `json:"links,omitempty"`
}

// listPatrols answers GET /api/v1/patrols: those in the caller's areas and those
// that the caller walks, by planned start.
func (s *Server) listPatrols(w http.ResponseWriter, r *http.Request) error {
	v := patrolView{rosterView: s.rosterView(r, s.now())}
	filter, err := readPatrolFilter(newQuery(r), v.world, v.principal)
	if err != nil {
		return err
	}
	found, err := s.cfg.Patrols.Patrols(r.Context(), v.principal.Scope, v.principal.Person, filter)
	if err != nil {
		return err
	}
	out := patrolList{Patrols: make([]patrolAnswer, len(found))}
	for i := range found {
		out.Patrols[i] = v.patrol(&found[i])
	}
	if len(found) == filter.Limit {
		out.Links = []link{{Rel: "next", Href: s.nextPage(r, patrolCursor(&found[len(found)-1])), Type: "application/json"}}
	}
	if err := s.logTeams(r.Context(), &v, "list"); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, out)
}

// readPatrolFilter reads the parameters of a list of patrols.
func readPatrolFilter(q *query, world world, p access.Principal) (patrol.PatrolFilter, error) {
	f := patrol.PatrolFilter{From: q.moment("from"), To: q.moment("to"), Now: world.at, Limit: q.count("limit", pagePatrols, maxPagePatrols)}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		q.unread("to", "must be after from")
	}
	for _, text := range q.list("state") {
		state := patrol.PatrolState(text)
		if !slices.Contains(patrol.PatrolStates(), state) {
			q.unread("state", "there is no state %.40q", text)
		}
		f.States = append(f.States, state)
	}
	if area := areaParam(q, world); area != nil {
		f.AreaID = *area
	}
	if member := assigneeParam(q, world, p); member != nil {
		f.Member = *member
	}
	if cursor := q.text("cursor", 64); cursor != "" {
		var ok bool
		if f.AfterStart, f.AfterID, ok = parsePatrolCursor(cursor); !ok {
			q.unread("cursor", "is none of ours for this list; take it from a next link")
		}
	}
	return f, q.err()
}

func patrolCursor(p *patrol.Patrol) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64([]byte{'p'}, uint64(p.PlannedStart.UnixMicro())), p.ID[:]...))
}

func parsePatrolCursor(text string) (at time.Time, id geo.ID, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 25 || b[0] != 'p' {
		return at, id, false
	}
	copy(id[:], b[9:])
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b[1:]))).UTC(), id, true
}

// readPatrol answers GET /api/v1/patrols/{id}.
func (s *Server) readPatrol(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyPath(r, "patrol")
	if err != nil {
		return err
	}
	p, err := s.findPatrol(r, id)
	if err != nil {
		return err
	}
	return s.answerPatrol(w, r, http.StatusOK, &p)
}

// findPatrol gives a patrol that the caller may see.
func (s *Server) findPatrol(r *http.Request, id geo.ID) (patrol.Patrol, error) {
	who := PrincipalFrom(r.Context())
	p, err := s.cfg.Patrols.Patrol(r.Context(), who.Scope, who.Person, id)
	if errors.Is(err, geo.ErrNotFound) {
		err = errNotFound("patrol")
	}
	return p, err
}

func (s *Server) answerPatrol(w http.ResponseWriter, r *http.Request, status int, p *patrol.Patrol) error {
	v := patrolView{rosterView: s.rosterView(r, s.now())}
	out := v.patrol(p)
	if err := s.logTeams(r.Context(), &v, p.ID.String()); err != nil {
		if status == http.StatusOK && r.Method == http.MethodGet {
			return err
		}
		// What was asked for is done and its sender must learn so; the names can wait.
		s.log.ErrorContext(r.Context(), "names left out of an answer", "error", err)
		for i := range out.Team {
			out.Team[i].Name = ""
		}
	}
	w.Header().Set("ETag", patrolTag(p))
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, status, out)
}
