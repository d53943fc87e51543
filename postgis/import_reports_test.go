package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// pastReport is a report of some time ago at a place of the town.
func (w *world) pastReport(t testing.TB, x, y int) patrol.PastReport {
	t.Helper()
	in := w.intake(t, place(x, y), "")
	r := in.Report
	r.Source, r.RawCRS, r.ObservedAt = "import", "gcj02", r.CreatedAt.Add(-time.Hour)
	r.UpdatedAt, r.Version, r.Status, r.HandledBy = r.CreatedAt.Add(time.Minute), 2, patrol.Closed, "import"
	at := place(x, y)
	actor := patrol.Actor{Kind: "system", ID: "import", Name: "import", Role: "system"}
	return patrol.PastReport{Report: r, Contact: patrol.Contact{Name: "王某", Phone: "13800000001"}, History: []patrol.HistoryEntry{
		{Seq: 1, Type: patrol.EventCreate, At: r.CreatedAt, Actor: actor, To: patrol.Dispatched},
		{Seq: 2, Type: patrol.EventClose, At: r.UpdatedAt, Actor: actor, From: patrol.Dispatched, To: patrol.Closed, Note: "好了", Point: &at, Detail: json.RawMessage(`{"a": 1}`)},
	}}
}

var importedFile = ImportRecord{File: "去年.csv", SHA256: fmt.Sprintf("%064d", 7), Importer: "gridpatrol test"}

func writing(list []patrol.PastReport) func(*ReportImport) error {
	return func(w *ReportImport) error { return w.Write(list) }
}

func recorded() ImportRecord { return importedFile }

