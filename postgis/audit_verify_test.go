package postgis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Whatever is done to the tables by hand is found and named.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		sql  string
		// want are texts of faults, each of which has to be there, with %s for
		// the line or lines meant; nothing else may be.
		want  []string
		lines string // the lines meant, by their subject; empty: none
	}{
		{"nothing", `SELECT 1`, nil, ""},
		{"a value", `UPDATE audit SET actor_id = 'somebody else' WHERE subject = '5'`, []string{"line %s of seal 4 was changed"}, "5"},
		{"a time by a microsecond", `UPDATE audit SET at = at + interval '1 microsecond' WHERE subject = '5'`, []string{"line %s of seal 4 was changed"}, "5"},
		{"a detail", `UPDATE audit SET detail = '{}' WHERE subject = '5'`, []string{"line %s of seal 4 was changed"}, "5"},
		{"an id", `UPDATE audit SET id = gen_random_uuid() WHERE subject = '5'`,
			[]string{"line %s of seal 4", "is in no seal: it was inserted past the program"}, "5"},
		{"a line away", `DELETE FROM audit WHERE subject = '5'`, []string{"line %s of seal 4"}, "5"},
		{"a line away before it is sealed", `DELETE FROM audit WHERE subject = 'waits'`, []string{"line %s was removed before it was sealed"}, "waits"},
		{"a line away with its mark before it is sealed is as if it had never been", `
			DELETE FROM audit WHERE subject = 'waits'; DELETE FROM audit_unsealed`, nil, ""},
		{"two lines swapped", `
			UPDATE audit a SET actor_id = b.actor_id, at = b.at, subject = b.subject FROM audit b
			WHERE a.subject IN ('3', '5') AND b.subject IN ('3', '5') AND a.subject <> b.subject`,
			[]string{"line %s of seal 2 was changed", "line %s of seal 4 was changed"}, "3 5"},
		{"a line slipped in", `
			INSERT INTO audit SELECT district_code, gen_random_uuid(), at - interval '2 days', actor_kind, actor_id, actor_name,
				actor_role, action, subject_kind, 'slipped in', detail FROM audit WHERE subject = '5'`,
			[]string{"line %s is in no seal: it was inserted past the program"}, "slipped in"},
		{"the mark of a line that waits", `DELETE FROM audit_unsealed`, []string{"line %s is in no seal"}, "waits"},
		{"a seal's time", `UPDATE audit_seals SET at = at + interval '1 second' WHERE seal = 4`, []string{"seal 4 was changed"}, ""},
		{"a seal's place", `UPDATE audit_seals SET seal = 40 WHERE seal = 4`,
			[]string{"seal 4 is missing", "seals 8 to 39 are missing", "seal 40 was changed", "seal 4 of"}, ""},
		{"a hash in a seal", `UPDATE audit_seals SET hashes = set_byte(hashes, 3, get_byte(hashes, 3) # 1) WHERE seal = 4`,
			[]string{"seal 4 was changed", "line %s of seal 4 was changed"}, "5"},
		{"a seal's own hash", `UPDATE audit_seals SET hash = set_byte(hash, 3, get_byte(hash, 3) # 1) WHERE seal = 4`,
			[]string{"seal 4 was changed", "seal 5 does not follow on seal 4", "seal 4 of"}, ""},
		{"a line, and its seal made anew", `
			UPDATE audit SET actor_id = 'somebody else' WHERE subject = '5'; reseal 4 4`, []string{"seal 5 does not follow on seal 4", "seal 4 of"}, ""},
		{"a seal away", `DELETE FROM audit_seals WHERE seal = 4`, []string{"seal 4 is missing", "line %s is in no seal", "seal 4 of"}, "5"},
		{"the first seal away", `DELETE FROM audit_seals WHERE seal = 1`, []string{"seal 1 is missing", "is in no seal", "seal 1 of"}, ""},
		{"the last seal away", `DELETE FROM audit_seals WHERE seal = 7`, []string{"line %s is in no seal", "seal 7 of", "whose head was kept, is missing"}, "8"},
		{"a line and the mark of it in two seals", `
			UPDATE audit_seals SET ids = ids || (SELECT ids[1] FROM audit_seals WHERE seal = 4), hashes = hashes || (SELECT hashes FROM audit_seals WHERE seal = 4)
			WHERE seal = 6; reseal 6 7`, []string{"line %s is sealed 2 times", "seal 6 of", "seal 7 of"}, "5"},
		// What is consistent in itself is found by the heads alone.
		{"the end with its lines", `DELETE FROM audit_seals WHERE seal >= 6; DELETE FROM audit WHERE subject IN ('7', '8')`,
			[]string{"seal 6 of", "seal 7 of"}, ""},
		{"a line away and the chain made anew", `
			DELETE FROM audit WHERE subject = '5'; DELETE FROM audit_seals WHERE seal = 4;
			UPDATE audit_seals SET seal = seal - 1 WHERE seal = 5; UPDATE audit_seals SET seal = seal - 1 WHERE seal = 6;
			UPDATE audit_seals SET seal = seal - 1 WHERE seal = 7; reseal 4 6`,
			[]string{"seal 4 of", "seal 5 of", "seal 6 of", "seal 7 of"}, ""},
		{"a line and the chain made anew", `
			UPDATE audit SET actor_id = 'somebody else' WHERE subject = '5'; reseal 4 7`,
			[]string{"seal 4 of", "seal 5 of", "seal 6 of", "seal 7 of"}, ""},
		{"everything", `DELETE FROM audit_seals; DELETE FROM audit; DELETE FROM audit_unsealed`,
			[]string{"seal 1 of", "seal 2 of", "seal 3 of", "seal 4 of", "seal 5 of", "seal 6 of", "seal 7 of"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := openWorld(t, emptyURL(t))
			// Seal 1 has what the town's making wrote; 2..7 the lines 3..8, one each.
			heads := []AuditHead{w.sealAll(t)}
			for i := 3; i <= 8; i++ {
				w.note(t, fmt.Sprint(i))
				heads = append(heads, w.sealAll(t))
			}
			w.note(t, "waits")
			for i, h := range heads {
				if h.Seal != int64(i+1) {
					t.Fatalf("head %d is of seal %d", i+1, h.Seal)
				}
			}
			w.tamper(t, c.sql, c.lines, c.want, heads)
		})
	}
}

