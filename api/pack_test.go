package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/pack"
)

func TestPack(t *testing.T) {
	s := newSite(t)
	s.send("infrastructure", groupPoint)
	s.send("infrastructure", townPoint)
	wantProblem(t, s.get("/api/v1/pack", ""), 401, "sign-in-required")
	wantProblem(t, s.get("/api/v1/pack", s.token(access.Consumer)), 403, "forbidden")
	wantProblem(t, s.get("/api/v1/pack?at=now", s.token(access.Officer, id(4))), 400, "invalid-parameters")

	west := s.token(access.Officer, id(4))
	w := s.get("/api/v1/pack", west)
	got := want[packAnswer](t, w, 200)
	if got.Revision != 3 || got.DutyVersion != 7 || !got.MadeAt.Equal(testNow) || !got.Synthetic || len(got.Categories) == 0 {
		t.Errorf("the pack is of revision %d, duty version %d, made at %v, synthetic %v", got.Revision, got.DutyVersion, got.MadeAt, got.Synthetic)
	}
	if len(got.Reports.Features) != 1 || got.Reports.Features[0].Properties.Description != "private words" || got.LeftOut {
		t.Errorf("the officer of the west carries %d reports, want the one there", len(got.Reports.Features))
	}
	if body := w.Body.String(); !strings.Contains(body, secretPhone) || strings.Contains(body, "不公开东") {
		t.Error("the officer of the west has to see who works there, and nobody who is not public in the east")
	}
	if len(s.store.reads) != 1 {
		t.Errorf("audited %v, want the one pack that named people", s.store.reads)
	}
	land, err := pack.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	at, _ := geo.Snap(groupPoint)
	if f := pack.NewLookup(land).Locate(at)[geo.Grid.Index()]; f.Server || f.Area == nil || f.Area.Code != gridWest || !f.Area.Own {
		t.Errorf("the pack has %+v at a place in the west, want its grid as the own one", f)
	}

	if w = s.do(call{method: "GET", path: "/api/v1/pack", header: map[string]string{"Authorization": "Bearer " + west, "If-None-Match": w.Header().Get("ETag")}}); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("asked again with its ETag: %d with %d bytes, want 304 and none", w.Code, w.Body.Len())
	}
	if len(s.store.reads) != 1 {
		t.Error("what was not shown again was audited again")
	}
	whole := want[packAnswer](t, s.get("/api/v1/pack", s.token(access.Dispatcher)), 200)
	if len(whole.Reports.Features) != 2 || slices.ContainsFunc(whole.Posts, func(p packPosts) bool { return p.Kind != geo.Grid }) {
		t.Errorf("of the whole district: %d reports and posts of %v, want both and of grids alone", len(whole.Reports.Features), whole.Posts)
	}

	// A report more, then other boundaries: both are another pack.
	before := s.get("/api/v1/pack", west).Header().Get("ETag")
	s.send("infrastructure", groupPoint)
	more := s.get("/api/v1/pack", west)
	snapshot := *s.store.snapshot
	snapshot.Revision.Number = 4
	s.store.snapshot = &snapshot
	published := s.get("/api/v1/pack", west)
	if tags := []string{before, more.Header().Get("ETag"), published.Header().Get("ETag")}; len(slices.Compact(tags)) != 3 {
		t.Errorf("ETags %v, want three", tags)
	}
	if got := want[packAnswer](t, published, 200); got.Revision != 4 || len(got.Reports.Features) != 2 {
		t.Errorf("after the publish revision %d with %d reports", got.Revision, len(got.Reports.Features))
	}
}

func TestPackLands(t *testing.T) {
	s := newSite(t)
	var lands packLands
	snapshot := s.store.snapshot
	get := func(scope access.Scope) *packLand {
		t.Helper()
		land, err := lands.land(snapshot, scope)
		if err != nil {
			t.Fatal(err)
		}
		return land
	}
	both := get(access.Scope{Areas: []geo.ID{id(4), id(5)}})
	if get(access.Scope{Areas: []geo.ID{id(5), id(4), id(5)}}) != both {
		t.Error("the same scope in another order has its land made again")
	}
	if get(access.Scope{Areas: []geo.ID{id(4)}}) == both || get(access.Scope{}) == get(access.Scope{All: true}) {
		t.Error("different scopes share a land")
	}
	for n := range maxPackLands + 20 {
		get(access.Scope{Areas: []geo.ID{id(1000 + n)}})
	}
	if len(lands.by) > maxPackLands {
		t.Errorf("%d lands are kept, want %d at most", len(lands.by), maxPackLands)
	}
	other := *snapshot
	snapshot = &other
	if get(access.Scope{Areas: []geo.ID{id(4), id(5)}}) == both || len(lands.by) != 1 {
		t.Error("a land outlived its boundaries")
	}
}
