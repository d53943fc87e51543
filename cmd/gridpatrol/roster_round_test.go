package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// unstaffedTownship has the boundaries of townshipDatabase, and nobody.
func unstaffedTownship(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "unstaffed township", func(ctx context.Context, store *postgis.Store) error {
		d, err := township()
		if err != nil {
			return err
		}
		_, err = store.Publish(ctx, postgis.Publication{Areas: d.Areas, Note: "boundaries", At: until.AddDate(-3, -1, 0), Actor: system})
		return err
	})
}

// livelyRoster edits the posts of a township into whatever a roster can hold.
func livelyRoster(t *testing.T, url string) {
	t.Helper()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url, District: "220112"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, duties, err := inForce(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	r := duties.Current().Roster
	now := time.Now()
	var grids []patrol.Seat
	for _, s := range r.AllSeats() {
		if s.Post == patrol.GridChief {
			grids = append(grids, s)
		}
	}
	holder := func(s patrol.Seat) geo.ID { p, _, _ := r.Holder(s.ID, now); return p.ID }
	committees, branches := r.AllCommittees(), r.AllBranches()
	var into patrol.Committee // takes over the groups of another committee of its village
	var gone patrol.Committee
	for i, c := range committees[1:] {
		if c.Village == committees[i].Village {
			into, gone = committees[i], c
			break
		}
	}
	changes := []patrol.RosterChange{
		patrol.Appoint{Seat: grids[0].ID, Person: patrol.Whom{Name: "新一", Phone: "12088880001"}},
		patrol.Appoint{Seat: grids[0].ID, Person: patrol.Whom{Name: "将来", Phone: "12088880002"}, From: now.AddDate(1, 0, 0)},
		patrol.Deputise{Seat: grids[0].ID, Person: patrol.Whom{Name: "无号"}, From: now.AddDate(0, 1, 0), To: now.AddDate(0, 2, 0)},
		patrol.Deputise{Seat: grids[0].ID, Person: patrol.Whom{ID: holder(grids[1])}},
		patrol.Relieve{Seat: grids[2].ID},
		patrol.Deputise{Seat: grids[2].ID, Person: patrol.Whom{Name: "无号"}},
		patrol.SetPublicContact{Seat: grids[1].ID, Public: false},
		patrol.TakeLeave{Person: holder(grids[1]), From: now.AddDate(0, 0, -9), To: now.AddDate(0, 0, -2)},
		patrol.TakeLeave{Person: holder(grids[1]), From: now.AddDate(0, 1, 0)},
		patrol.AddSeat{Post: patrol.GridMember, Area: grids[1].Area, AreaKind: geo.Grid, Number: 4},
		patrol.AddSeat{Post: patrol.Volunteer, Committee: into.Code, PublicContact: true},
	}
	for _, post := range []patrol.Post{patrol.GroupDirector, patrol.GroupSecurity, patrol.GroupWomen, patrol.Volunteer} {
		for _, s := range r.SeatsOfCommittee(post, gone.ID) {
			if holder(s) != (geo.ID{}) {
				changes = append(changes, patrol.Relieve{Seat: s.ID})
			}
		}
	}
	changes = append(changes, patrol.RemoveCommittee{Code: gone.Code},
		patrol.PutCommittee{Code: into.Code, Name: into.Name, Village: into.Village, Groups: append(into.Groups, gone.Groups...)})
	for i, b := range branches[1:] {
		if a := branches[i]; a.Village == b.Village {
			changes = append(changes, patrol.RemoveBranch{Code: b.Code},
				patrol.PutBranch{Code: a.Code, Name: "联合党支部", Village: a.Village, Groups: append(a.Groups, b.Groups...)})
			break
		}
	}
	if _, err := store.EditRoster(t.Context(), changes, patrol.RosterEditOptions{}, system); err != nil {
		t.Fatal(err)
	}
	// Somebody without a phone goes on leave.
	_, duties, err = inForce(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	p, _, _ := duties.Current().Roster.Deputy(grids[2].ID, time.Now().Add(time.Hour))
	if _, err := store.EditRoster(t.Context(), []patrol.RosterChange{patrol.TakeLeave{Person: p.ID, From: now.AddDate(0, 3, 0)}}, patrol.RosterEditOptions{}, system); err != nil {
		t.Fatal(err)
	}
}

// TestRosterGoesRound exports committees, branches, and posts with who held, holds
// and will hold them, brings the files into a database that has nobody, and exports
// again: the same bytes. Where they come from nothing differs.
func TestRosterGoesRound(t *testing.T) {
	from := newImportDesk(t, townshipDatabase(t))
	livelyRoster(t, from.url)
	for _, f := range []importers.Format{importers.CSVText, importers.XLSX} {
		t.Run(string(f), func(t *testing.T) {
			to := newImportDesk(t, unstaffedTownship(t))
			file := func(d *importDesk, c string) string {
				path := filepath.Join(t.TempDir(), c+"."+string(f))
				d.run(0, "export", c, "-o", path)
				return path
			}
			for _, c := range []string{"committees", "roster"} {
				path := file(from, c)
				if out, _ := from.run(0, "import", "roster", path); !strings.Contains(out, "nothing differs") {
					t.Errorf("%s where it comes from: %s", c, out)
				}
				to.run(0, "import", "roster", path)
				first, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				second, err := os.ReadFile(file(to, c))
				if err != nil || !bytes.Equal(first, second) {
					t.Errorf("%s came back as other bytes, %v; the first that differs is %d of %d", c, err, differsAt(first, second), len(first))
					if f == importers.CSVText {
						t.Log(linesThatDiffer(string(first), string(second)))
					}
				}
			}
			a, b := from.roster(), to.roster()
			if x, y := len(a.AllHoldings()), len(b.AllHoldings()); x != y || len(b.Data().Leaves) != 3 {
				t.Errorf("%d holdings and %d leaves came from %d and %d", y, len(b.Data().Leaves), x, len(a.Data().Leaves))
			}
		})
	}
}

// linesThatDiffer gives the lines that only one of two texts has.
func linesThatDiffer(a, b string) string {
	in := map[string]int{}
	for _, l := range strings.Split(a, "\n") {
		in[l]--
	}
	for _, l := range strings.Split(b, "\n") {
		in[l]++
	}
	var out strings.Builder
	for l, n := range in {
		if n != 0 {
			fmt.Fprintf(&out, "%+d %s\n", n, l)
		}
	}
	return out.String()
}

// TestImportHandsOver takes a table in which another holds a post: who takes over
// hears of it.
func TestImportHandsOver(t *testing.T) {
	d := newImportDesk(t, townshipDatabase(t))
	path := filepath.Join(d.dir, "posts.csv")
	d.run(0, "export", "posts", "-o", path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, l := range lines {
		if cells := strings.Split(l, ","); cells[0] == "grid_chief" {
			cells[5], cells[6], cells[8] = "接任人", "12088880009", ""
			lines[i] = strings.Join(cells, ",")
			break
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(0, "import", "roster", path)
	if n := d.count(`SELECT count(*) FROM gridpatrol.handovers h JOIN gridpatrol.people p ON p.id = h.to_person
		WHERE p.name = '接任人' AND h.from_person IS NOT NULL AND h.acknowledged_at IS NULL`); n != 1 {
		t.Errorf("%d handovers to who took over, want 1", n)
	}
}
