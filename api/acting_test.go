package api

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestAllowIsTheCallers has a report accepted and handled by its chief, and
// looks after each step at what everybody may send next, in the list, in the
// report and in the answer to the event alike.
func TestAllowIsTheCallers(t *testing.T) {
	s := newSite(t)
	report := s.send("fire_safety", groupPoint)
	path := "/api/v1/reports/" + report.ID
	officer := func(n int, person geo.ID) map[string]string {
		return s.session(access.Account{ID: id(n), Login: person.String(), Role: access.Officer, Person: person, AreaIDs: []geo.ID{id(4)}})
	}
	chief, police, east := officer(801, chiefWest), officer(802, policeWest), officer(803, id(104))
	dispatcher := map[string]string{"Authorization": "Bearer " + s.token(access.Dispatcher)}
	planner := map[string]string{"Authorization": "Bearer " + s.token(access.Planner)}
	consumer := map[string]string{"Authorization": "Bearer " + s.token(access.Consumer)}
	follower := map[string]string{"X-Follow-Secret": report.Properties.FollowSecret}

	check := func(step, who string, header map[string]string, wanted ...patrol.EventType) {
		t.Helper()
		read := want[reportFeatureJSON](t, s.do(call{method: "GET", path: path, header: header}), 200)
		if got := read.Properties.Allow; !slices.Equal(got, wanted) {
			t.Errorf("%s: %s reads allow = %q, want %q", step, who, got, wanted)
		}
		if header["X-Follow-Secret"] != "" {
			return
		}
		list := want[collection[reportProperties]](t, s.do(call{method: "GET", path: "/api/v1/reports", header: header}), 200)
		if got := list.Features[0].Properties.Allow; !slices.Equal(got, wanted) {
			t.Errorf("%s: %s lists allow = %q, want %q", step, who, got, wanted)
		}
	}
	act := func(body string, wanted ...patrol.EventType) {
		t.Helper()
		got := want[reportFeatureJSON](t, s.do(call{method: "POST", path: path + "/events", body: body, header: chief}), 200)
		if !slices.Equal(got.Properties.Allow, wanted) {
			t.Errorf("%s answers allow = %q, want %q", body, got.Properties.Allow, wanted)
		}
	}
	const accept, giveBack, handle, reject, comment, closing = patrol.EventAccept, patrol.EventReturn, patrol.EventHandle, patrol.EventReject, patrol.EventComment, patrol.EventClose
	check("sent", "its chief", chief, accept, giveBack, reject, comment)
	check("sent", "who sees it and does not answer for it", east, comment)
	act(`{"type":"accept"}`, giveBack, handle, reject, comment)
	act(`{"type":"handle"}`, comment)
	check("handled", "who handled it", chief, comment)
	check("handled", "who answers for it too", police, closing, comment)
	check("handled", "a dispatcher", dispatcher, closing, comment)
	check("handled", "a planner", planner)
	check("handled", "a consumer", consumer)
	check("handled", "its sender", follower)
	// Posts answer for reports: who holds one now, not who did when it came.
	for i := range s.store.reports[0].Decision.Assignments {
		s.store.reports[0].Decision.Assignments[i].PersonID = id(999)
	}
	check("after a handover", "who holds the post now", police, closing, comment)
	check("after a handover", "who sees it and does not answer for it", east, comment)
}