// tamper does it and verifies.
func (w *world) tamper(t *testing.T, sql, subjects string, want []string, heads []AuditHead) {
	t.Helper()
	var ids []any
	find := func() {
		for _, subject := range strings.Fields(subjects) {
			var id geo.ID
			if err := w.pool.QueryRow(t.Context(), `SELECT id FROM audit WHERE subject = $1`, subject).Scan(&id); err == nil {
				ids = append(ids, id)
			}
		}
	}
	if subjects == "slipped in" {
		subjects = strings.ReplaceAll(subjects, " ", "_")
		sql = strings.ReplaceAll(sql, "slipped in", subjects)
	}
	find()
	for _, step := range strings.Split(sql, ";") {
		var from, to int64
		if n, _ := fmt.Sscanf(strings.TrimSpace(step), "reseal %d %d", &from, &to); n == 2 {
			w.reseal(t, from, to)
		} else if err := w.exec(t, step); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) == 0 {
		find()
	}
	_, faults := w.checkAudit(t, heads...)
	all := strings.Join(faults, "\n")
	used := 0
	for _, text := range want {
		if n := strings.Count(text, "%s"); n > 0 {
			text, ids = fmt.Sprintf(text, ids[0]), append(ids[1:], ids[0])
		}
		if !strings.Contains(all, text) {
			t.Errorf("no fault says %q", text)
		}
	}
	for _, f := range faults {
		for _, text := range want {
			before, after, _ := strings.Cut(text, "%s")
			if strings.Contains(f, before) && strings.Contains(f, after) {
				used++
				break
			}
		}
	}
	if used != len(faults) || len(want) == 0 && len(faults) > 0 {
		t.Errorf("faults that were not asked for:\n%s", all)
	}
	if t.Failed() {
		t.Logf("faults:\n%s", all)
	}
}

// reseal makes seals anew from the lines as they are now, as somebody who has
// this program and the database would.
func (w *world) reseal(t *testing.T, from, to int64) {
	t.Helper()
	previous := make([]byte, 32)
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		if from > 1 {
			if err := tx.QueryRow(t.Context(), `SELECT hash FROM audit_seals WHERE seal = $1`, from-1).Scan(&previous); err != nil {
				return err
			}
		}
		for number := from; number <= to; number++ {
			seal := auditSeal{Number: number, Previous: previous}
			if err := tx.QueryRow(t.Context(), `SELECT at, founding, ids FROM audit_seals WHERE seal = $1`, number).Scan(&seal.At, &seal.Founding, &seal.IDs); err != nil {
				return err
			}
			lines, err := linesOf(t.Context(), tx, testDistrict, seal.IDs)
			if err != nil {
				return err
			}
			for _, id := range seal.IDs {
				hash, err := lineHash(testDistrict, lines[id])
				if err != nil {
					return err
				}
				seal.Hashes = append(seal.Hashes, hash[:]...)
			}
			seal.Hash = seal.sum(testDistrict)
			if _, err := tx.Exec(t.Context(), `UPDATE audit_seals SET hashes = $1, previous = $2, hash = $3 WHERE seal = $4`,
				seal.Hashes, seal.Previous, seal.Hash, number); err != nil {
				return err
			}
			previous = seal.Hash
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A line with an old time that goes through the sealer is told by its time,
// whichever of time and id is old, and so is one that claims to be from before
// there were seals.
func TestVerifyFindsLinesSlippedIn(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	w.note(t, "first")
	w.sealAll(t)
	for n, c := range []struct{ id, at, fresh, want string }{
		{"gen_random_uuid()", "now() - interval '2 days'", "true", "was slipped in"},
		{"'0198f000-0000-7000-8000-000000000001'", "now()", "true", "was slipped in"},
		{"gen_random_uuid()", "now() - interval '2 days'", "false", "claims to hold lines from before there were seals"},
	} {
		if err := w.exec(t, `
			WITH line AS (INSERT INTO audit VALUES ('220112', `+c.id+`, `+c.at+`, 'user', 'u1', 'x', 'admin', 'report.close', 'report', $1, NULL)
				RETURNING district_code, id)
			INSERT INTO audit_unsealed (district_code, fresh, id) SELECT district_code, `+c.fresh+`, id FROM line`, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
		w.sealAll(t)
		_, faults := w.checkAudit(t)
		if len(faults) != n+1 || !strings.Contains(faults[n], c.want) {
			t.Errorf("faults %q, want as the last %q", faults, c.want)
		}
	}
}
