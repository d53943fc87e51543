package postgis

import (
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// dump gives every row of every table as text, by table, with the wall open.
func (w *world) dump(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT set_config('gridpatrol.contacts', 'all', true)`); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'gridpatrol' ORDER BY 1`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, table := range tables {
			var text string
			sql := `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM ` + pgx.Identifier{"gridpatrol", table}.Sanitize() + ` x`
			if err := tx.QueryRow(t.Context(), sql).Scan(&text); err != nil {
				return err
			}
			out[table] = text
		}
		return nil
	})
	if err != nil || len(out) < 25 {
		t.Fatalf("dumped %d tables, %v", len(out), err)
	}
	return out
}

// holding gives the tables of a dump that have one of the words, as text or as
// the bytes of it.
func holding(dump map[string]string, words ...string) (tables []string) {
	for table, text := range dump {
		if slices.ContainsFunc(words, func(word string) bool {
			return strings.Contains(text, word) || strings.Contains(text, hex.EncodeToString([]byte(word)))
		}) {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

// marked is somebody who is everywhere: a chief by another phone before, with an
// account, who reported twice; beside a namesake and somebody with half the phone.
type marked struct {
	*world
	person     geo.ID
	account    access.Account
	sealed     []string // the bytes of the contacts, as a dump writes them
	reports    []geo.ID
	other      geo.ID // a namesake's report
	oldVersion int64
}

const (
	markedName, markedPhone = "司马标记", "13877776666"
	formerName, formerPhone = "司马旧名", "13877770000"
)

func markSomebody(t testing.TB, w *world) *marked {
	t.Helper()
	m := &marked{world: w, oldVersion: w.d.Current().Version}
	change := func(name, phone string) {
		d := w.d.Current()
		data := d.Roster.Data()
		data.People = slices.Clone(data.People)
		m.person = data.People[0].ID
		data.People[0].Name, data.People[0].Phone = name, phone
		if _, err := w.ReplaceDuties(t.Context(), data, d.Rulebook, patrol.Actor{}); err != nil {
			t.Fatal(err)
		}
		w.refresh(t)
	}
	change(formerName, formerPhone)
	change(markedName, markedPhone)
	var err error
	m.account, err = w.CreateAccount(t.Context(), access.Account{Login: "chief1", Name: markedName, PasswordHash: "h", Role: access.Officer, Person: m.person}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []patrol.Contact{{Name: markedName, Phone: "+86 138-7777-6666"}, {Phone: markedPhone}, {Name: markedName, Phone: "13811112222"}} {
		in := w.intake(t, place(1, 1), "")
		in.Contact = c
		m.reports = append(m.reports, w.accept(t, in).ID)
	}
	m.other = m.reports[2]
	m.reports = m.reports[:2]
	err = pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT encode(sealed, 'hex') FROM reporter_contacts WHERE report_id = ANY($1)`, m.reports)
		if err == nil {
			m.sealed, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err != nil || len(m.sealed) != 2 {
		t.Fatal(m.sealed, err)
	}
	return m
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	m := markSomebody(t, openWorld(t, townURL(t)))
	who := patrol.Actor{Kind: "user", ID: "admin"}
	for _, c := range []struct {
		name                       string
		subject                    patrol.Subject
		people, accounts, contacts int
	}{
		{"phone", patrol.Subject{Phone: "+86 " + markedPhone}, 1, 1, 2},
		{"name", patrol.Subject{Name: " 司马 标记"}, 1, 1, 2},
		{"both", patrol.Subject{Name: markedName, Phone: markedPhone}, 1, 1, 2},
		{"former phone", patrol.Subject{Phone: formerPhone}, 1, 1, 0},
		{"person", patrol.Subject{Person: m.person}, 1, 1, 2},
		{"login", patrol.Subject{Name: "CHIEF1"}, 0, 1, 0},
		{"namesake's phone", patrol.Subject{Phone: "13811112222"}, 0, 0, 1},
		{"nobody", patrol.Subject{Name: "没有此人"}, 0, 0, 0},
		{"part of the phone", patrol.Subject{Phone: "77776666"}, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := m.Personal(t.Context(), c.subject, "search", who)
			if err != nil || len(p.People) != c.people || len(p.Accounts) != c.accounts || len(p.Contacts) != c.contacts || p.Scanned != 3 {
				t.Errorf("found %d people, %d accounts, %d contacts of %d, %v; want %d, %d, %d of 3",
					len(p.People), len(p.Accounts), len(p.Contacts), p.Scanned, err, c.people, c.accounts, c.contacts)
			}
		})
	}
	p, err := m.Personal(t.Context(), patrol.Subject{Phone: markedPhone}, "export", who)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range p.People[0].Versions {
		names = append(names, v.Name)
	}
	if len(names) != 3 || names[1] != formerName || p.People[0].Last().Phone != markedPhone || len(p.People[0].Holdings) != 1 {
		t.Errorf("the person is %+v", p.People[0])
	}
	if c := p.Contacts[1]; c.Name != markedName || c.Report != m.reports[0] || c.Description == "" || c.Point == (geo.LatticePoint{}) {
		t.Errorf("the contact is %+v", c)
	}
	if n := m.count(t, `SELECT count(*) FROM audit WHERE action = 'personal.export' AND actor_id = 'admin' AND subject_kind = 'person'`); n != 1 {
		t.Errorf("%d audit rows of the export, want 1", n)
	}
	if tables := holding(map[string]string{"audit": m.dump(t)["audit"]}, markedName, markedPhone); len(tables) > 0 {
		t.Error("the audit log says who was looked for")
	}
	for _, subject := range []patrol.Subject{{}, {Name: "  "}, {Phone: "12345"}, {Phone: "---"}, {Name: markedName, Person: m.person}} {
		if _, err := m.Personal(t.Context(), subject, "search", who); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("subject %+v: %v, want geo.ErrInvalid", subject, err)
		}
	}
}

// After an erasure no table has name or phone, nor the bytes of the contacts;
// what was decided and who held what is as it was.
func TestErasePersonal(t *testing.T) {
	t.Parallel()
	m := markSomebody(t, openWorld(t, townURL(t)))
	elsewhere := openWorld(t, m.url) // another server, with everything in memory
	for n := m.oldVersion; n <= m.d.Current().Version; n++ {
		if _, err := elsewhere.d.Version(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if tables := holding(m.dump(t), markedName, markedPhone); !slices.Equal(tables, []string{"accounts", "people"}) {
		t.Fatalf("the marks are in %v before the erasure, want accounts and people", tables)
	}
	if tables := holding(m.dump(t), m.sealed...); !slices.Equal(tables, []string{"reporter_contacts"}) {
		t.Fatalf("the sealed contacts are in %v before the erasure", tables)
	}
	who := patrol.Actor{Kind: "user", ID: "admin", Name: "admin", Role: "admin"}
	subject := patrol.Subject{Phone: markedPhone}
	for _, reason := range []string{"", "本人要求删除" + markedName, "phone " + formerPhone} {
		if _, err := m.ErasePersonal(t.Context(), subject, reason, who); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("reason %q: %v, want geo.ErrInvalid", reason, err)
		}
	}
	e, err := m.ErasePersonal(t.Context(), subject, "本人要求", who)
	if err != nil || e.People != 1 || e.Accounts != 1 || e.Contacts != 2 || e.Unreadable != 0 {
		t.Fatalf("ErasePersonal = %+v, %v; want 1 person, 1 account, 2 contacts", e, err)
	}
	dump := m.dump(t)
	// The namesake's contact is sealed, so no name is left in clear anywhere.
	if tables := holding(dump, append([]string{markedName, markedPhone, formerName, formerPhone, "7777-6666"}, m.sealed...)...); len(tables) > 0 {
		t.Errorf("after the erasure %v still has something of it", tables)
	}
	if c, err := m.Contact(t.Context(), everything, m.other, who); err != nil || c.Phone != "****2222" {
		t.Errorf("the namesake's contact: %+v, %v", c, err)
	}
	if r, _, err := m.Report(t.Context(), everything, m.reports[0]); err != nil || r.HasContact {
		t.Errorf("the report says that it has a contact: %v, %v", r.HasContact, err)
	}

	elsewhere.refresh(t)
	before := elsewhere.d.Current()
	if before.Version != m.d.Current().Version+1 {
		t.Errorf("the duties are version %d, want one more than %d", before.Version, m.d.Current().Version)
	}
	for n := m.oldVersion; n <= before.Version; n++ {
		d, err := elsewhere.d.Version(t.Context(), n)
		if err != nil {
			t.Fatalf("duties %d: %v", n, err)
		}
		p, ok := d.Roster.Person(m.person)
		if !ok || p.Name != patrol.ErasedName || p.Phone != "" {
			t.Errorf("in version %d the person is %+v, %v", n, p, ok)
		}
		if was := m.d.Current().Roster; !reflect.DeepEqual(d.Roster.PostsOf(m.person, time.Now()), was.PostsOf(m.person, time.Now())) {
			t.Errorf("in version %d other posts are held", n)
		}
	}
	if checked, faults, err := m.VerifyDecisions(t.Context(), elsewhere.b, elsewhere.d, nil); err != nil || checked != 3 || len(faults) > 0 {
		t.Errorf("VerifyDecisions = %d, %v, %v; want 3 without faults", checked, faults, err)
	}
	if a, err := m.Account(t.Context(), m.account.ID); err != nil || !a.Disabled || a.Name != patrol.ErasedName || a.PasswordHash != "" {
		t.Errorf("the account is %+v, %v", a, err)
	}
	list, err := m.Erasures(t.Context(), 10)
	if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], e) {
		t.Errorf("Erasures = %+v, %v; want %+v", list, err, e)
	}
	p, err := m.Personal(t.Context(), subject, "search", who)
	if err != nil || !p.Empty() || len(p.Before) != 1 {
		t.Errorf("afterwards there is %+v, %v", p, err)
	}
	if _, err := m.ErasePersonal(t.Context(), subject, "again", who); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("again: %v, want geo.ErrNotFound", err)
	}
}

// Nobody is left without an administrator, and then nothing is erased.
func TestErasePersonalKeepsAnAdministrator(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	if _, err := w.CreateAccount(t.Context(), access.Account{Login: "root", Name: markedName, PasswordHash: "h", Role: access.Admin}, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	in := w.intake(t, place(1, 1), "")
	in.Contact = patrol.Contact{Name: markedName, Phone: markedPhone}
	r := w.accept(t, in)
	var p *geo.Problem
	if _, err := w.ErasePersonal(t.Context(), patrol.Subject{Name: markedName}, "x", patrol.Actor{}); !errors.As(err, &p) || p.Code != "last-admin" {
		t.Errorf("erasing the last administrator: %v", err)
	}
	if _, err := w.Contact(t.Context(), everything, r.ID, patrol.Actor{}); err != nil {
		t.Errorf("the contact is gone all the same: %v", err)
	}
	if _, err := w.CreateAccount(t.Context(), access.Account{Login: "root2", PasswordHash: "h", Role: access.Admin}, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ErasePersonal(t.Context(), patrol.Subject{Name: markedName}, "x", patrol.Actor{}); err != nil {
		t.Errorf("with another administrator: %v", err)
	}
}

// What another key sealed is told of, not passed over.
func TestPersonalOfAnotherKey(t *testing.T) {
	t.Parallel()
	m := markSomebody(t, openWorld(t, townURL(t)))
	if err := m.exec(t, `UPDATE reporter_contacts SET key_id = 'other' WHERE report_id = $1`, m.reports[0]); err != nil {
		t.Fatal(err)
	}
	if p, err := m.Personal(t.Context(), patrol.Subject{Phone: markedPhone}, "search", patrol.Actor{}); err != nil || p.Unreadable != 1 || len(p.Contacts) != 1 || p.Scanned != 2 {
		t.Errorf("unreadable %d, found %d of %d, %v; want 1, 1 of 2", p.Unreadable, len(p.Contacts), p.Scanned, err)
	}
}

// Where somebody was on patrol is found, and goes along.
func TestErasePersonalTakesTracks(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	m := markSomebody(t, w.world)
	stays := newID()
	w.person = m.person
	w.start(t, m.person, stays)
	for _, person := range []geo.ID{m.person, stays} {
		w.person = person
		w.send(t, stroll(w.began, 300, 3))
	}
	w.catchUp(t)
	chief := patrol.Actor{Kind: "user", ID: m.account.ID.String(), Name: "officer", Role: "officer"}
	for _, who := range []patrol.Actor{chief, {Kind: "user", ID: "d", Name: "dispatcher", Role: "dispatcher"}} {
		if _, _, err := w.Shown(t.Context(), who, newID(), w.patrol, geo.ID{}, false); err != nil {
			t.Fatal(err)
		}
	}
	subject, who := patrol.Subject{Phone: markedPhone}, patrol.Actor{Kind: "user", ID: "admin", Role: "admin"}
	p, err := m.Personal(t.Context(), subject, "export", who)
	if err != nil || len(p.Tracks) != 1 || len(p.Tracks[0].Lines) == 0 || p.Tracks[0].Patrol != w.patrol {
		t.Fatalf("found %+v, %v; want one track with its lines", p.Tracks, err)
	}
	if l := p.Tracks[0].Lines[0]; len(l.Times) != len(l.Points) || len(l.Points) < 2 || l.DistanceM <= 0 {
		t.Errorf("its first line is %+v", l)
	}
	before := m.count(t, `SELECT count(*) FROM area_days`)
	e, err := m.ErasePersonal(t.Context(), subject, "本人要求", who)
	if err != nil || e.Tracks != 1 {
		t.Fatalf("ErasePersonal = %+v, %v; want one track", e, err)
	}
	for name, n := range map[string]int{
		`SELECT count(*) FROM tracks`: 1,
		`SELECT count(*) FROM track_readings WHERE person_id = '` + m.person.String() + `'`: 0,
		`SELECT count(*) FROM track_fixes WHERE track_id NOT IN (SELECT id FROM tracks)`:    0,
		`SELECT count(*) FROM track_pieces WHERE track_id NOT IN (SELECT id FROM tracks)`:   0,
		`SELECT count(*) FROM area_days`: before,
	} {
		if got := m.count(t, name); got != n {
			t.Errorf("%s = %d, want %d", name, got, n)
		}
	}
	if tables := holding(m.dump(t), markedName, markedPhone); len(tables) > 0 {
		t.Errorf("after the erasure %v still has something of it", tables)
	}
	if list, err := m.Erasures(t.Context(), 1); err != nil || len(list) != 1 || list[0].Tracks != 1 {
		t.Errorf("the erasure log has %+v, %v", list, err)
	}
}
