package postgis

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// AuditFault is something about the audit log that cannot be if nobody has
// touched it past the program.
type AuditFault struct {
	Seal int64  // the seal it concerns; 0: none
	Line geo.ID // the line it concerns; zero: none
	Text string // what is wrong, with seal and line
}

// AuditCheck is what verifying counted.
type AuditCheck struct {
	Lines    int64 // in seals
	Seals    int64
	Unsealed int64 // committed a moment ago, or while no server ran
	Heads    int64 // that were held against the chain
	Faults   int64
	Newest   AuditHead // zero where there is no seal
}

// maxLate is how much older than the seal before the one that holds it a line
// may be: longer than any transaction of this program. What claims to be older
// was slipped in, or a clock was wrong.
const maxLate = time.Hour

// verifyLines is about how many lines are held at once.
const verifyLines = 4000

// VerifyAudit goes through the chain from its first seal, recomputes the hash
// of every seal and line, looks for lines in no seal, and holds the heads,
// which were kept elsewhere, against it. next gives the heads in any order
// until ok is false; nil where there are none. fault is called with each fault
// in turn, progress, which may be nil, with the lines done and all there are.
//
// What is there is read in one snapshot, whatever is written meanwhile, and in
// pieces: it takes the same memory for any number of lines.
func (s *Store) VerifyAudit(ctx context.Context, next func() (h AuditHead, ok bool, err error), fault func(AuditFault), progress func(done, all int64)) (c AuditCheck, err error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	v := &auditVerifier{district: s.district, progress: progress, previous: make([]byte, sha256.Size)}
	v.fault = func(f AuditFault) { v.check.Faults++; fault(f) }
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		v.tx = tx
		if err := s.takeTime(ctx, tx); err != nil {
			return err
		}
		if err := v.count(ctx); err != nil {
			return err
		}
		for more := true; more; {
			if more, err = v.seals(ctx); err != nil {
				return err
			}
		}
		if err := v.strays(ctx); err != nil {
			return err
		}
		return v.heads(ctx, next)
	})
	return v.check, wrap("verify the audit log", err)
}

