package api

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Desk keeps accounts, tokens, sessions and identities for who manages them,
// and for whom they belong to. What is not there is geo.ErrNotFound. Whether the
// caller may see or change it was asked before.
type Desk interface {
	accountDesk
	passwordDesk
	sessionDesk
	tokenDesk
	identityDesk
}

type accountDesk interface {
	// Accounts lists every account, by login.
	Accounts(ctx context.Context) ([]access.Account, error)
	Account(ctx context.Context, id geo.ID) (access.Account, error)
	// CreateAccount is geo.ErrConflict "login-taken" where there is one.
	CreateAccount(ctx context.Context, a access.Account, actor patrol.Actor) (access.Account, error)
	// ChangeAccount is geo.ErrConflict "last-admin" where nobody would be left who
	// administers the whole district.
	ChangeAccount(ctx context.Context, id geo.ID, c access.AccountChange, actor patrol.Actor) (access.Account, error)
	// SignInLocks says until when logins are locked; the others are missing.
	SignInLocks(ctx context.Context, logins []string, t time.Time) (map[string]time.Time, error)
}

type passwordDesk interface {
	// ChangePassword replaces the hash, while it is still the old one, and ends
	// every session but the new one given; else geo.ErrConflict.
	ChangePassword(ctx context.Context, account geo.ID, oldHash, newHash string, in access.Session, actor patrol.Actor) error
	// CreateReset keeps the hash of a secret with which a password can be set once.
	CreateReset(ctx context.Context, account geo.ID, hash []byte, now, expires time.Time, actor patrol.Actor) error
	// ResetAccount gives the account that a good reset link is for.
	ResetAccount(ctx context.Context, hash []byte, t time.Time) (access.Account, error)
	// UseReset sets a password and uses the link up.
	UseReset(ctx context.Context, hash []byte, passwordHash string, now time.Time) error
}

type sessionDesk interface {
	// Sessions lists those that are good at t, the latest used first.
	Sessions(ctx context.Context, account geo.ID, t time.Time) ([]access.Session, error)
	EndSession(ctx context.Context, account, id geo.ID, actor patrol.Actor) error
	// EndSessions ends all but the one of the hash keep, nil for none.
	EndSessions(ctx context.Context, account geo.ID, keep []byte, actor patrol.Actor) (ended int, err error)
}

type tokenDesk interface {
	// Tokens lists every token, the newest first.
	Tokens(ctx context.Context) ([]access.Token, error)
	CreateToken(ctx context.Context, t access.Token, actor patrol.Actor) error
	// RotateToken puts a new token in the place of an old one, which is good until
	// keep at most; geo.ErrConflict "token-rotated" or "token-ended".
	RotateToken(ctx context.Context, old, id geo.ID, hash []byte, now, keep time.Time, actor patrol.Actor) (access.Token, error)
	RevokeToken(ctx context.Context, id geo.ID, actor patrol.Actor) error
}

type identityDesk interface {
	// AccountByIdentity gives the account that an identity is linked to, disabled
	// or not.
	AccountByIdentity(ctx context.Context, id access.Identity) (access.Account, error)
	// Identities gives who the accounts are at a provider, by account.
	Identities(ctx context.Context) (map[geo.ID]access.Identity, error)
	NotePending(ctx context.Context, p access.PendingIdentity, now time.Time) error
	PendingIdentities(ctx context.Context) ([]access.PendingIdentity, error)
	// LinkPending is geo.ErrConflict "identity-taken" where the account is linked.
	LinkPending(ctx context.Context, account, pending geo.ID, actor patrol.Actor) error
	UnlinkIdentity(ctx context.Context, account geo.ID, actor patrol.Actor) error
}
