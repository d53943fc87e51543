package postgis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ErasePersonal takes away what there is of a subject. People keep their ids and
// what they held, in every version of the roster, and are called
// patrol.ErasedName there; accounts keep their ids, for the log's sake, and
// nobody can sign in to them; contacts go, and where they were on patrol. What was done is a line of the erasure
// log and of the audit log, which name nobody. It is all or nothing.
//
// Where there is nothing it is geo.ErrNotFound; a geo.ErrConflict "last-admin"
// where nobody could manage accounts afterwards.
func (s *Store) ErasePersonal(ctx context.Context, subject patrol.Subject, reason string, actor patrol.Actor) (patrol.Erasure, error) {
	reason = strings.TrimSpace(reason)
	e := patrol.Erasure{Kind: "person", Actor: actor, Reason: reason}
	if err := subject.Check(); err != nil {
		return e, err
	}
	if err := checkReason(reason); err != nil {
		return e, err
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		p, print, err := s.findSubject(ctx, tx, subject)
		switch {
		case err != nil:
			return err
		case p.Empty():
			return geo.ErrNotFound
		case namesSubject(reason, subject, &p):
			return errReasonPersonal
		}
		e.Unreadable = p.Unreadable
		if err := s.eraseContacts(ctx, tx, p.Contacts, &e); err != nil {
			return err
		}
		if err := s.eraseAccounts(ctx, tx, p.Accounts, &e); err != nil {
			return err
		}
		const pending = `DELETE FROM pending_identities WHERE district_code = @district AND id = ANY(@ids)`
		if _, err := tx.Exec(ctx, pending, pgx.NamedArgs{"district": s.district, "ids": idsOf(p.Pending)}); err != nil {
			return err
		}
		if err := s.eraseSubjectTracks(ctx, tx, &p, &e); err != nil {
			return err
		}
		version, err := s.erasePeople(ctx, tx, p.People, &e)
		if err != nil {
			return err
		}
		if err := s.logErasure(ctx, tx, &e, print, version); err != nil {
			return err
		}
		err = s.audit(ctx, tx, actor, auditEntry{"personal.erase", "person", fingerprint(print), map[string]any{"erasure": e.ID,
			"people": e.People, "accounts": e.Accounts, "contacts": e.Contacts, "tracks": e.Tracks, "reason": reason}})
		if err != nil {
			return err
		}
		return hint(ctx, tx)
	})
	s.accessChanged()
	if err != nil {
		return patrol.Erasure{}, wrap("erase a person", err)
	}
	s.committed()
	return e, nil
}

// namesSubject reports whether a text repeats a name or phone that is to go.
func namesSubject(text string, subject patrol.Subject, p *patrol.Personal) bool {
	known := []patrol.Contact{{Name: subject.Name, Phone: subject.Phone}}
	for _, person := range p.People {
		for _, v := range person.Versions {
			if v.Name != patrol.ErasedName {
				known = append(known, patrol.Contact{Name: v.Name, Phone: v.Phone})
			}
		}
	}
	for _, c := range p.Contacts {
		known = append(known, c.Contact)
	}
	for _, c := range known {
		if c.Names(text) {
			return true
		}
	}
	return false
}

func (s *Store) eraseContacts(ctx context.Context, tx pgx.Tx, list []patrol.PersonalContact, e *patrol.Erasure) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]geo.ID, len(list))
	for i, c := range list {
		ids[i] = c.Report
	}
	args := pgx.NamedArgs{"district": s.district, "ids": ids}
	const sql = `DELETE FROM reporter_contacts WHERE district_code = @district AND report_id = ANY(@ids)`
	tag, err := tx.Exec(ctx, sql, args)
	if err != nil {
		return err
	}
	e.Contacts = tag.RowsAffected()
	const none = `UPDATE reports SET has_contact = false WHERE district_code = @district AND id = ANY(@ids)`
	_, err = tx.Exec(ctx, none, args)
	return err
}