// TestImportPast: what is read back is what was written, and the contact is nowhere in clear.
func TestImportPast(t *testing.T) {
	w := openWorld(t, townURL(t))
	actor := patrol.Actor{Kind: "user", ID: "u", Name: "planner", Role: "planner"}
	var list []patrol.PastReport
	for i := range 5 {
		list = append(list, w.pastReport(t, 1+i, 2))
	}
	list[4].Contact, list[4].Report.DueAt, list[4].Report.HardDueAt = patrol.Contact{}, time.Time{}, time.Time{}
	list[4].History[1].Point, list[4].History[1].Detail = nil, nil
	n, err := w.ImportPast(t.Context(), actor, writing(list), recorded)
	if err != nil || n != len(list) {
		t.Fatalf("ImportPast = %d, %v", n, err)
	}
	for _, p := range list {
		got, history, err := w.Report(t.Context(), access.Scope{All: true}, p.Report.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := p.Report
		want.HasContact = !p.Contact.Empty()
		if !got.Decision.Equal(want.Decision) {
			t.Errorf("the decision is %+v, want %+v", got.Decision, want.Decision)
		}
		got.Decision, want.Decision = patrol.Decision{}, patrol.Decision{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the report is %+v, want %+v", got, want)
		}
		if !reflect.DeepEqual(history, p.History) {
			t.Errorf("the history is %+v, want %+v", history, p.History)
		}
		if p.Contact.Empty() {
			continue
		}
		c, err := w.RevealContact(t.Context(), access.Scope{All: true}, p.Report.ID, "a test", actor)
		if err != nil || c != p.Contact {
			t.Errorf("the contact is %+v, %v, want %+v", c, err, p.Contact)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM imports WHERE what = 'reports' AND file = '去年.csv' AND actor_id = 'u'`); n != 1 {
		t.Errorf("%d records of the import, want one", n)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'reset' AND cursor IS NULL`); n != 1 {
		t.Errorf("%d resets wait, want one", n)
	}
	if n := w.count(t, `SELECT count(*) FROM reporter_contacts WHERE position('138'::bytea IN sealed) > 0`); n != 0 {
		t.Error("a phone stands in clear in the database")
	}
	known, err := w.KnownReports(t.Context(), []geo.ID{list[0].Report.ID, newID()})
	if err != nil || len(known) != 1 || !known[list[0].Report.ID] {
		t.Errorf("KnownReports = %v, %v", known, err)
	}
	// The rows are those that a report sent in would have.
	w.sameRows(t, list[0])
}

// sameRows compares the rows that are there with those of single inserts.
func (w *world) sameRows(t *testing.T, p patrol.PastReport) {
	t.Helper()
	twin := p
	twin.Report.ID = newID()
	row, err := w.reportRow(&twin.Report, len(p.History))
	if err == nil {
		err = w.exec(t, insertReportSQL, row...)
	}
	if err == nil {
		row, err = w.decisionRow(&twin.Report, 1)
	}
	if err == nil {
		err = w.exec(t, insertDecisionSQL, row...)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`SELECT count(DISTINCT (to_jsonb(r) - 'id' - 'has_contact')::text) FROM reports r WHERE id = $1 OR id = $2`,
		`SELECT count(DISTINCT (to_jsonb(d) - 'report_id')::text) FROM decisions d WHERE report_id = $1 OR report_id = $2`,
	} {
		if n := w.count(t, q, p.Report.ID, twin.Report.ID); n != 1 {
			t.Errorf("%s: %d sorts of rows, want one", q, n)
		}
	}
}

// TestImportPastWhole: where anything fails there is nothing of it.
func TestImportPastWhole(t *testing.T) {
	w := openWorld(t, townURL(t))
	one := func() patrol.PastReport { return w.pastReport(t, 1, 2) }
	var good []patrol.PastReport
	for range 2*importChunk + 10 {
		p := good
		if len(p) > 0 {
			again := p[0]
			again.Report.ID = newID()
			good = append(good, again)
			continue
		}
		good = append(good, one())
	}
	bad := one()
	bad.Report.Status = "no state"
	broken := errors.New("the file is broken")
	tests := map[string]struct {
		fill func(*ReportImport) error
		want error
	}{
		"the file has an error": {func(i *ReportImport) error { return errors.Join(i.Write(good), broken) }, broken},
		"a row is refused":      {writing(append(good[:len(good):len(good)], bad)), geo.ErrInvalid},
		"one stands twice":      {writing(append(good[:len(good):len(good)], good[0])), geo.ErrConflict},
		"one stands twice, and more comes until told": {func(i *ReportImport) error {
			for {
				if err := i.Write(good); err != nil {
					return err
				}
			}
		}, geo.ErrConflict},
		"not on the lattice": {func(i *ReportImport) error {
			p := one()
			p.Report.Point[0] += 1e-9
			return i.Write(append([]patrol.PastReport{p}, good...))
		}, geo.ErrInvalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if n, err := w.ImportPast(t.Context(), patrol.Actor{}, tt.fill, recorded); !errors.Is(err, tt.want) {
				t.Errorf("ImportPast = %d, %v, want %v", n, err, tt.want)
			}
			w.nothing(t)
		})
	}
	t.Run("killed", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := w.ImportPast(ctx, patrol.Actor{}, func(i *ReportImport) error {
			defer cancel()
			return i.Write(good)
		}, recorded)
		if err == nil {
			t.Error("an import that was broken off gave no error")
		}
		w.nothing(t)
	})
	t.Run("the backend killed", func(t *testing.T) {
		_, err := w.ImportPast(t.Context(), patrol.Actor{}, func(i *ReportImport) error {
			if err := i.Write(good); err != nil {
				return err
			}
			const kill = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()`
			for range 1000 { // it has to have begun to write
				if w.count(t, kill) > 0 {
					return nil
				}
				time.Sleep(2 * time.Millisecond)
			}
			t.Error("there was nobody to kill")
			return nil
		}, recorded)
		if err == nil {
			t.Error("an import without its connection gave no error")
		}
		w.nothing(t)
	})
	t.Run("posts change meanwhile", func(t *testing.T) {
		_, err := w.ImportPast(t.Context(), patrol.Actor{}, func(i *ReportImport) error {
			if _, err := w.ReplaceDuties(t.Context(), w.d.Current().Roster.Data(), w.d.Current().Rulebook, patrol.Actor{}); err != nil {
				return err
			}
			return i.Write(good)
		}, recorded)
		if !errors.Is(err, geo.ErrConflict) {
			t.Errorf("ImportPast = %v, want a conflict", err)
		}
		w.nothing(t)
	})
	if n, err := w.ImportPast(t.Context(), patrol.Actor{}, writing(good), recorded); err != nil || n != len(good) {
		t.Errorf("the same reports afterwards: %d, %v", n, err)
	}
}

// nothing wants no trace of an import.
func (w *world) nothing(t *testing.T) {
	t.Helper()
	for _, table := range []string{"reports", "decisions", "assignments", "report_events", "reporter_contacts", "imports"} {
		if n := w.count(t, `SELECT count(*) FROM `+table); n > 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'report.import'`); n > 0 {
		t.Error("the audit tells of an import that was not")
	}
}

// TestImportRoster: roster and record come together, on the version it was compared with.
func TestImportRoster(t *testing.T) {
	w := openWorld(t, townURL(t))
	have := w.d.Current()
	data := have.Roster.Data()
	data.People = append([]patrol.Person(nil), data.People...)
	data.People[0].Name = "新来的"
	version, err := w.ImportRoster(t.Context(), data, have.Version, importedFile, patrol.Actor{Kind: "user", ID: "u"})
	if err != nil || version != have.Version+1 {
		t.Fatalf("ImportRoster = %d, %v", version, err)
	}
	w.refresh(t)
	if got := w.d.Current().Roster.AllPeople()[0].Name; got != "新来的" && len(data.People) == 1 {
		t.Errorf("the person is %s", got)
	}
	if p, ok := w.d.Current().Roster.Person(data.People[0].ID); !ok || p.Name != "新来的" {
		t.Errorf("the person is %v", p)
	}
	if !reflect.DeepEqual(w.d.Current().Rulebook.Rules, have.Rulebook.Rules) {
		t.Error("the rules are others")
	}
	if n := w.count(t, `SELECT count(*) FROM imports WHERE what = 'roster'`); n != 1 {
		t.Errorf("%d records of the import, want one", n)
	}
	if _, err := w.ImportRoster(t.Context(), data, have.Version, importedFile, patrol.Actor{}); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("a roster compared with an older version gave %v, want a conflict", err)
	}
	data.Holdings = append([]patrol.Holding(nil), data.Holdings...)
	data.Holdings = append(data.Holdings, patrol.Holding{ID: newID(), Seat: newID(), Person: data.People[0].ID, From: time.Now()})
	if _, err := w.ImportRoster(t.Context(), data, version, importedFile, patrol.Actor{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a roster with a fault gave %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM imports`); n != 1 {
		t.Errorf("%d records of imports, want one", n)
	}
}
