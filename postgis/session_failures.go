package postgis

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// loginHash is what a login is counted under: keyed, as people type passwords
// into the wrong field.
func (s *Store) loginHash(login string) []byte {
	m := hmac.New(sha256.New, s.followKey)
	m.Write([]byte("login:" + login))
	return m.Sum(nil)
}

// TrySignIn counts an attempt to sign in with a password before the password is
// looked at, so that many at once are no way round the count; a session that is
// made takes it back. until is zero where the attempt may go on, else when the
// login's lock ends. Logins that nobody has are counted all the same.
func (s *Store) TrySignIn(ctx context.Context, login string, now time.Time) (until time.Time, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "hash": s.loginHash(login), "now": now,
			"forget": now.Add(-access.LockForget), "first": access.LockAfter,
			"lock": access.LockFirst, "most": access.LockMost}
		const count = `
			INSERT INTO signin_failures AS f (district_code, login_hash, failures, last_at)
			VALUES (@district, @hash, 1, @now)
			ON CONFLICT (district_code, login_hash) DO UPDATE SET
			    failures = CASE WHEN f.last_at < @forget THEN 1 ELSE f.failures + 1 END, last_at = @now,
			    locked_until = CASE WHEN f.last_at >= @forget AND f.failures + 1 >= @first THEN
			        @now::timestamptz + least(@lock::interval * power(2, least(f.failures + 1 - @first, 20)), @most::interval) END
			WHERE f.locked_until IS NULL OR f.locked_until <= @now`
		tag, err := tx.Exec(ctx, count, args)
		if err != nil {
			return err
		}
		// Others may be sweeping the same rows, in another order. Last, so that
		// nobody waits with the locks of rows that others are about to count in.
		const sweep = `
			DELETE FROM signin_failures WHERE district_code = @district AND login_hash IN (
			    SELECT login_hash FROM signin_failures
			    WHERE district_code = @district AND last_at < @forget FOR UPDATE SKIP LOCKED)`
		if _, err := tx.Exec(ctx, sweep, args); err != nil || tag.RowsAffected() == 1 {
			return err
		}
		const locked = `SELECT locked_until FROM signin_failures WHERE district_code = @district AND login_hash = @hash`
		return tx.QueryRow(ctx, locked, args).Scan(&until)
	})
	return until.UTC(), wrap("count an attempt to sign in", err)
}

// SignInRefused notes a wrong password: of the account, or of no account at all
// where the id is zero, and until when that has locked the login. The login is
// not noted, as it may be anything.
func (s *Store) SignInRefused(ctx context.Context, login string, account geo.ID, actor patrol.Actor) error {
	return wrap("note a wrong password", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		subject := "none"
		if account != (geo.ID{}) {
			subject = account.String()
		}
		const sql = `SELECT locked_until FROM signin_failures WHERE district_code = @district AND login_hash = @hash`
		var until *time.Time
		err := tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "hash": s.loginHash(login)}).Scan(&until)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var detail any
		if until != nil {
			detail = map[string]any{"locked_until": until.UTC()}
		}
		return s.audit(ctx, tx, actor, auditEntry{"session.refuse", "account", subject, detail})
	}))
}

// SignInLocks says until when sign-in with a password is locked for logins; those
// that are free at t are not in the answer.
func (s *Store) SignInLocks(ctx context.Context, logins []string, t time.Time) (map[string]time.Time, error) {
	hashes := make([][]byte, len(logins))
	byHash := make(map[string]string, len(logins))
	for i, login := range logins {
		hashes[i] = s.loginHash(login)
		byHash[string(hashes[i])] = login
	}
	const sql = `
		SELECT login_hash, locked_until FROM signin_failures
		WHERE district_code = @district AND login_hash = ANY(@hashes) AND locked_until > @t`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "hashes": hashes, "t": t})
	if err != nil {
		return nil, wrap("read locks", err)
	}
	locks := map[string]time.Time{}
	var hash []byte
	var until time.Time
	_, err = pgx.ForEachRow(rows, []any{&hash, &until}, func() error {
		locks[byHash[string(hash)]] = until.UTC()
		return nil
	})
	return locks, wrap("read locks", err)
}

// forgetFailures lets a login begin anew.
func (s *Store) forgetFailures(ctx context.Context, tx pgx.Tx, login string) error {
	const sql = `DELETE FROM signin_failures WHERE district_code = @district AND login_hash = @hash`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "hash": s.loginHash(login)})
	return err
}