// takeTime lets statements of a long reading take longer than those of requests.
func (s *Store) takeTime(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`)
	return err
}

// auditVerifier is one pass over the chain.
type auditVerifier struct {
	tx       pgx.Tx
	district string
	check    AuditCheck
	all      int64
	fault    func(AuditFault)
	progress func(done, all int64)

	number   int64  // of the last seal
	previous []byte // its hash
	at       time.Time
	founded  bool // a seal of fresh lines has come
}

func (v *auditVerifier) args() pgx.NamedArgs { return pgx.NamedArgs{"district": v.district} }

func (v *auditVerifier) count(ctx context.Context) error {
	const sql = `
		SELECT (SELECT count(*) FROM audit WHERE district_code = @district),
		       (SELECT count(*) FROM audit_unsealed WHERE district_code = @district)`
	return v.tx.QueryRow(ctx, sql, v.args()).Scan(&v.all, &v.check.Unsealed)
}

// seals verifies the next few seals and the lines they hold. more is false
// after the last.
func (v *auditVerifier) seals(ctx context.Context) (more bool, err error) {
	const sql = `
		SELECT seal, at, founding, ids, hashes, previous, hash FROM (
			SELECT *, sum(length(hashes)) OVER (ORDER BY seal) - length(hashes) AS before FROM (
				SELECT * FROM audit_seals WHERE district_code = @district AND seal > @after
				ORDER BY seal LIMIT 500) AS few) AS sized
		WHERE before < @bytes ORDER BY seal`
	args := v.args()
	args["after"], args["bytes"] = v.number, verifyLines*sha256.Size
	rows, err := v.tx.Query(ctx, sql, args)
	if err != nil {
		return false, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (seal auditSeal, err error) {
		err = row.Scan(&seal.Number, &seal.At, &seal.Founding, &seal.IDs, &seal.Hashes, &seal.Previous, &seal.Hash)
		return seal, err
	})
	if err != nil || len(list) == 0 {
		return false, err
	}
	var ids []geo.ID
	for i := range list {
		ids = append(ids, list[i].IDs...)
	}
	lines, err := linesOf(ctx, v.tx, v.district, ids)
	if err != nil {
		return false, err
	}
	for i := range list {
		if err := v.seal(&list[i], lines); err != nil {
			return false, err
		}
	}
	v.progress(v.check.Lines, v.all)
	return true, nil
}

// seal holds a seal against the one before and against its lines.
func (v *auditVerifier) seal(seal *auditSeal, lines map[geo.ID]*patrol.AuditLine) error {
	say := func(id geo.ID, format string, args ...any) {
		v.fault(AuditFault{Seal: seal.Number, Line: id, Text: fmt.Sprintf(format, args...)})
	}
	switch {
	case seal.Number == v.number+2:
		say(geo.ID{}, "seal %d is missing", v.number+1)
	case seal.Number > v.number+2:
		say(geo.ID{}, "seals %d to %d are missing", v.number+1, seal.Number-1)
	case !bytes.Equal(seal.Previous, v.previous):
		say(geo.ID{}, "seal %d does not follow on seal %d: one of them was changed", seal.Number, v.number)
	}
	if !bytes.Equal(seal.sum(v.district), seal.Hash) {
		say(geo.ID{}, "seal %d was changed: it is not what its hash was made of", seal.Number)
	}
	if seal.At.Before(v.at) {
		// Only told where the chain else holds: a clock may have been set back.
		seal.At = v.at
	}
	if seal.Founding && v.founded {
		say(geo.ID{}, "seal %d claims to hold lines from before there were seals", seal.Number)
	}
	v.founded = v.founded || !seal.Founding
	for i, id := range seal.IDs {
		v.check.Lines++
		kept, line := seal.Hashes[i*sha256.Size:(i+1)*sha256.Size], lines[id]
		if bytes.Equal(kept, lineGone[:]) {
			say(id, "line %s was removed before seal %d could take it", id, seal.Number)
			continue
		}
		if line == nil {
			say(id, "line %s of seal %d (%s) was removed", id, seal.Number, stamp(seal.At))
			continue
		}
		hash, err := lineHash(v.district, line)
		if err != nil {
			return err
		}
		if !bytes.Equal(hash[:], kept) {
			say(id, "line %s of seal %d was changed; it now says: %s", id, seal.Number, lineText(line))
		}
		if !seal.Founding && v.number > 0 && older(line, v.at.Add(-maxLate)) {
			say(id, "line %s of seal %d was slipped in: it claims to be older than seal %d of %s: %s", id, seal.Number, v.number, stamp(v.at), lineText(line))
		}
	}
	v.check.Seals++
	v.number, v.previous, v.at = seal.Number, seal.Hash, seal.At
	v.check.Newest = AuditHead{District: v.district, Seal: seal.Number, Hash: hex.EncodeToString(seal.Hash), At: seal.At.UTC()}
	return nil
}

// older reports whether a line says, by its time or its id, that it is from
// before t.
func older(l *patrol.AuditLine, t time.Time) bool {
	if l.At.Before(t) {
		return true
	}
	if l.ID.Version() != 7 {
		return false
	}
	sec, nsec := uuidTime(l.ID)
	return time.Unix(sec, nsec).Before(t)
}

// uuidTime gives when a UUIDv7 was made (RFC 9562, 5.7), as time.Unix takes it.
func uuidTime(id uuid.UUID) (sec, nsec int64) {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return ms / 1000, ms % 1000 * 1e6
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func lineText(l *patrol.AuditLine) string {
	return fmt.Sprintf("%s %s %s of %s %s by %s %s", l.At.Format(time.RFC3339Nano), l.Action, l.ID, l.SubjectKind, l.Subject, l.Actor.Kind, l.Actor.ID)
}

// strays finds lines that no seal holds and that do not wait for one, and
// lines that are sealed twice. The database compares, as it can sort more than
// memory holds.
func (v *auditVerifier) strays(ctx context.Context) error {
	const sql = `
		SELECT coalesce(a.id, k.id), a.id IS NULL, coalesce(k.times, 0), coalesce(a.at, 'epoch'), coalesce(a.action, ''),
		       coalesce(a.subject_kind, ''), coalesce(a.subject, ''), coalesce(a.actor_kind, ''), coalesce(a.actor_id, '')
		FROM (SELECT * FROM audit WHERE district_code = @district) AS a
		FULL JOIN (
			SELECT id, count(*) AS times FROM (
				SELECT unnest(ids) AS id FROM audit_seals WHERE district_code = @district
				UNION ALL
				SELECT id FROM audit_unsealed WHERE district_code = @district) AS known
			GROUP BY id) AS k ON k.id = a.id
		WHERE k.times IS DISTINCT FROM 1 OR
		      a.id IS NULL AND EXISTS (SELECT FROM audit_unsealed u WHERE u.district_code = @district AND u.id = k.id)`
	rows, err := v.tx.Query(ctx, sql, v.args())
	if err != nil {
		return err
	}
	var l patrol.AuditLine
	var gone bool
	var times int64
	_, err = pgx.ForEachRow(rows, []any{&l.ID, &gone, &times, &l.At, &l.Action, &l.SubjectKind, &l.Subject, &l.Actor.Kind, &l.Actor.ID}, func() error {
		l.At = l.At.UTC()
		f := AuditFault{Line: l.ID}
		switch {
		case times > 1:
			f.Text = fmt.Sprintf("line %s is sealed %d times", l.ID, times)
		case gone:
			f.Text = fmt.Sprintf("line %s was removed before it was sealed", l.ID)
		default:
			f.Text = fmt.Sprintf("line %s is in no seal: it was inserted past the program, or its seal was removed: %s", l.ID, lineText(&l))
		}
		v.fault(f)
		return nil
	})
	return err
}

// heads holds what was kept elsewhere against the chain.
func (v *auditVerifier) heads(ctx context.Context, next func() (AuditHead, bool, error)) error {
	for next != nil {
		few := make([]AuditHead, 0, 1000)
		for len(few) < cap(few) {
			h, ok, err := next()
			if err != nil {
				return err
			}
			if !ok {
				next = nil
				break
			}
			if h.District == v.district {
				few = append(few, h)
			}
		}
		if err := v.compare(ctx, few); err != nil {
			return err
		}
	}
	return nil
}

func (v *auditVerifier) compare(ctx context.Context, heads []AuditHead) error {
	if len(heads) == 0 {
		return nil
	}
	numbers := make([]int64, len(heads))
	for i, h := range heads {
		numbers[i] = h.Seal
	}
	args := v.args()
	args["numbers"] = numbers
	rows, err := v.tx.Query(ctx, `
		SELECT seal, encode(hash, 'hex') FROM audit_seals WHERE district_code = @district AND seal = ANY(@numbers)`, args)
	if err != nil {
		return err
	}
	hashes := make(map[int64]string, len(heads))
	var number int64
	var hash string
	if _, err := pgx.ForEachRow(rows, []any{&number, &hash}, func() error { hashes[number] = hash; return nil }); err != nil {
		return err
	}
	for _, h := range heads {
		v.check.Heads++
		switch hash, there := hashes[h.Seal]; {
		case !there:
			v.fault(AuditFault{Seal: h.Seal, Text: fmt.Sprintf("seal %d of %s, whose head was kept, is missing: the chain ends at seal %d", h.Seal, stamp(h.At), v.number)})
		case hash != h.Hash:
			v.fault(AuditFault{Seal: h.Seal, Text: fmt.Sprintf("seal %d of %s is not the one whose head was kept: the chain was made anew up to it", h.Seal, stamp(h.At))})
		}
	}
	return nil
}
