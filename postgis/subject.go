package postgis

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Personal gives what there is of a subject: people of the roster in any of its
// versions, accounts, where they were on patrol, and contacts that were left with reports. Contacts are
// encrypted, so all of them are decrypted and looked at. Who asked, and whether
// to take it away (purpose "search" or "export"), is in the audit log before
// the answer is out; whom for, as no more than a fingerprint.
func (s *Store) Personal(ctx context.Context, subject patrol.Subject, purpose string, actor patrol.Actor) (p patrol.Personal, err error) {
	if err := subject.Check(); err != nil {
		return p, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var print []byte
		if p, print, err = s.findSubject(ctx, tx, subject); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"personal." + purpose, "person", fingerprint(print), map[string]int{
			"people": len(p.People), "accounts": len(p.Accounts), "contacts": len(p.Contacts), "tracks": len(p.Tracks)}})
	})
	if err != nil {
		return patrol.Personal{}, wrap("look for a person", err)
	}
	return p, nil
}

// fingerprint is as much of a subject's hash as names it in the audit log.
func fingerprint(print []byte) string { return hex.EncodeToString(print[:8]) }

// subjectHash gives an HMAC-SHA256 of a subject with a key that is made from
// the contact key, so not from anything in the database: phones are few enough
// to try all of them.
func (s *Store) subjectHash(subject patrol.Subject) ([]byte, error) {
	if s.subjectKey == nil {
		return nil, errNoContactKey
	}
	mac := hmac.New(sha256.New, s.subjectKey)
	person := ""
	if subject.Person != (geo.ID{}) {
		person = subject.Person.String()
	}
	for _, part := range []string{s.district, patrol.PlainName(subject.Name), patrol.PlainPhone(subject.Phone), person} {
		mac.Write([]byte(part + "\x00"))
	}
	return mac.Sum(nil), nil
}