// eraseAccounts makes accounts nobody's: without name, login and password,
// disabled, signed out.
func (s *Store) eraseAccounts(ctx context.Context, tx pgx.Tx, list []patrol.PersonalAccount, e *patrol.Erasure) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]geo.ID, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	args := pgx.NamedArgs{"district": s.district, "ids": ids, "name": patrol.ErasedName}
	const change = `UPDATE districts SET access_version = access_version + 1 WHERE district_code = @district`
	if _, err := tx.Exec(ctx, change, args); err != nil {
		return err
	}
	var before, after, ignored int
	if err := tx.QueryRow(ctx, ableAdmins, pgx.NamedArgs{"district": s.district, "id": geo.ID{}}).Scan(&before, &ignored); err != nil {
		return err
	}
	const sql = `
		UPDATE accounts SET login = 'erased-' || id, name = @name, password_hash = '', disabled_at = coalesce(disabled_at, now())
		WHERE district_code = @district AND id = ANY(@ids)`
	tag, err := tx.Exec(ctx, sql, args)
	if err != nil {
		return err
	}
	e.Accounts = tag.RowsAffected()
	const sessions = `DELETE FROM sessions WHERE district_code = @district AND account_id = ANY(@ids)`
	if tag, err = tx.Exec(ctx, sessions, args); err != nil {
		return err
	}
	e.Sessions = tag.RowsAffected()
	const resets = `DELETE FROM password_resets WHERE district_code = @district AND account_id = ANY(@ids)`
	if _, err := tx.Exec(ctx, resets, args); err != nil {
		return err
	}
	const identities = `DELETE FROM account_identities WHERE district_code = @district AND account_id = ANY(@ids)`
	if _, err := tx.Exec(ctx, identities, args); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, ableAdmins, pgx.NamedArgs{"district": s.district, "id": geo.ID{}}).Scan(&after, &ignored); err != nil {
		return err
	}
	if before > 0 && after == 0 {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "last-admin",
			Detail: "this is the last account that administers the whole district and can sign in; make another one first"}
	}
	return nil
}

// erasePeople takes name and phone out of every version of the roster. Other
// servers have these in memory: a new version, in which nothing else changes,
// makes them read it again, and tells them to forget the old ones.
func (s *Store) erasePeople(ctx context.Context, tx pgx.Tx, list []patrol.PersonalPerson, e *patrol.Erasure) (*int64, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]geo.ID, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	e.People = int64(len(ids))
	const sql = `UPDATE people SET name = @name, phone = '' WHERE district_code = @district AND id = ANY(@ids)`
	if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids, "name": patrol.ErasedName}); err != nil {
		return nil, err
	}
	if err := s.stopAccepting(ctx, tx); err != nil {
		return nil, err
	}
	var version int64
	const next = `UPDATE districts SET duty_version = duty_version + 1 WHERE district_code = @district RETURNING duty_version`
	if err := tx.QueryRow(ctx, next, pgx.NamedArgs{"district": s.district}).Scan(&version); err != nil {
		return nil, err
	}
	// What is to change hands by the calendar has done so until the version before came into force.
	const since = `
		INSERT INTO duty_versions (district_code, version, at)
		SELECT district_code, @version::bigint, at FROM duty_versions WHERE district_code = @district AND version = @version::bigint - 1`
	if _, err := tx.Exec(ctx, since, pgx.NamedArgs{"district": s.district, "version": version}); err != nil {
		return nil, err
	}
	return &version, s.tell(ctx, tx, "patrol.changed", time.Time{}, nil, map[string]any{"duty_version": version})
}

// erasedSince reports whether people were erased by a duty version after n.
func (s *Store) erasedSince(ctx context.Context, n int64) (erased bool, err error) {
	const sql = `SELECT EXISTS (SELECT FROM erasures WHERE district_code = @district AND duty_version > @version)`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "version": n}).Scan(&erased)
	return erased, wrap(fmt.Sprintf("look for erasures after duties %d", n), err)
}
