package api

import (
	"net/http"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// editAnswer is what an edit of the roster has made, or would make.
type editAnswer struct {
	DutyVersion  int64            `json:"duty_version"`
	DryRun       bool             `json:"dry_run"`
	Changed      []postAnswer     `json:"changed"`
	Removed      []geo.ID         `json:"removed"` // seats
	Handovers    []handoverAnswer `json:"handovers"`
	Vacancies    []vacancyAnswer  `json:"vacancies"` // new ones
	ReportsMoved int              `json:"reports_moved"`
}

// changeRoster answers POST /api/v1/roster/changes.
func (s *Server) changeRoster(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	edit, err := readRosterEdit(r, &v)
	if err != nil {
		return err
	}
	if !v.principal.Scope.All {
		edit.options.Permit = v.permit
	}
	out, err := s.cfg.Roster.EditRoster(r.Context(), edit.changes, edit.options, actorOf(v.principal))
	if err != nil {
		return unprocessable(err)
	}
	if edit.options.DryRun {
		// Nothing is written that says who saw whom.
		if err := s.logView(r, &v, "changes"); err != nil {
			return err
		}
	} else if err := s.cfg.Duties.Refresh(r.Context()); err != nil {
		// It is done; this server hears of it like the others.
		s.log.WarnContext(r.Context(), "an edit of the roster could not be read back at once", "error", err.Error())
	}
	v.duties = out.After
	if v.at.Before(out.After.Since) {
		v.at = out.After.Since
	}
	return writeJSON(w, http.StatusOK, v.edited(out, edit.options.DryRun))
}

func (v *rosterView) edited(out patrol.RosterOutcome, dry bool) editAnswer {
	a := editAnswer{DutyVersion: out.DutyVersion, DryRun: dry, Changed: []postAnswer{}, Removed: []geo.ID{},
		Handovers: []handoverAnswer{}, Vacancies: []vacancyAnswer{}, ReportsMoved: out.ReportsMoved}
	for _, id := range out.Seats {
		switch seat, ok := out.After.Roster.Seat(id); {
		case !ok:
			a.Removed = append(a.Removed, id)
		case v.sees(out.After.Roster.AreasOfSeat(seat)):
			a.Changed = append(a.Changed, v.staffed(seat))
		}
	}
	sortPosts(a.Changed)
	// What changes hands by the calendar at the same moment may be elsewhere.
	for _, h := range out.Handovers {
		if v.sees(h.Areas) {
			a.Handovers = append(a.Handovers, v.handover(h))
		}
	}
	for _, vacant := range out.Vacancies {
		if v.sees(vacant.Areas) {
			one, _ := v.vacancy(vacant)
			a.Vacancies = append(a.Vacancies, one)
		}
	}
	return a
}

// permit refuses changes of posts that answer for areas beyond the caller's. It
// names them where the caller may see the post.
func (v *rosterView) permit(areas []geo.ID) error {
	if v.mayChange(areas) {
		return nil
	}
	p := geo.Problem{Code: "outside-scope", Detail: "this account is limited to areas, and the change concerns posts or people beyond them"}
	if v.sees(areas) {
		for _, id := range areas {
			if a, ok := v.Index.ByID(id); ok && !v.mayChange([]geo.ID{id}) && !slices.Contains(p.Areas, a.Ref()) {
				p.Areas = append(p.Areas, a.Ref())
			}
		}
	}
	return &fault{Problem: p}
}