// findSubject finds everything of a subject, and gives the subject's hash.
func (s *Store) findSubject(ctx context.Context, tx pgx.Tx, subject patrol.Subject) (p patrol.Personal, print []byte, err error) {
	if print, err = s.subjectHash(subject); err != nil {
		return p, nil, err
	}
	// Decrypting every contact takes longer than the pool's other statements.
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '600s', true), set_config('idle_in_transaction_session_timeout', '600s', true)`); err != nil {
		return p, nil, err
	}
	if p.People, err = s.subjectPeople(ctx, tx, subject); err != nil {
		return p, nil, err
	}
	if p.Accounts, err = s.subjectAccounts(ctx, tx, subject, p.People); err != nil {
		return p, nil, err
	}
	if p.Pending, err = s.subjectPending(ctx, tx, subject); err != nil {
		return p, nil, err
	}
	if err := s.subjectContacts(ctx, tx, matcher(subject, p.People), &p); err != nil {
		return p, nil, err
	}
	if p.Tracks, err = s.subjectTracks(ctx, tx, p.People); err != nil {
		return p, nil, err
	}
	if p.Actions, err = s.subjectActions(ctx, tx, p.Accounts); err != nil {
		return p, nil, err
	}
	rows, err := tx.Query(ctx, selectErasures+` AND subject = @subject ORDER BY id`, pgx.NamedArgs{"district": s.district, "subject": print})
	if err != nil {
		return p, nil, err
	}
	p.Before, err = pgx.CollectRows(rows, scanErasure)
	return p, print, err
}

// matcher gives what tells a subject's contacts: the subject itself, or for a
// person of the roster whatever names and phones any version has.
func matcher(subject patrol.Subject, people []patrol.PersonalPerson) func(patrol.Contact) bool {
	if subject.Person == (geo.ID{}) {
		return func(c patrol.Contact) bool { return subject.Matches(c.Name, c.Phone) }
	}
	var known []patrol.Subject
	for _, p := range people {
		for _, v := range p.Versions {
			// Namesakes are many: of a person with a phone only the phone tells.
			if k := (patrol.Subject{Name: v.Name, Phone: v.Phone}); v.Phone != "" && !slices.Contains(known, k) {
				known = append(known, k)
			}
		}
	}
	return func(c patrol.Contact) bool {
		return patrol.PlainPhone(c.Phone) != "" && slices.ContainsFunc(known, func(k patrol.Subject) bool { return k.Matches(c.Name, c.Phone) })
	}
}

// subjectPeople reads every version of everybody in the roster; whoever was the
// subject in any version is found with all of them.
func (s *Store) subjectPeople(ctx context.Context, tx pgx.Tx, subject patrol.Subject) ([]patrol.PersonalPerson, error) {
	const sql = `
		SELECT id, name, phone, from_version, coalesce(upper(known), 0) FROM people
		WHERE district_code = @district AND (@person::uuid IS NULL OR id = @person) ORDER BY id, from_version`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "person": orNil(subject.Person)})
	if err != nil {
		return nil, err
	}
	var out []patrol.PersonalPerson
	p, is := patrol.PersonalPerson{}, false
	keep := func() {
		if is {
			out = append(out, p)
		}
	}
	var id geo.ID
	var v patrol.PersonVersion
	_, err = pgx.ForEachRow(rows, []any{&id, &v.Name, &v.Phone, &v.From, &v.To}, func() error {
		if id != p.ID {
			keep()
			p, is = patrol.PersonalPerson{ID: id}, false
		}
		p.Versions = append(p.Versions, v)
		is = is || id == subject.Person || subject.Matches(v.Name, v.Phone)
		return nil
	})
	keep()
	for i := range out {
		if err != nil {
			return nil, err
		}
		out[i].Holdings, err = s.lastHoldings(ctx, tx, out[i].ID)
	}
	return out, err
}

// lastHoldings gives what a person holds and held, each holding as it was last known.
func (s *Store) lastHoldings(ctx context.Context, tx pgx.Tx, person geo.ID) ([]patrol.Holding, error) {
	const sql = `
		SELECT DISTINCT ON (id) id, seat_id, person_id, deputy, lower(held), upper(held) FROM holdings
		WHERE district_code = @district AND person_id = @person ORDER BY id, from_version DESC`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "person": person})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, holdingTable().scan)
	slices.SortFunc(list, func(a, b patrol.Holding) int { return a.From.Compare(b.From) })
	return list, err
}

// subjectAccounts finds the accounts of the people found, and those whose name
// or login is the subject's.
func (s *Store) subjectAccounts(ctx context.Context, tx pgx.Tx, subject patrol.Subject, people []patrol.PersonalPerson) ([]patrol.PersonalAccount, error) {
	ids := make([]geo.ID, len(people))
	for i := range people {
		ids[i] = people[i].ID
	}
	const sql = `
		SELECT a.id, a.login, a.name, a.role, a.person_id, a.disabled_at IS NOT NULL, a.created_at,
		       (SELECT count(*) FROM sessions s WHERE s.district_code = a.district_code AND s.account_id = a.id)
		FROM accounts a WHERE a.district_code = @district ORDER BY a.login`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a patrol.PersonalAccount, err error) {
		var person *geo.ID
		err = row.Scan(&a.ID, &a.Login, &a.Name, &a.Role, &person, &a.Disabled, &a.CreatedAt, &a.Sessions)
		a.Person, a.CreatedAt = orZero(person), a.CreatedAt.UTC()
		return a, err
	})
	return slices.DeleteFunc(list, func(a patrol.PersonalAccount) bool {
		byName := subject.Person == (geo.ID{}) && (subject.Matches(a.Name, "") || subject.Matches(a.Login, "") || subject.Matches("", a.Login))
		return !byName && !(a.Person != (geo.ID{}) && slices.Contains(ids, a.Person))
	}), err
}

// subjectPending finds identities of another provider that wait for an account
// and have the subject's name. Of a person of the roster none is sure enough.
func (s *Store) subjectPending(ctx context.Context, tx pgx.Tx, subject patrol.Subject) (ids []geo.ID, err error) {
	const sql = `SELECT id, name, username FROM pending_identities WHERE district_code = @district ORDER BY id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	var id geo.ID
	var name, username string
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &username}, func() error {
		if subject.Matches(name, "") || subject.Matches(username, "") || subject.Matches("", username) {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// subjectActions counts what names the accounts by their ids, which stays.
func (s *Store) subjectActions(ctx context.Context, tx pgx.Tx, accounts []patrol.PersonalAccount) (n int64, err error) {
	if len(accounts) == 0 {
		return 0, nil
	}
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID.String()
	}
	const sql = `
		SELECT (SELECT count(*) FROM report_events WHERE district_code = @district AND actor_id = ANY(@ids)) +
		       (SELECT count(*) FROM audit WHERE district_code = @district AND actor_id = ANY(@ids))`
	err = tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids}).Scan(&n)
	return n, err
}
