package api

import (
	"context"
	"io"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Boundaries are the boundaries, published and planned. Current never blocks; while it gives
// nil, before the first load, requests are answered with 503.
type Boundaries interface {
	Current() *locate.Snapshot
	Refresh(ctx context.Context) error
	// At gives what is in force at t: geo.ErrNotFound before the first revision,
	// geo.ErrInvalid after now, unless a plan will be published by then: its
	// boundaries.
	At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error)
	// Plan gives the boundaries as a plan would have them, by its id;
	// geo.ErrNotFound where there is none. Whether the caller may see it was
	// asked before.
	Plan(ctx context.Context, id string) (*locate.Snapshot, error)
	// Revision gives the boundaries of one that was published; geo.ErrNotFound
	// where there is none of that number.
	Revision(ctx context.Context, number int) (*locate.Snapshot, error)
}

// Revisions lists the published revisions, oldest first.
type Revisions interface {
	Revisions(ctx context.Context) ([]geo.Revision, error)
}

// Duties are the people, posts and rules in force. Current is as that of
// Boundaries.
type Duties interface {
	Current() *patrol.Duties
	Refresh(ctx context.Context) error
}

// Reports keep reports. Whatever lies outside the scope is geo.ErrNotFound.
type Reports interface {
	// Accept stores a report once for its key. patrol.ErrStale says that the
	// boundaries or duties it was routed with are no longer in force.
	Accept(ctx context.Context, in patrol.Intake) (r patrol.Report, replayed bool, err error)
	Report(ctx context.Context, scope access.Scope, id geo.ID) (patrol.Report, []patrol.HistoryEntry, error)
	// Reports gives at most f.Limit reports, newest first.
	Reports(ctx context.Context, scope access.Scope, f patrol.Filter) ([]patrol.Report, error)
	// Act does something to a report once for its key. keep is called when
	// nothing but the commit can refuse the action any more.
	Act(ctx context.Context, scope access.Scope, a patrol.Action, keep func() error) (r patrol.Report, replayed bool, err error)
	// FollowSecret is the secret that shows the reporter's view of a report:
	// always the same for one id, and not to be guessed.
	FollowSecret(id geo.ID) string
}

// Accounts find who a login or a token belongs to; geo.ErrNotFound where there
// is none.
type Accounts interface {
	AccountByLogin(ctx context.Context, login string) (access.Account, error)
	TokenByID(ctx context.Context, id geo.ID) (access.Token, error)
	// TouchToken notes that a token was used, to the minute.
	TouchToken(ctx context.Context, id geo.ID, now time.Time) error
}

// Sessions keep who is signed in, by the hash of the session's secret.
type Sessions interface {
	// CreateSession keeps a session that begins now, while what was proved still
	// holds; geo.ErrNotFound where it does not.
	CreateSession(ctx context.Context, in access.Session, p access.Proof) error
	// Session gives a session that is good by access.SessionGood with its account,
	// and notes that it was used; geo.ErrNotFound where it has ended, or where the
	// account is disabled.
	Session(ctx context.Context, hash []byte, now time.Time) (access.Session, access.Account, error)
	// TouchSession notes that a session was used.
	TouchSession(ctx context.Context, hash []byte, now time.Time) error
	DeleteSession(ctx context.Context, hash []byte) error
	// TrySignIn counts an attempt to sign in before its password is looked at.
	// until is zero where it may go on, else when the login's lock ends.
	TrySignIn(ctx context.Context, login string, now time.Time) (until time.Time, err error)
	// SignInRefused notes a wrong password for a login, of an account or of none.
	SignInRefused(ctx context.Context, login string, account geo.ID) error
}

// AccessWatch knows whether anything has changed of who may do what.
type AccessWatch interface {
	// Generation is another one after every change that became known: at once
	// where it was made by this server, within two seconds where not. ok is false
	// while nobody knows. It never blocks.
	Generation() (generation uint64, ok bool)
}

// ReadLog keeps who read personal data of others: names and phones that are
// not on the notice board.
type ReadLog interface {
	// LogRead notes that somebody was shown names or phones of a subject, such
	// as a "report" and its id, or a "roster" and what of it.
	LogRead(ctx context.Context, who patrol.Actor, subjectKind, subject string) error
}

// Events are the live messages of the district.
type Events interface {
	// Subscribe gives the visible messages after the cursor, then those to
	// come, until ctx ends; a negative cursor begins with what is to come. from
	// is the cursor it begins after. A "reset" message says that messages
	// between are gone. The channel is closed when ctx ends, and when the
	// reader is too slow. visible must be quick and safe for concurrent use.
	Subscribe(ctx context.Context, after int64, visible func(patrol.StreamEvent) bool) (messages <-chan patrol.StreamEvent, from int64, err error)
}

// Counted are all reports of the district in memory. Current never blocks; what
// it gives never changes, and may be some moments behind the database.
type Counted interface {
	Current() *hotspot.Columns
}

// Picture is a photo as it will be stored: upright JPEG without metadata, and
// what the metadata said.
type Picture struct {
	JPEG          []byte
	Width, Height int        // pixels
	Position      *orb.Point // lon/lat in degrees, WGS 84; nil where unknown
	TakenAt       time.Time  // zero where unknown
}

// Photos read and keep pictures.
type Photos interface {
	// Read gives the picture in a file, told by its content; what is none, or
	// too large, is a *geo.Problem of kind geo.ErrInvalid.
	Read(ctx context.Context, file io.Reader) (Picture, error)
	// Stage puts a picture on disk, safe from a crash, where Open does not find
	// it yet.
	Stage(ctx context.Context, p Picture) (StagedPhoto, error)
	// Open opens the picture with that SHA-256; geo.ErrNotFound where there is
	// none.
	Open(sum []byte) (io.ReadSeekCloser, error)
}

// StagedPhoto is a picture on disk that is either kept or discarded.
type StagedPhoto interface {
	// Sum is the SHA-256 of the picture's bytes, which it is opened by.
	Sum() []byte
	// Keep has it found; keeping it again, or what is there already, changes
	// nothing.
	Keep() error
	// Discard takes it away, unless it was kept.
	Discard()
}

// Health says whether the database can be used; nil when it can.
type Health interface {
	Ready(ctx context.Context) error
}
