package postgis

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The chain of seals
//
// A line of the audit log is written in the transaction of what it tells of.
// Chaining lines there would make a district's transactions wait for each
// other (a third of the reports a second were left), so lines are chained
// afterwards: every half second a sealer puts what has been committed into a
// seal, which holds the hash of each line and that of the seal before.
//
// Which lines are committed and in no seal cannot be told from the lines. Their
// ids are made before they commit, and a transaction may take minutes, so there
// is no id below which all are there. Transaction ids would tell
// (pg_visible_in_snapshot of the snapshot that the seal before was made in),
// but mean nothing in a restored dump, and nothing where the log is spread over
// several machines: there is no common snapshot then. So each line has a row in
// audit_unsealed, written in its transaction, and the seal that takes the line
// deletes the row: both happen once, whatever else dies, in whatever order
// transactions commit, and a dump carries what is not sealed yet. The table
// stays small; a line costs one row more.
//
// Sealers of several servers take turns by an advisory lock that ends with the
// transaction: another server goes on as soon as this one dies.

// AuditHead names the newest seal. Kept outside the database, it shows later
// whether the chain up to it was made anew.
type AuditHead struct {
	District string    `json:"district"`
	Seal     int64     `json:"seal"`
	Hash     string    `json:"hash"` // hex
	At       time.Time `json:"at"`
}

// sealStall is how long a sealing transaction may stand still before the
// database ends it and another server takes over.
const sealStall = "2s"

// sealAudit puts lines that were committed and are in no seal yet into a new
// one, at most max, and says how many. Another server that is doing so at this
// moment makes it 0.
//
// step, where it is not nil, is called on the way; its error ends the attempt.
func (s *Store) sealAudit(ctx context.Context, max int, step sealStep) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		n, err = s.sealNext(ctx, tx, max, step)
		return err
	})
	if err != nil {
		s.leaveStandby(err)
		return 0, wrap("seal the audit log", err)
	}
	return n, nil
}

func (s *Store) sealNext(ctx context.Context, tx pgx.Tx, max int, step sealStep) (int, error) {
	// The lock first, in a statement of its own: the next one then sees
	// everything that the last holder has done.
	const turn = `
		SELECT pg_try_advisory_xact_lock(@key), set_config('idle_in_transaction_session_timeout', @stall, true)`
	args := pgx.NamedArgs{"district": s.district, "key": lockKey("seal", s.district), "stall": sealStall, "max": max}
	var mine bool
	if err := tx.QueryRow(ctx, turn, args).Scan(&mine, nil); err != nil || !mine {
		return 0, err
	}
	if err := step.at("locked", tx); err != nil {
		return 0, err
	}
	seal, err := s.nextSeal(ctx, tx, args)
	if err != nil || seal == nil {
		return 0, err
	}
	if err := step.at("read", tx); err != nil {
		return 0, err
	}
	const insert = `
		INSERT INTO audit_seals (district_code, seal, at, founding, ids, hashes, previous, hash)
		VALUES (@district, @seal, @at, @founding, @ids, @hashes, @previous, @hash)`
	args["seal"], args["at"], args["founding"], args["ids"] = seal.Number, seal.At, seal.Founding, seal.IDs
	args["hashes"], args["previous"], args["hash"] = seal.Hashes, seal.Previous, seal.Hash
	if _, err := tx.Exec(ctx, insert, args); err != nil {
		return 0, err
	}
	if err := step.at("inserted", tx); err != nil {
		return 0, err
	}
	const done = `
		DELETE FROM audit_unsealed WHERE district_code = @district AND fresh = NOT @founding AND id = ANY(@ids)`
	if _, err := tx.Exec(ctx, done, args); err != nil {
		return 0, err
	}
	return len(seal.IDs), step.at("deleted", tx)
}

