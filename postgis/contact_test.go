package postgis

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// roleURL makes a role that may sign in and is no superuser, and gives the
// database's URL as that role.
func roleURL(t testing.TB, database, name string) string {
	t.Helper()
	admin, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	role := name + "_" + strings.ToLower(admin.Config().Database)
	quoted := pgx.Identifier{role}.Sanitize()
	if _, err := admin.Exec(context.Background(), `CREATE ROLE `+quoted+` LOGIN`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), `DROP OWNED BY `+quoted+`; DROP ROLE `+quoted); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(role)
	if q := u.Query(); q.Has("user") {
		q.Set("user", role)
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// ownedURL is an empty database in which a role without special rights may make
// the schema, as that role.
func ownedURL(t testing.TB) (database, owner string) {
	t.Helper()
	database = pgtest.URL(t)
	owner = roleURL(t, database, "owner")
	admin, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	for _, sql := range []string{
		`CREATE EXTENSION postgis WITH SCHEMA public`, `CREATE EXTENSION btree_gist WITH SCHEMA public`,
		`GRANT CREATE ON DATABASE ` + pgx.Identifier{admin.Config().Database}.Sanitize() + ` TO PUBLIC`,
	} {
		if _, err := admin.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return database, owner
}

// walled opens a store with the town as roles that the wall holds for: the one
// that owns the tables, or with two another one beside it.
func walled(t testing.TB, two bool) *world {
	t.Helper()
	database, owner := ownedURL(t)
	c := testConfig(owner)
	if two {
		c.URL, c.MigrateURL = roleURL(t, database, "app"), owner
	}
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{Store: s, b: NewBoundaries(s)}
	if w.d, err = NewDuties(s); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(t.Context(), Publication{Areas: town(2)}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	return w
}

// Whoever gets a statement of their own to the database sees no contact, and
// takes none away, while the program does both.
func TestContactsBehindTheWall(t *testing.T) {
	t.Parallel()
	for name, two := range map[string]bool{"one role": false, "two roles": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := walled(t, two)
			in := w.intake(t, place(1, 1), "")
			in.Contact = patrol.Contact{Name: "欧阳修远", Phone: "13912345678"}
			r := w.accept(t, in)
			past := []PastReport{w.pastReport(t, 1, 2), w.pastReport(t, 2, 2), w.pastReport(t, 3, 2)}
			if err := w.ImportReports(t.Context(), past, patrol.Actor{}, nil); err != nil {
				t.Fatalf("past reports with contacts: %v", err)
			}
			const all = `SELECT count(*) FROM reporter_contacts`
			if n := w.count(t, all); n != 0 {
				t.Errorf("%d contacts are seen from outside, want none", n)
			}
			if n := w.count(t, `SELECT count(*) FROM reports r JOIN reporter_contacts c USING (district_code) WHERE r.id = c.report_id`); n != 0 {
				t.Errorf("%d contacts are seen through a join, want none", n)
			}
			for _, sql := range []string{
				`DELETE FROM reporter_contacts`,
				`UPDATE reporter_contacts SET sealed = nonce || nonce`,
				`SELECT set_config('gridpatrol.contacts', '999999', true); DELETE FROM reporter_contacts`,
			} {
				if err := w.exec(t, sql); err != nil {
					t.Errorf("%s: %v, want nothing done", sql, err)
				}
			}
			seen := func(opened string) (n int) {
				err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
					if _, err := tx.Exec(t.Context(), `SELECT set_config('gridpatrol.contacts', $1, true)`, opened); err != nil {
						return err
					}
					return tx.QueryRow(t.Context(), all).Scan(&n)
				})
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if a, b, c := seen(testDistrict), seen("all"), seen("999999"); a != 4 || b != 4 || c != 0 {
				t.Errorf("opened for the district %d contacts are seen, for all %d, for another %d; want 4, 4, 0", a, b, c)
			}
			if n := w.count(t, all); n != 0 {
				t.Errorf("%d contacts are seen after a transaction that had opened them", n)
			}
			if c, err := w.RevealContact(t.Context(), everything, r.ID, "回访", patrol.Actor{}); err != nil || c != in.Contact {
				t.Errorf("RevealContact = %+v, %v", c, err)
			}
			if d, err := w.Diagnose(t.Context()); err != nil || d.PassesWalls || d.MayChangeSchema == two {
				t.Errorf("Diagnose = %+v, %v; want a role that the wall holds for", d, err)
			}
			if keys, err := w.ForeignContactKeys(t.Context()); err != nil || len(keys) != 0 {
				t.Errorf("ForeignContactKeys = %v, %v", keys, err)
			}
			if n, err := w.PurgeContacts(t.Context(), time.Now().Add(time.Hour), patrol.Actor{}); err != nil || n != 3 {
				t.Errorf("PurgeContacts = %d, %v; want the 3 of past reports that are closed", n, err)
			}
		})
	}
}

