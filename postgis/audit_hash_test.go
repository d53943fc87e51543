package postgis

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func exampleLine() patrol.AuditLine {
	return patrol.AuditLine{
		ID: uuid.MustParse("019ab1c2-7d3e-7f00-8123-456789abcdef"), At: time.Date(2026, 5, 3, 8, 0, 0, 123456000, time.UTC),
		Actor:  patrol.Actor{Kind: "user", ID: "u1", Name: "管理员", Role: "admin"},
		Action: "report.create", SubjectKind: "report", Subject: "r1",
		Detail: []byte(`{"b": [1, 2.50, null, true, false], "a": "屯\n"}`),
	}
}

// What is hashed must never change: every seal there is would be wrong. These
// sums were made by another program from what the comments of lineHash and sum
// say.
func TestHashesStay(t *testing.T) {
	line := exampleLine()
	hash, err := lineHash(testDistrict, &line)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(hash[:]), "e8de0b275b4b76e059057db95fe15e09ac53880bb953abc23bada0eb981c7b5c"; got != want {
		t.Errorf("lineHash = %s, want %s", got, want)
	}
	line.Detail = nil
	if hash, err = lineHash(testDistrict, &line); err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(hash[:]), "459323105a895f50039f3659bebf52353b85bfa29598e5edcbd82749d7804920"; got != want {
		t.Errorf("lineHash without detail = %s, want %s", got, want)
	}
	seal := auditSeal{Number: 7, At: line.At, IDs: []geo.ID{line.ID}, Hashes: hash[:], Previous: make([]byte, 32)}
	if got, want := hex.EncodeToString(seal.sum(testDistrict)), "45e4d726eb1d2b8683d5454533e791dac17a6f6800f72a674aea09be5ce67fe8"; got != want {
		t.Errorf("sum = %s, want %s", got, want)
	}
}

// Every field counts, how the detail is written does not, and no text can run
// over into the next field.
func TestLineHashTellsApart(t *testing.T) {
	base := exampleLine()
	hash := func(l patrol.AuditLine) auditHash {
		t.Helper()
		h, err := lineHash(testDistrict, &l)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	want := hash(base)
	same := base
	same.Detail = []byte(` { "a":"屯\u000a","b":[ 1,2.50,null,true,false ] } `)
	if hash(same) != want {
		t.Error("the same detail written otherwise has another hash")
	}
	seen := map[auditHash]string{want: "the line itself"}
	for name, change := range map[string]func(*patrol.AuditLine){
		"id":           func(l *patrol.AuditLine) { l.ID[15]++ },
		"time":         func(l *patrol.AuditLine) { l.At = l.At.Add(time.Microsecond) },
		"actor kind":   func(l *patrol.AuditLine) { l.Actor.Kind = "token" },
		"actor id":     func(l *patrol.AuditLine) { l.Actor.ID = "u2" },
		"actor name":   func(l *patrol.AuditLine) { l.Actor.Name = "" },
		"actor role":   func(l *patrol.AuditLine) { l.Actor.Role = "planner" },
		"action":       func(l *patrol.AuditLine) { l.Action = "report.close" },
		"kind":         func(l *patrol.AuditLine) { l.SubjectKind = "plan" },
		"subject":      func(l *patrol.AuditLine) { l.Subject = "r2" },
		"moved text":   func(l *patrol.AuditLine) { l.SubjectKind, l.Subject = "reportr", "1" },
		"no detail":    func(l *patrol.AuditLine) { l.Detail = nil },
		"null detail":  func(l *patrol.AuditLine) { l.Detail = []byte("null") },
		"empty detail": func(l *patrol.AuditLine) { l.Detail = []byte("{}") },
		"a number":     func(l *patrol.AuditLine) { l.Detail = []byte(`{"b": [1, 2.5, null, true, false], "a": "屯\n"}`) },
		"text for it":  func(l *patrol.AuditLine) { l.Detail = []byte(`{"b": ["1", 2.50, null, true, false], "a": "屯\n"}`) },
		"order":        func(l *patrol.AuditLine) { l.Detail = []byte(`{"b": [2.50, 1, null, true, false], "a": "屯\n"}`) },
		"another name": func(l *patrol.AuditLine) { l.Detail = []byte(`{"c": [1, 2.50, null, true, false], "a": "屯\n"}`) },
	} {
		l := base
		change(&l)
		h := hash(l)
		if other, there := seen[h]; there {
			t.Errorf("%s: the same hash as %s", name, other)
		}
		seen[h] = name
	}
	for _, bad := range []string{"", "{", `{"a":1} {}`, "nul"} {
		l := base
		l.Detail = []byte(bad)
		if _, err := lineHash(testDistrict, &l); err == nil {
			t.Errorf("detail %q is hashed", bad)
		}
	}
}

// Everything of a seal counts.
func TestSealSumTellsApart(t *testing.T) {
	one, two := newID(), newID()
	base := auditSeal{Number: 7, At: time.UnixMicro(5), IDs: []geo.ID{one, two}, Hashes: make([]byte, 64), Previous: make([]byte, 32)}
	seen := map[string]string{string(base.sum(testDistrict)): "the seal itself", string(base.sum("220113")): "another district"}
	for name, change := range map[string]func(*auditSeal){
		"number":   func(s *auditSeal) { s.Number = 8 },
		"time":     func(s *auditSeal) { s.At = time.UnixMicro(6) },
		"founding": func(s *auditSeal) { s.Founding = true },
		"order":    func(s *auditSeal) { s.IDs = []geo.ID{two, one} },
		"one less": func(s *auditSeal) { s.IDs, s.Hashes = s.IDs[:1], s.Hashes[:32] },
		"a hash":   func(s *auditSeal) { s.Hashes = append(make([]byte, 63), 1) },
		"previous": func(s *auditSeal) { s.Previous = append(make([]byte, 31), 1) },
	} {
		s := base
		change(&s)
		sum := string(s.sum(testDistrict))
		if other, there := seen[sum]; there {
			t.Errorf("%s: the same sum as %s", name, other)
		}
		seen[sum] = name
	}
}