// nextSeal makes the seal of the lines that wait; nil where none does.
func (s *Store) nextSeal(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) (*auditSeal, error) {
	const waiting = `
		SELECT fresh, id, now() FROM audit_unsealed WHERE district_code = @district ORDER BY fresh, id LIMIT @max`
	rows, err := tx.Query(ctx, waiting, args)
	if err != nil {
		return nil, err
	}
	var seal *auditSeal
	var fresh bool
	var id geo.ID
	var now time.Time
	_, err = pgx.ForEachRow(rows, []any{&fresh, &id, &now}, func() error {
		if seal == nil {
			seal = &auditSeal{At: now.UTC(), Founding: !fresh}
		}
		if fresh != seal.Founding { // the old ones have a seal to themselves
			seal.IDs = append(seal.IDs, id)
		}
		return nil
	})
	if err != nil || seal == nil {
		return nil, err
	}
	// By their ids, and not joined: that must never read the whole log.
	lines, err := linesOf(ctx, tx, s.district, seal.IDs)
	if err != nil {
		return nil, err
	}
	for _, id := range seal.IDs {
		hash := lineGone
		if l := lines[id]; l != nil {
			if hash, err = lineHash(s.district, l); err != nil {
				return nil, err
			}
		}
		seal.Hashes = append(seal.Hashes, hash[:]...)
	}
	const last = `
		SELECT seal, hash FROM audit_seals WHERE district_code = @district ORDER BY seal DESC LIMIT 1`
	err = tx.QueryRow(ctx, last, args).Scan(&seal.Number, &seal.Previous)
	if errors.Is(err, pgx.ErrNoRows) {
		seal.Previous, err = make([]byte, sha256.Size), nil
	}
	if err != nil {
		return nil, err
	}
	seal.Number++
	seal.Hash = seal.sum(s.district)
	return seal, nil
}

// auditColumns are those of a line, in the order scanLine reads them.
const auditColumns = `id, at, actor_kind, actor_id, actor_name, actor_role, action, subject_kind, subject, detail`

func scanLine(row pgx.CollectableRow) (l patrol.AuditLine, err error) {
	var detail []byte
	err = row.Scan(&l.ID, &l.At, &l.Actor.Kind, &l.Actor.ID, &l.Actor.Name, &l.Actor.Role, &l.Action, &l.SubjectKind, &l.Subject, &detail)
	l.At, l.Detail = l.At.UTC(), detail
	return l, err
}

// linesOf reads the lines with these ids, as far as they are there.
func linesOf(ctx context.Context, tx pgx.Tx, district string, ids []geo.ID) (map[geo.ID]*patrol.AuditLine, error) {
	const sql = `SELECT ` + auditColumns + ` FROM audit WHERE district_code = @district AND id = ANY(@ids)`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": district, "ids": ids})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanLine)
	out := make(map[geo.ID]*patrol.AuditLine, len(list))
	for i := range list {
		out[list[i].ID] = &list[i]
	}
	return out, err
}

// AuditHead gives the newest seal; the zero value before the first.
func (s *Store) AuditHead(ctx context.Context) (AuditHead, error) {
	_, h, err := s.lookAtAudit(ctx)
	return h, wrap("read the newest seal", err)
}

// lookAtAudit says whether lines wait for a seal, and which is the newest. It
// takes no lock, so a quiet district disturbs nobody.
func (s *Store) lookAtAudit(ctx context.Context) (waiting bool, h AuditHead, err error) {
	const sql = `
		SELECT EXISTS (SELECT FROM audit_unsealed WHERE district_code = @district),
		       coalesce(last.seal, 0), coalesce(encode(last.hash, 'hex'), ''), coalesce(last.at, 'epoch')
		FROM (VALUES (1)) AS one
		LEFT JOIN (SELECT seal, hash, at FROM audit_seals WHERE district_code = @district
		           ORDER BY seal DESC LIMIT 1) AS last ON true`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&waiting, &h.Seal, &h.Hash, &h.At)
	if err != nil || h.Seal == 0 {
		return waiting, AuditHead{}, err
	}
	h.District, h.At = s.district, h.At.UTC()
	return waiting, h, nil
}

// sealHash gives the hash of a seal in hex; geo.ErrNotFound where there is none
// of that number.
func (s *Store) sealHash(ctx context.Context, number int64) (hash string, err error) {
	const sql = `SELECT encode(hash, 'hex') FROM audit_seals WHERE district_code = @district AND seal = @seal`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "seal": number}).Scan(&hash)
	return hash, wrap("read a seal", err)
}

// sealStep is told how far sealing has come; tests end it on its way.
type sealStep func(step string, tx pgx.Tx) error

func (f sealStep) at(step string, tx pgx.Tx) error {
	if f == nil {
		return nil
	}
	return f(step, tx)
}
