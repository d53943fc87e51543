package postgis

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The tiny town: a district of 8 × 4 squares of 0.01°.
//
//	+-------+-------+
//	|  T1   |  T2   |   townships, each with a village: V1 (country), V2 (urban)
//	| G1 G2 | G3 G4 |   V1 has village groups g1 g2; grids G1..G4 cover all;
//	+-------+-------+   compound C1 lies in G4
const (
	townLon = 125.60
	townLat = 43.50
	square  = 0.01
)

const testDistrict = "220112"

// box is the rectangle from column x0 to x1 and row y0 to y1 of the squares,
// with a vertex at every corner of a square, so that neighbours share edges.
func box(x0, y0, x1, y1 int) orb.MultiPolygon {
	at := func(x, y int) orb.Point {
		p, _ := geo.Round(orb.Point{townLon + float64(x)*square, townLat + float64(y)*square})
		return p
	}
	var ring orb.Ring
	for x := x0; x < x1; x++ {
		ring = append(ring, at(x, y0))
	}
	for y := y0; y < y1; y++ {
		ring = append(ring, at(x1, y))
	}
	for x := x1; x > x0; x-- {
		ring = append(ring, at(x, y1))
	}
	for y := y1; y > y0; y-- {
		ring = append(ring, at(x0, y))
	}
	return orb.MultiPolygon{{append(ring, ring[0])}}
}

// place is the middle of a square, on the lattice.
func place(x, y int) orb.Point {
	p, _ := geo.Round(orb.Point{townLon + (float64(x)+0.5)*square, townLat + (float64(y)+0.5)*square})
	return p
}

// town gives the areas. East of column split lie G2 and G4 in their halves: a
// redraw moves it.
func town(split int) []geo.Area {
	d := geo.Ref{Kind: geo.District, Code: testDistrict}
	t1, t2 := geo.Ref{Kind: geo.Township, Code: "220112001"}, geo.Ref{Kind: geo.Township, Code: "220112002"}
	v1, v2 := geo.Ref{Kind: geo.Village, Code: "220112001201"}, geo.Ref{Kind: geo.Village, Code: "220112002001"}
	g := func(n int) string { return fmt.Sprintf("%s00100000%d", testDistrict, n) }
	return []geo.Area{
		{Kind: geo.District, Code: d.Code, Name: "双阳区", NameEn: "Shuangyang", Shape: box(0, 0, 8, 4)},
		{Kind: geo.Township, Code: t1.Code, Name: "西镇", Parent: d, Shape: box(0, 0, 4, 4)},
		{Kind: geo.Township, Code: t2.Code, Name: "东街", Parent: d, Shape: box(4, 0, 8, 4)},
		{Kind: geo.Village, Code: v1.Code, Name: "西村", Parent: t1, UnitType: "village", Shape: box(0, 0, 4, 4)},
		{Kind: geo.Village, Code: v2.Code, Name: "东社区", Parent: t2, UnitType: "community", Shape: box(4, 0, 8, 4)},
		{Kind: geo.VillageGroup, Code: v1.Code + "001", Name: "一屯", Parent: v1, Shape: box(0, 0, 4, 2), Households: 80},
		{Kind: geo.VillageGroup, Code: v1.Code + "002", Name: "二屯", Parent: v1, Shape: box(0, 2, 4, 4), Alias: []string{"北屯"}},
		{Kind: geo.Grid, Code: g(1), Name: "一网格", Parent: t1, Class: "rural", Shape: box(0, 0, split, 4)},
		{Kind: geo.Grid, Code: g(2), Name: "二网格", Parent: t1, Class: "rural", Shape: box(split, 0, 4, 4)},
		{Kind: geo.Grid, Code: g(3), Name: "三网格", Parent: v2, Class: "urban", Shape: box(4, 0, 4+split, 4)},
		{Kind: geo.Grid, Code: g(4), Name: "四网格", Parent: v2, Class: "urban", Shape: box(4+split, 0, 8, 4), Synthetic: true},
		{Kind: geo.Compound, Code: v2.Code + "C001", Name: "东小区", Parent: geo.Ref{Kind: geo.Village, Code: v2.Code}, Shape: box(7, 1, 8, 2)},
	}
}

