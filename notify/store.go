// Package notify carries what has been committed to whoever waits for it: the
// relay gives cursors to new events, the hub fans them out to the streams open
// in this process, and the deliverer posts them to webhooks. What it needs of a
// store it declares here.
package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Sequencer gives cursors to committed stream rows that have none yet.
type Sequencer interface {
	// Sequence numbers at most max rows, one caller at a time over all
	// servers, and says how many it found. n == max means there may be more.
	Sequence(ctx context.Context, max int) (n int, err error)
}

// EventLog is the numbered stream as the store keeps it.
type EventLog interface {
	// EventsAfter gives the events with a cursor above cursor, ascending, at
	// most limit. An event that is not in an answer never turns up below a
	// cursor that was.
	EventsAfter(ctx context.Context, cursor int64, limit int) ([]patrol.StreamEvent, error)
	// Cursor gives the last cursor ever given out (0 before the first; it does
	// not fall when old events are purged), and that of the oldest event still
	// kept (newest+1 where none is).
	Cursor(ctx context.Context) (newest, oldest int64, err error)
}

// Outbox holds what is to be delivered to recipients outside.
//
// Leases run on the store's clock. A delivery's Attempt guards it: Finish and
// Fail answer false, without an error, when somebody else has the row by now.
type Outbox interface {
	// Lease takes deliveries that are due, oldest first, and raises their Attempt.
	Lease(ctx context.Context, req LeaseRequest) ([]Delivery, error)
	// Finish marks one as delivered.
	Finish(ctx context.Context, id geo.ID, attempt int) (ok bool, err error)
	// Fail gives one back to be tried later, or never again.
	Fail(ctx context.Context, id geo.ID, attempt int, f Failure) (ok bool, err error)
}

// LeaseRequest says which deliveries a worker takes, and for how long.
type LeaseRequest struct {
	Kind           string        // recipient kind, such as "webhook"
	Max            int           // rows in all
	PerDestination int           // rows of one destination at most, so that none starves the others
	Skip           []geo.ID      // destinations that are busy or resting
	Hold           time.Duration // after that others may take the row
}

// Delivery is one leased outbox row with its destination.
type Delivery struct {
	ID          geo.ID // the outbox id: by it the consumer recognises a repeat
	Destination geo.ID
	URL         string          // of the destination
	Secret      []byte          // its HMAC key; without one the request is not signed
	Type        string          // of the event, such as "report.created"
	At          time.Time       // when it happened, UTC
	Data        json.RawMessage // holds no personal data
	Attempt     int             // 1 for the first
}

// Failure is what became of an attempt that did not succeed.
type Failure struct {
	RetryIn time.Duration // not again before
	Dead    bool          // never again: a dead letter
	Untried bool          // given back without an attempt: Attempt falls by one again
	Cause   string        // short, without personal data, secrets or the receiver's words
}
