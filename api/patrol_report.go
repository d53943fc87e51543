package api

import (
	"errors"
	"net/http"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// onPatrol refuses a report of a patrol from anybody but its team, and of a
// patrol that has not begun. A phone that was without signal may send one after
// the end.
func (s *Server) onPatrol(r *http.Request, cmd *reportCommand, p access.Principal) error {
	if cmd.patrol == (geo.ID{}) {
		return nil
	}
	no := func(detail string) error {
		return fail("invalid-values", detail, geo.FieldError{Pointer: cmd.at + "/patrol", Detail: detail})
	}
	const notYours = "is no patrol that you walk"
	if s.cfg.Patrols == nil || !access.Can(p, access.WalkPatrols) || p.Person == (geo.ID{}) {
		return no(notYours)
	}
	of, err := s.cfg.Patrols.Patrol(r.Context(), access.Scope{}, p.Person, cmd.patrol)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return no(notYours)
	case err != nil:
		return err
	case of.Stored != patrol.PatrolActive && of.Stored != patrol.PatrolDone:
		return no("is a patrol that has not begun")
	}
	return nil
}
