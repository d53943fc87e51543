package access

import (
	"strings"
	"testing"
)

// matrix is who may do what, written out once more by hand:
// a admin, p planner, d dispatcher, o officer, c consumer, - public.
var matrix = map[Action]string{
	ReadReports:      "apdoc",
	ReadDescriptions: "apdo",
	ActOnReports:     "ado",
	DispatchReports:  "ad",
	ReadContacts:     "ado",
	ReadRoster:       "apdo",
	ReadEvents:       "apdoc",
	PlanBoundaries:   "ap",
	Publish:          "ap",
	ManageAccounts:   "a",
	ManageDuties:     "a",
	ReadAudit:        "a",

	ReadPatrols:       "apdo",
	PlanPatrols:       "ado",
	WalkPatrols:       "ado",
	ReadTracks:        "ad",
	ManageCheckpoints: "apd",
}

func TestCan(t *testing.T) {
	roles := map[Role]string{Admin: "a", Planner: "p", Dispatcher: "d", Officer: "o", Consumer: "c", Public: "-", "": "-", "king": "-"}
	if len(matrix) != len(Actions()) {
		t.Fatalf("the table has %d actions, want all %d", len(matrix), len(Actions()))
	}
	for role, letter := range roles {
		for action, who := range matrix {
			t.Run(string(role)+" "+string(action), func(t *testing.T) {
				p := Principal{Kind: "user", Role: role}
				if got, want := Can(p, action), strings.Contains(who, letter); got != want {
					t.Errorf("Can(%s, %s) = %v, want %v", role, action, got, want)
				}
			})
		}
		if Can(Principal{Role: role}, "fly") {
			t.Errorf("%s can do what is no action", role)
		}
	}
}
