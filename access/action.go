package access

import "slices"

// Action is something that not everybody may do.
type Action string

// The actions. What concerns an area is allowed only inside the principal's
// scope; Can does not look at it.
const (
	// ReadReports lets read reports beyond the public collection. Without
	// ReadDescriptions they come as the public collection has them: category,
	// state, dates, areas and a coarse position; no text, pictures or people.
	ReadReports      Action = "read_reports"
	ReadDescriptions Action = "read_descriptions" // text, pictures, exact position, history
	ActOnReports     Action = "act_on_reports"    // those the person answers for; comment on all
	DispatchReports  Action = "dispatch_reports"  // act on reports others answer for
	ReadContacts     Action = "read_contacts"     // who reported, and their phone; audited
	ReadRoster       Action = "read_roster"       // who holds which post, with name and phone
	ReadEvents       Action = "read_events"       // the live stream
	PlanBoundaries   Action = "plan_boundaries"   // draft plans, and see drafts
	Publish          Action = "publish"           // make a plan the boundaries in force
	ManageAccounts   Action = "manage_accounts"   // accounts and tokens
	ManageDuties     Action = "manage_duties"     // posts, people and rules
	ReadAudit        Action = "read_audit"

	ReadPatrols       Action = "read_patrols"       // patrols, checkpoints, morning sheets and coverage
	PlanPatrols       Action = "plan_patrols"       // make, change and cancel patrols
	WalkPatrols       Action = "walk_patrols"       // start, pause and end those of the own team, and be tracked on them; dispatchers by radio those of all
	ReadTracks        Action = "read_tracks"        // where others are and were on patrol; one's own needs no leave; audited
	ManageCheckpoints Action = "manage_checkpoints" // places that patrols look at
)

// Actions lists every action. The caller owns the slice.
func Actions() []Action {
	return []Action{ReadReports, ReadDescriptions, ActOnReports, DispatchReports, ReadContacts, ReadRoster,
		ReadEvents, PlanBoundaries, Publish, ManageAccounts, ManageDuties, ReadAudit,
		ReadPatrols, PlanPatrols, WalkPatrols, ReadTracks, ManageCheckpoints}
}

// Can reports whether the principal's role may do that at all; whether it may
// do it there is for the scope to say.
func Can(p Principal, a Action) bool {
	return slices.Contains(allowed(p.Role), a)
}

// allowed lists what a role may do.
func allowed(r Role) []Action {
	switch r {
	case Admin:
		return Actions()
	case Planner:
		return []Action{ReadReports, ReadDescriptions, ReadRoster, ReadEvents, PlanBoundaries, Publish,
			ReadPatrols, ManageCheckpoints}
	case Dispatcher:
		return []Action{ReadReports, ReadDescriptions, ActOnReports, DispatchReports, ReadContacts, ReadRoster, ReadEvents,
			ReadPatrols, PlanPatrols, WalkPatrols, ReadTracks, ManageCheckpoints}
	case Officer:
		return []Action{ReadReports, ReadDescriptions, ActOnReports, ReadContacts, ReadRoster, ReadEvents,
			ReadPatrols, PlanPatrols, WalkPatrols}
	case Consumer:
		return []Action{ReadReports, ReadEvents}
	}
	return nil
}
