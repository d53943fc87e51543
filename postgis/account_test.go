package postgis

import (
	"crypto/rand"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	grid, _ := w.b.Current().Index.Area(geo.Grid, "220112001000001")
	made, err := w.CreateAccount(t.Context(), access.Account{Login: "chief1", Name: "网格长", PasswordHash: "h",
		Role: access.Officer, Person: newID(), AreaIDs: []geo.ID{grid.ID}}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() (access.Account, error){
		"Account":        func() (access.Account, error) { return w.Account(t.Context(), made.ID) },
		"AccountByLogin": func() (access.Account, error) { return w.AccountByLogin(t.Context(), "chief1") },
	} {
		if got, err := read(); err != nil || !reflect.DeepEqual(got, made) {
			t.Errorf("%s = %+v, %v; want %+v", name, got, err, made)
		}
	}
	var p *geo.Problem
	if _, err := w.CreateAccount(t.Context(), access.Account{Login: "chief1", Role: access.Admin}, patrol.Actor{}); !errors.As(err, &p) || p.Code != "login-taken" {
		t.Errorf("the same login again: %v", err)
	}
	if _, err := w.CreateAccount(t.Context(), access.Account{Login: "x", Role: "king"}, patrol.Actor{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a role that is none: %v", err)
	}
	if _, err := w.CreateAccount(t.Context(), access.Account{Login: "y", Role: access.Officer, AreaIDs: []geo.ID{newID()}}, patrol.Actor{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("an area that is none: %v", err)
	}
	if list, err := w.Accounts(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("Accounts = %v, %v; want one", list, err)
	}
	if _, err := w.AccountByLogin(t.Context(), "nobody"); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("AccountByLogin of nobody: %v", err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a, err := w.CreateAccount(t.Context(), access.Account{Login: "d", PasswordHash: "old", Role: access.Dispatcher}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now().UTC().Truncate(time.Microsecond)
	start := func() []byte {
		_, hash, err := access.NewSession(rand.Reader)
		if err == nil {
			in := access.Session{ID: newID(), Hash: hash, Account: a.ID, CreatedAt: began}
			err = w.CreateSession(t.Context(), in, access.Proof{Login: "d", PasswordHash: a.PasswordHash}, patrol.Actor{})
		}
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	good := func(hash []byte, at time.Time) bool {
		_, got, err := w.Session(t.Context(), hash, at)
		if err != nil && !errors.Is(err, geo.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil && got.ID == a.ID
	}
	hash := start()
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {29 * time.Minute, true}, {58 * time.Minute, true}, {58*time.Minute + access.SessionIdle, false}} {
		if got := good(hash, began.Add(c.after)); got != c.want {
			t.Errorf("the session is good after %v: %v, want %v", c.after, got, c.want)
		}
	}
	if good([]byte("12345678901234567890123456789012"), began) {
		t.Error("an unknown session is good")
	}
	if err := w.DeleteSession(t.Context(), hash); err != nil || good(hash, began) {
		t.Errorf("the session lives on after its end: %v", err)
	}
	hash = start()
	if err := w.SetPassword(t.Context(), a.ID, "new", false, patrol.Actor{}); err != nil || good(hash, began) {
		t.Errorf("a session outlives the password: %v", err)
	}
	a.PasswordHash = "new"
	hash = start()
	if err := w.DisableAccount(t.Context(), a.ID, patrol.Actor{}); err != nil || good(hash, began) {
		t.Errorf("a session outlives the account: %v", err)
	}
	if err := w.DisableAccount(t.Context(), newID(), patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("disabling nobody: %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	grid, _ := w.b.Current().Index.Area(geo.Grid, "220112001000001")
	want := access.Token{ID: newID(), Name: "gis", Role: access.Consumer, AreaIDs: []geo.ID{grid.ID},
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond)}
	want.Family, want.MakerKind = want.ID, "system"
	var err error
	if _, want.SecretHash, err = access.NewToken(want.ID, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := w.CreateToken(t.Context(), want, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if got, err := w.TokenByID(t.Context(), want.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("TokenByID = %+v, %v; want %+v", got, err, want)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	for _, at := range []time.Time{now, now.Add(time.Second)} { // the second is within the grain
		if err := w.TouchToken(t.Context(), want.ID, at); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.TokenByID(t.Context(), want.ID); err != nil || !got.LastUsed.Equal(now) {
		t.Errorf("last used %v, %v; want %v", got.LastUsed, err, now)
	}
	if err := w.RevokeToken(t.Context(), want.ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if got, err := w.TokenByID(t.Context(), want.ID); err != nil || got.RevokedAt.IsZero() {
		t.Errorf("the token is not revoked: %+v, %v", got, err)
	}
	if list, err := w.Tokens(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("Tokens = %v, %v", list, err)
	}
	if _, err := w.TokenByID(t.Context(), newID()); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("an unknown token: %v", err)
	}
}
