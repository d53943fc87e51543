package main

import (
	"context"
	"io"
	"net/http"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/photo"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// timeZone is the one that working hours and days are in.
const timeZone = "Asia/Shanghai"

// principalOf says who sent a request that came through the API's guard.
func principalOf(r *http.Request) access.Principal { return api.PrincipalFrom(r.Context()) }

// liveEvents is the hub as the API wants it.
type liveEvents struct{ hub *notify.Hub }

// Subscribe gives the visible events after the cursor, and where it begins.
func (e liveEvents) Subscribe(ctx context.Context, after int64, visible func(patrol.StreamEvent) bool) (<-chan patrol.StreamEvent, int64, error) {
	s, err := e.hub.Subscribe(ctx, after, visible)
	if err != nil {
		return nil, 0, err
	}
	return s.Events(), s.From, nil
}

// photos is the reader and the store of pictures as the API wants them.
type photos struct {
	reader *photo.Reader
	store  *photo.Store
}

// Read gives the picture in r, upright and without metadata.
func (p photos) Read(ctx context.Context, r io.Reader) (api.Picture, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return api.Picture{}, err
	}
	pic, err := p.reader.Read(ctx, data)
	return api.Picture{JPEG: pic.JPEG, Width: pic.Width, Height: pic.Height, Position: pic.Position, TakenAt: pic.TakenAt}, err
}

// Stage puts the picture on disk, without a name yet.
func (p photos) Stage(_ context.Context, pic api.Picture) (api.StagedPhoto, error) {
	staged, err := p.store.Stage(pic.JPEG)
	if err != nil {
		return nil, err // not a nil *photo.Staged in an interface
	}
	return staged, nil
}

// Open gives the picture's bytes.
func (p photos) Open(sha256 []byte) (io.ReadSeekCloser, error) {
	return p.store.Open(sha256)
}

// sessions is the store as the API wants it for sign-in: a session is made by
// the account it is for.
type sessions struct{ *postgis.Store }

// CreateSession keeps a session that begins now.
func (s sessions) CreateSession(ctx context.Context, in access.Session, p access.Proof) error {
	return s.Store.CreateSession(ctx, in, p, patrol.Actor{Kind: "user", ID: in.Account.String()})
}

// SignInRefused notes a wrong password.
func (s sessions) SignInRefused(ctx context.Context, login string, account geo.ID) error {
	return s.Store.SignInRefused(ctx, login, account, patrol.Actor{Kind: "public", Name: string(access.Public), Role: string(access.Public)})
}
