package patrol

// EventType is something done to a report.
type EventType string

// The events a report can take.
const (
	EventCreate       EventType = "create" // by accepting it; nobody sends it
	EventVerify       EventType = "verify"
	EventFile         EventType = "file"
	EventReject       EventType = "reject"
	EventDispatch     EventType = "dispatch"
	EventAccept       EventType = "accept"
	EventReturn       EventType = "return"
	EventHandle       EventType = "handle"
	EventHandleOnSpot EventType = "handle_on_spot"
	EventCheckPass    EventType = "check_pass"
	EventCheckFail    EventType = "check_fail"
	EventClose        EventType = "close"
	EventExtend       EventType = "extend"
	EventPark         EventType = "park"
	EventUnpark       EventType = "unpark"
	EventMerge        EventType = "merge"
	EventMove         EventType = "move"
	EventReopen       EventType = "reopen"
	EventComment      EventType = "comment"
	EventReroute      EventType = "reroute"  // by publishing other boundaries; nobody sends it
	EventHandover     EventType = "handover" // by a change of who answers; nobody sends it
)

// ForReporter reports whether the note and the photos of an event are for who
// sent the report to see: what they sent themselves, and what says how the
// matter ended. The rest is among colleagues.
func (e EventType) ForReporter() bool {
	switch e {
	case EventCreate, EventReject, EventHandle, EventHandleOnSpot, EventClose:
		return true
	}
	return false
}
