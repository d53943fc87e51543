package api

import (
	"context"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakeDesk is what fakeStore keeps for accounts besides: the store's rules are
// tested where the store is.
type fakeDesk struct {
	resets  map[string]geo.ID
	pending []access.PendingIdentity
	linked  map[access.Identity]geo.ID
	made    []patrol.Actor // who did each thing
	kept    []byte         // the hash that EndSessions was told to keep
	last    bool           // every change would leave no administrator
}

func (f *fakeStore) index(id geo.ID) int {
	return slices.IndexFunc(f.accounts, func(a access.Account) bool { return a.ID == id })
}

func (f *fakeStore) Accounts(context.Context) ([]access.Account, error) {
	return slices.Clone(f.accounts), nil
}

func (f *fakeStore) Account(_ context.Context, id geo.ID) (access.Account, error) {
	if i := f.index(id); i >= 0 {
		return f.accounts[i], nil
	}
	return access.Account{}, geo.ErrNotFound
}

func (f *fakeStore) CreateAccount(_ context.Context, a access.Account, actor patrol.Actor) (access.Account, error) {
	f.accounts, f.desk.made = append(f.accounts, a), append(f.desk.made, actor)
	return a, nil
}

func (f *fakeStore) ChangeAccount(_ context.Context, id geo.ID, c access.AccountChange, actor patrol.Actor) (access.Account, error) {
	i := f.index(id)
	if i < 0 {
		return access.Account{}, geo.ErrNotFound
	}
	if f.desk.last {
		return access.Account{}, &geo.Problem{Kind: geo.ErrConflict, Code: "last-admin", Detail: "the last"}
	}
	a := &f.accounts[i]
	if c.Name != nil {
		a.Name = *c.Name
	}
	if c.Role != nil {
		a.Role = *c.Role
	}
	if c.AreaIDs != nil {
		a.AreaIDs = *c.AreaIDs
	}
	if c.Person != nil {
		a.Person = *c.Person
	}
	if c.Disabled != nil {
		a.Disabled = *c.Disabled
	}
	f.desk.made = append(f.desk.made, actor)
	return *a, nil
}

func (f *fakeStore) SignInLocks(context.Context, []string, time.Time) (map[string]time.Time, error) {
	return nil, nil
}

func (f *fakeStore) ChangePassword(_ context.Context, id geo.ID, old, hash string, in access.Session, _ patrol.Actor) error {
	i := f.index(id)
	if f.accounts[i].PasswordHash != old {
		return geo.ErrConflict
	}
	f.accounts[i].PasswordHash, f.accounts[i].MustChange = hash, false
	clear(f.sessions)
	f.sessions[string(in.Hash)] = id
	return nil
}

func (f *fakeStore) CreateReset(_ context.Context, id geo.ID, hash []byte, _, _ time.Time, _ patrol.Actor) error {
	f.desk.resets = map[string]geo.ID{string(hash): id}
	return nil
}

func (f *fakeStore) ResetAccount(ctx context.Context, hash []byte, _ time.Time) (access.Account, error) {
	return f.Account(ctx, f.desk.resets[string(hash)])
}

func (f *fakeStore) UseReset(_ context.Context, hash []byte, passwordHash string, _ time.Time) error {
	i := f.index(f.desk.resets[string(hash)])
	if i < 0 {
		return geo.ErrNotFound
	}
	f.accounts[i].PasswordHash = passwordHash
	delete(f.desk.resets, string(hash))
	return nil
}

func (f *fakeStore) Sessions(_ context.Context, account geo.ID, _ time.Time) (out []access.Session, err error) {
	for hash, id := range f.sessions {
		if id == account {
			out = append(out, access.Session{ID: id, Hash: []byte(hash), Agent: "browser"})
		}
	}
	return out, nil
}

func (f *fakeStore) EndSession(context.Context, geo.ID, geo.ID, patrol.Actor) error {
	return geo.ErrNotFound
}

func (f *fakeStore) EndSessions(_ context.Context, _ geo.ID, keep []byte, _ patrol.Actor) (int, error) {
	f.desk.kept = keep
	return 3, nil
}

func (f *fakeStore) Tokens(context.Context) ([]access.Token, error) {
	return slices.Clone(f.tokens), nil
}

func (f *fakeStore) CreateToken(_ context.Context, t access.Token, _ patrol.Actor) error {
	f.tokens = append(f.tokens, t)
	return nil
}

func (f *fakeStore) RotateToken(_ context.Context, old, id geo.ID, hash []byte, now, keep time.Time, _ patrol.Actor) (access.Token, error) {
	for i := range f.tokens {
		if f.tokens[i].ID == old {
			f.tokens[i].ExpiresAt, f.tokens[i].Successor = keep, id
			t := access.Token{ID: id, Name: f.tokens[i].Name, Role: f.tokens[i].Role, AreaIDs: f.tokens[i].AreaIDs, SecretHash: hash, CreatedAt: now}
			f.tokens = append(f.tokens, t)
			return t, nil
		}
	}
	return access.Token{}, geo.ErrNotFound
}

func (f *fakeStore) RevokeToken(_ context.Context, id geo.ID, _ patrol.Actor) error {
	for i := range f.tokens {
		if f.tokens[i].ID == id {
			f.tokens[i].RevokedAt = testNow
		}
	}
	return nil
}

func (f *fakeStore) AccountByIdentity(ctx context.Context, id access.Identity) (access.Account, error) {
	return f.Account(ctx, f.desk.linked[id])
}

func (f *fakeStore) Identities(context.Context) (map[geo.ID]access.Identity, error) {
	out := map[geo.ID]access.Identity{}
	for id, account := range f.desk.linked {
		out[account] = id
	}
	return out, nil
}

func (f *fakeStore) NotePending(_ context.Context, p access.PendingIdentity, _ time.Time) error {
	f.desk.pending = append(f.desk.pending, p)
	return nil
}

func (f *fakeStore) PendingIdentities(context.Context) ([]access.PendingIdentity, error) {
	return f.desk.pending, nil
}

func (f *fakeStore) LinkPending(_ context.Context, account, pending geo.ID, _ patrol.Actor) error {
	for _, p := range f.desk.pending {
		if p.ID == pending {
			f.desk.linked = map[access.Identity]geo.ID{p.Identity: account}
			return nil
		}
	}
	return geo.ErrNotFound
}

func (f *fakeStore) UnlinkIdentity(context.Context, geo.ID, patrol.Actor) error {
	return geo.ErrNotFound
}