// staff gives the town posts and people: in every grid a chief and an officer,
// in the village a committee; the chief of G2 is away, with a deputy.
func staff(x *locate.Index) patrol.RosterData {
	var d patrol.RosterData
	since := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	hold := func(seat geo.ID, name string, deputy bool) {
		p := patrol.Person{ID: newID(), Name: name, Phone: "1300000" + fmt.Sprintf("%04d", len(d.People)), Synthetic: true}
		d.People = append(d.People, p)
		d.Holdings = append(d.Holdings, patrol.Holding{ID: newID(), Seat: seat, Person: p.ID, Deputy: deputy, From: since})
	}
	for n, a := range x.Areas(geo.Grid) {
		for _, post := range []patrol.Post{patrol.GridChief, patrol.GridPolice, patrol.GridMember} {
			s := patrol.Seat{ID: newID(), Post: post, Area: a.ID, Number: 1, PublicContact: post == patrol.GridChief}
			d.Seats = append(d.Seats, s)
			if post != patrol.GridMember {
				hold(s.ID, fmt.Sprintf("%s%d", post, n), post == patrol.GridChief && n == 1)
			}
		}
	}
	c := patrol.Committee{ID: newID(), Code: "220112001201W01", Name: "屯委会"}
	for _, a := range x.Areas(geo.VillageGroup) {
		c.Groups = append(c.Groups, a.ID)
	}
	if v, ok := x.Area(geo.Village, "220112001201"); ok {
		c.Village = v.ID
	}
	d.Committees = []patrol.Committee{c}
	d.Branches = []patrol.Branch{{ID: newID(), Code: "B1", Name: "支部", Village: c.Village, Groups: c.Groups}}
	for _, post := range []patrol.Post{patrol.GroupDirector, patrol.GroupSecurity, patrol.GroupWomen} {
		s := patrol.Seat{ID: newID(), Post: post, Committee: c.ID, Number: 1}
		d.Seats = append(d.Seats, s)
		hold(s.ID, string(post), false)
	}
	return d
}

func newID() geo.ID { return uuid.Must(uuid.NewV7()) }

// emptyURL is a database with the schema and the district, without areas.
func emptyURL(t testing.TB) string {
	return pgtest.Template(t, "empty", func(url string) error {
		s, err := Open(context.Background(), testConfig(url))
		if err == nil {
			s.Close()
		}
		return err
	})
}

// townURL is a database with the town, published and staffed.
func townURL(t testing.TB) string {
	return pgtest.Template(t, "town", func(url string) error { return settle(context.Background(), url) })
}

// settle makes the schema and the town, and staffs it.
func settle(ctx context.Context, url string) error {
	s, err := Open(ctx, testConfig(url))
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Publish(ctx, Publication{Areas: town(2), Note: "first"}); err != nil {
		return err
	}
	b := NewBoundaries(s)
	if err := b.Refresh(ctx); err != nil {
		return err
	}
	book, err := defaultRulebook()
	if err != nil {
		return err
	}
	_, err = s.ReplaceDuties(ctx, staff(b.Current().Index), book, patrol.Actor{Kind: "system"})
	return err
}

func testConfig(url string) Config {
	key := sha256.Sum256([]byte("a key for tests"))
	return Config{URL: url, District: testDistrict, DistrictName: "双阳区", ContactKey: key[:], MaxConns: 20}
}

// world is a store on the town with its two snapshots.
type world struct {
	*Store
	b *Boundaries
	d *Duties
}

func openWorld(t testing.TB, url string) *world {
	t.Helper()
	c := testConfig(url)
	c.SkipMigrate = true
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{Store: s, b: NewBoundaries(s)}
	if w.d, err = NewDuties(s); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	return w
}

func (w *world) refresh(t testing.TB) {
	t.Helper()
	if err := w.b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// intake is a report of category fire_safety at p, routed on what is in memory.
func (w *world) intake(t testing.TB, p orb.Point, key string) patrol.Intake {
	t.Helper()
	b, d := w.b.Current(), w.d.Current()
	m, _ := b.Index.Locate(p)
	c, ok := d.Rulebook.Category("fire_safety")
	if !ok {
		t.Fatal("no category fire_safety")
	}
	now := d.Moment(time.Now().UTC().Truncate(time.Microsecond))
	edge := math.Round(b.Index.EdgeDistanceM(geo.Grid, p)*10) / 10
	decision, err := patrol.Dispatch(d, patrol.Routing{Point: p, Match: m, Revision: b.Revision.Number,
		EdgeDistanceM: edge, Category: c, At: now})
	if err != nil {
		t.Fatal(err)
	}
	status, due, hard := d.Rulebook.Start(c, now)
	in := patrol.Intake{
		Report: patrol.Report{ID: newID(), Category: c.Code, Description: "楼道里有电动车", Point: p, Raw: p,
			RawCRS: "wgs84", AccuracyM: 10, Source: "api", CreatedAt: now, Status: status, DueAt: due, HardDueAt: hard,
			Decision: decision},
		Actor: patrol.Actor{Kind: "public", Role: "public"},
	}
	if key != "" {
		k, r := sha256.Sum256([]byte(key)), sha256.Sum256([]byte("request"))
		in.KeyHash, in.RequestHash = k[:], r[:]
	}
	return in
}

func (w *world) accept(t testing.TB, in patrol.Intake) patrol.Report {
	t.Helper()
	r, replayed, err := w.Accept(t.Context(), in)
	if err != nil || replayed {
		t.Fatalf("Accept = replayed %v, %v; want a new report", replayed, err)
	}
	return r
}

// act acts without a key or photos.
func (w *world) act(t testing.TB, scope access.Scope, a patrol.Action) (patrol.Report, error) {
	t.Helper()
	r, replayed, err := w.Act(t.Context(), scope, a, nil)
	if replayed {
		t.Errorf("%s without a key was done before", a.Type)
	}
	return r, err
}

// count runs a query for one number.
func (w *world) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	if err := w.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// exec runs a statement that a test expects something of.
func (w *world) exec(t testing.TB, sql string, args ...any) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
}
