package main

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// intakes makes routed reports without the HTTP interface, each another one.
type intakes struct {
	world  *locate.Snapshot
	duties *patrol.Duties
	n      atomic.Int64
	t      testing.TB
}

func newIntakes(t testing.TB, store *postgis.Store) *intakes {
	t.Helper()
	b, d, err := inForce(context.Background(), store)
	if err != nil {
		t.Fatal(err)
	}
	return &intakes{world: b.Current(), duties: d.Current(), t: t}
}

func (in *intakes) next() patrol.Intake {
	p, _ := geo.Round(orb.Point{125.66 + float64(in.n.Add(1)%1000)*1e-5, 43.52})
	m, _ := in.world.Index.Locate(p)
	category, _ := in.duties.Rulebook.Category("infrastructure")
	now := time.Now()
	decision, err := patrol.Dispatch(in.duties, patrol.Routing{
		Point: p, Match: m, Revision: in.world.Revision.Number,
		EdgeDistanceM: in.world.Index.EdgeDistanceM(geo.Grid, p), Category: category, At: now,
	})
	if err != nil {
		in.t.Error(err)
	}
	status, due, hard := in.duties.Rulebook.Start(category, now)
	return patrol.Intake{
		Report: patrol.Report{
			ID: uuid.Must(uuid.NewV7()), Category: category.Code, Point: p, Raw: p, RawCRS: "wgs84", Source: "api",
			CreatedAt: now, Status: status, DueAt: due, HardDueAt: hard, Decision: decision,
		},
		Actor: patrol.Actor{Kind: "public", Role: "public"},
	}
}
