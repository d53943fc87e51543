package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// categoryAnswer is a kind of report.
type categoryAnswer struct {
	Code        string      `json:"code"`
	Name        string      `json:"name"`
	NameEn      string      `json:"name_en"`
	Group       string      `json:"group"`
	LeadPost    patrol.Post `json:"lead_post"`
	TargetHours float64     `json:"target_hours"`
	HardHours   float64     `json:"hard_hours"`
	AroundClock bool        `json:"around_clock"` // otherwise the hours are working hours
	VerifyFirst bool        `json:"verify_first"`
	Private     bool        `json:"private"`
}

// listCategories answers GET /api/v1/categories.
func (s *Server) listCategories(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	return writeTagged(w, r, "application/json", world{duties: s.cfg.Duties.Current()}.categories())
}

// revisionAnswer is one published state of the boundaries.
type revisionAnswer struct {
	Revision    int       `json:"revision"`
	PublishedAt time.Time `json:"published_at"`
	Note        string    `json:"note,omitempty"`
	Areas       int       `json:"areas"`
	Current     bool      `json:"current,omitempty"`
	// Of these only who may plan is told.
	By      string  `json:"by,omitempty"`
	Plan    *geo.ID `json:"plan,omitempty"`
	Changed *int    `json:"changed,omitempty"` // areas that are new, changed or gone
}

// listRevisions answers GET /api/v1/revisions, the newest first.
func (s *Server) listRevisions(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	current := s.cfg.Boundaries.Current().Revision.Number
	answer := func(rev *geo.Revision) revisionAnswer {
		return revisionAnswer{Revision: rev.Number, PublishedAt: rev.PublishedAt.UTC(), Note: rev.Note, Areas: rev.Areas, Current: rev.Number == current}
	}
	out := []revisionAnswer{}
	if s.cfg.Plans != nil && access.Can(PrincipalFrom(r.Context()), access.PlanBoundaries) {
		all, err := s.cfg.Plans.Publications(r.Context())
		if err != nil {
			return err
		}
		for i := range all {
			a := answer(&all[i].Revision)
			a.By, a.Changed = all[i].By.Name, &all[i].Changed
			if all[i].Plan != (geo.ID{}) {
				a.Plan = &all[i].Plan
			}
			out = append(out, a)
		}
	} else {
		all, err := s.cfg.Revisions.Revisions(r.Context())
		if err != nil {
			return err
		}
		for i := range all {
			out = append(out, answer(&all[i]))
		}
	}
	slices.Reverse(out)
	return writeTagged(w, r, "application/json", map[string]any{"revisions": out})
}
