package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/etag"
	"github.com/gridpatrol/gridpatrol/patrol"
)

type liveAnswer struct {
	At      time.Time    `json:"at"`
	Patrols []livePatrol `json:"patrols"`
}

type livePatrol struct {
	ID          geo.ID       `json:"id"`
	Area        patrolArea   `json:"area"`
	Paused      bool         `json:"paused"`
	PlannedEnd  time.Time    `json:"planned_end"`
	AbsentSince *time.Time   `json:"absent_since"`
	Members     []liveMember `json:"members"`
	ReportsNear []nearReport `json:"reports_near"`
	Synthetic   bool         `json:"synthetic,omitempty"`
}

type liveMember struct {
	Person    geo.ID    `json:"person"`
	Name      string    `json:"name,omitempty"`
	Lon       float64   `json:"lon"`
	Lat       float64   `json:"lat"`
	AccuracyM *float64  `json:"accuracy_m,omitempty"`
	T         time.Time `json:"t"`
	SpeedMPS  *float64  `json:"speed_mps,omitempty"`
	Mock      bool      `json:"mock,omitempty"`
}

type nearReport struct {
	ID        geo.ID  `json:"id"`
	Category  string  `json:"category"`
	DistanceM float64 `json:"distance_m"`
}

// readLive answers GET /api/v1/patrols/live: who is on patrol where, and the open
// reports near them. The page asks every few seconds: names are those that are
// noted with who looked, once an hour.
func (s *Server) readLive(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	list, err := s.cfg.Tracks.Live(r.Context(), v.principal.Scope, actorOf(v.principal), v.principal.Person)
	if err != nil {
		return err
	}
	out := liveAnswer{Patrols: make([]livePatrol, len(list))}
	for i := range list {
		out.Patrols[i] = v.live(&list[i])
	}
	same, err := json.Marshal(out.Patrols)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(same)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if etag.NoneMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	out.At = v.at
	return writeJSON(w, http.StatusOK, out)
}

func (v *rosterView) live(o *patrol.OnPatrol) livePatrol {
	a := livePatrol{ID: o.ID, Area: patrolArea{Kind: o.Area.Kind, Code: o.Area.Code, Name: o.AreaName}, Paused: o.Paused, PlannedEnd: o.PlannedEnd,
		AbsentSince: optional(o.AbsentSince), Members: make([]liveMember, len(o.Members)), ReportsNear: make([]nearReport, len(o.Near))}
	if area, ok := v.Index.ByID(o.AreaID); ok { // by the name it has now
		a.Area, a.Synthetic = patrolArea{area.Kind, area.Code, area.Name, area.NameEn}, area.Synthetic
	}
	known := func(x float64) *float64 {
		if x < 0 {
			return nil
		}
		return &x
	}
	for i, p := range o.Members {
		m := liveMember{Person: p.Person, Lon: p.Point[0], Lat: p.Point[1], AccuracyM: known(p.AccuracyM), T: p.At, SpeedMPS: known(p.SpeedMPS), Mock: p.Mock}
		if person, ok := v.duties.Roster.Person(p.Person); ok && v.knowsPerson(p.Person) {
			m.Name = person.Name
		}
		a.Members[i] = m
	}
	for i, n := range o.Near {
		a.ReportsNear[i] = nearReport{n.ID, n.Category, toDecimals(n.DistanceM, 10)}
	}
	return a
}