// Thirty reveals an hour are an account's, whichever servers it asks, and
// however many at once.
func TestRevealsAreCounted(t *testing.T) {
	t.Parallel()
	database := townURL(t)
	one, two := openWorld(t, database), openWorld(t, database)
	in := one.intake(t, place(1, 1), "")
	in.Contact = patrol.Contact{Name: "欧阳修远", Phone: "13912345678"}
	r := one.accept(t, in)
	who := patrol.Actor{Kind: "user", ID: "u1"}
	reveal := func(w *world, actor patrol.Actor) error {
		_, err := w.RevealContact(t.Context(), everything, r.ID, "回访", actor)
		return err
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	done, refused := 0, 0
	for i := range RevealsAnHour + 6 {
		group.Go(func() {
			err := reveal([]*world{one, two}[i%2], who)
			mu.Lock()
			defer mu.Unlock()
			var often *patrol.TooOftenError
			switch {
			case err == nil:
				done++
			case errors.As(err, &often) && errors.Is(err, geo.ErrForbidden):
				if often.Wait < time.Second || often.Wait > time.Hour {
					t.Errorf("wait %v, want up to an hour", often.Wait)
				}
				refused++
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if done != RevealsAnHour || refused != 6 {
		t.Errorf("%d reveals and %d refusals, want %d and 6", done, refused, RevealsAnHour)
	}
	if n := one.count(t, `SELECT count(*) FROM audit WHERE action = 'contact.reveal'`); n != RevealsAnHour {
		t.Errorf("%d audit rows, want one for each reveal", n)
	}
	if err := reveal(two, patrol.Actor{Kind: "user", ID: "u2"}); err != nil {
		t.Errorf("another account: %v", err)
	}
	if err := one.exec(t, `UPDATE audit SET at = at - interval '1 hour' WHERE actor_id = 'u1' AND id = (SELECT min(id::text)::uuid FROM audit WHERE action = 'contact.reveal' AND actor_id = 'u1')`); err != nil {
		t.Fatal(err)
	}
	if err := reveal(one, who); err != nil {
		t.Errorf("once the oldest is an hour ago: %v", err)
	}
	if err := reveal(two, who); err == nil {
		t.Error("and one more is not refused")
	}
}

// Looking at the masked contact is in the audit log; a reason is kept, so it may
// not hold what is kept elsewhere.
func TestContactIsAudited(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "")
	in.Contact = patrol.Contact{Name: "欧阳修远", Phone: "139 1234-5678"}
	r := w.accept(t, in)
	who := patrol.Actor{Kind: "user", ID: "u1"}
	if c, err := w.Contact(t.Context(), everything, r.ID, who); err != nil || c != (patrol.Contact{Name: "欧**", Phone: "****5678"}) {
		t.Errorf("Contact = %+v, %v", c, err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'contact.read' AND actor_id = 'u1' AND subject = $1`, r.ID.String()); n != 1 {
		t.Errorf("%d audit rows of the reading, want 1", n)
	}
	for reason, code := range map[string]string{
		"": "reason-missing", strings.Repeat("因", reasonMax+1): "reason-missing",
		"给欧阳 修远回电话": "reason-personal", "打 +86 139-1234-5678": "reason-personal",
	} {
		var p *geo.Problem
		if _, err := w.RevealContact(t.Context(), everything, r.ID, reason, who); !errors.As(err, &p) || p.Code != code {
			t.Errorf("reason %q: %v, want %s", fmt.Sprintf("%.20s", reason), err, code)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'contact.reveal'`); n != 0 {
		t.Errorf("%d refused reveals are in the audit log", n)
	}
}
