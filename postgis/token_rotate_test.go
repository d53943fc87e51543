package postgis

import (
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Of one token never more than two are good, however it is rotated.
func TestRotateToken(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	grid, _ := w.b.Current().Index.Area(geo.Grid, "220112001000001")
	now := time.Now().UTC().Truncate(time.Microsecond)
	first := access.Token{ID: newID(), Name: "gis", Role: access.Consumer, AreaIDs: []geo.ID{grid.ID}, CreatedAt: now,
		ExpiresAt: now.Add(100 * time.Hour), SecretHash: access.HashSecret("1"), NoRateLimit: true}
	if err := w.CreateToken(t.Context(), first, patrol.Actor{Kind: "user", ID: "maker"}); err != nil {
		t.Fatal(err)
	}
	rotate := func(old geo.ID, at time.Time) (access.Token, error) {
		id := newID()
		return w.RotateToken(t.Context(), old, id, access.HashSecret(id.String()), at, at.Add(24*time.Hour), patrol.Actor{Kind: "user", ID: "other"})
	}
	alive := func(at time.Time) (n int) {
		list, err := w.Tokens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range list {
			if k.Alive(at) {
				n++
			}
		}
		return n
	}
	var all sync.WaitGroup
	made := make([]access.Token, 8)
	errs := make([]error, 8)
	for i := range made {
		all.Go(func() { made[i], errs[i] = rotate(first.ID, now.Add(time.Hour)) })
	}
	all.Wait()
	var second access.Token
	n := 0
	for i, err := range errs {
		if err == nil {
			second, n = made[i], n+1
		} else if !isProblem(err, "token-rotated") {
			t.Error(err)
		}
	}
	if n != 1 || alive(now.Add(time.Hour)) != 2 {
		t.Fatalf("%d rotations at once succeeded, %d tokens are good; want 1 and 2", n, alive(now.Add(time.Hour)))
	}
	got, err := w.TokenByID(t.Context(), second.ID)
	if err != nil || got.Name != "gis" || got.Role != access.Consumer || len(got.AreaIDs) != 1 || got.Family != first.ID || got.Maker != "other" || !got.NoRateLimit ||
		!got.ExpiresAt.Equal(now.Add(101*time.Hour)) {
		t.Errorf("the second: %+v, %v", got, err)
	}
	old, err := w.TokenByID(t.Context(), first.ID)
	if err != nil || !old.ExpiresAt.Equal(now.Add(25*time.Hour)) || old.Successor != second.ID || old.Maker != "maker" {
		t.Errorf("the first: %+v, %v", old, err)
	}
	third, err := rotate(second.ID, now.Add(2*time.Hour))
	if err != nil || alive(now.Add(2*time.Hour)) != 2 {
		t.Errorf("after the second rotation %d are good, %v; want 2", alive(now.Add(2*time.Hour)), err)
	}
	if old, err := w.TokenByID(t.Context(), first.ID); err != nil || old.RevokedAt.IsZero() {
		t.Errorf("the first is still there: %+v, %v", old, err)
	}
	// What would expire before the time it is kept for is not kept longer.
	late := third.ExpiresAt.Add(-time.Minute)
	if _, err := rotate(third.ID, late); err != nil {
		t.Fatal(err)
	}
	if old, err := w.TokenByID(t.Context(), third.ID); err != nil || !old.ExpiresAt.Equal(third.ExpiresAt) {
		t.Errorf("rotating lengthened the old one's life: %+v, %v", old, err)
	}
	ended := access.Token{ID: newID(), Name: "x", Role: access.Consumer, CreatedAt: now, ExpiresAt: now, SecretHash: access.HashSecret("x")}
	if err := w.CreateToken(t.Context(), ended, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if _, err := rotate(ended.ID, now); !isProblem(err, "token-ended") {
		t.Errorf("rotating an expired token: %v", err)
	}
}
