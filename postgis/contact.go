package postgis

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// errNoContactKey says that the store was opened without Config.ContactKey.
var errNoContactKey = errors.New("no contact key is configured, so contacts can be neither stored nor read")

// contactCipher makes the cipher of a key and a name for the key; nil where
// there is no key.
func contactCipher(key []byte) (cipher.AEAD, string, error) {
	if len(key) == 0 {
		return nil, "", nil
	}
	if len(key) != 32 {
		return nil, "", fmt.Errorf("the contact key has %d bytes, not 32: %w", len(key), geo.ErrInvalid)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(append([]byte("gridpatrol contact key\x00"), key...))
	return aead, hex.EncodeToString(sum[:6]), nil
}

// seal encrypts a contact for its report: moved to another one it does not open.
func (s *Store) seal(id geo.ID, c patrol.Contact) (nonce, sealed []byte, err error) {
	if s.contacts == nil {
		return nil, nil, errNoContactKey
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, nil, err
	}
	nonce = make([]byte, s.contacts.NonceSize())
	rand.Read(nonce)
	return nonce, s.contacts.Seal(nil, nonce, plain, s.contactLabel(id)), nil
}

func (s *Store) contactLabel(id geo.ID) []byte {
	return append([]byte(s.district+"\x00"), id[:]...)
}

func (s *Store) unseal(id geo.ID, keyID string, nonce, sealed []byte) (c patrol.Contact, err error) {
	if s.contacts == nil {
		return c, errNoContactKey
	}
	if keyID != s.contactID {
		return c, fmt.Errorf("the contact of report %s was encrypted with key %s, and %s is configured", id, keyID, s.contactID)
	}
	plain, err := s.contacts.Open(nil, nonce, sealed, s.contactLabel(id))
	if err != nil {
		return c, fmt.Errorf("the contact of report %s does not decrypt: %w", id, err)
	}
	return c, json.Unmarshal(plain, &c)
}

// Contact gives how to reach a reporter, masked: the first character of the
// name, the last four digits of the phone. geo.ErrNotFound where the report is
// out of scope or its sender left nothing.
func (s *Store) Contact(ctx context.Context, scope access.Scope, id geo.ID) (patrol.Contact, error) {
	c, err := s.contact(ctx, s.pool, scope, id)
	return mask(c), wrap(fmt.Sprintf("contact of report %s", id), err)
}

// RevealContact gives how to reach a reporter in clear. Who asked, and why, is
// in the audit log before the answer is out. A reason is needed.
func (s *Store) RevealContact(ctx context.Context, scope access.Scope, id geo.ID, reason string, actor patrol.Actor) (c patrol.Contact, err error) {
	if strings.TrimSpace(reason) == "" {
		return c, geo.Invalid("reason-missing", "say why the contact is needed")
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if c, err = s.contact(ctx, tx, scope, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"contact.reveal", "report", id.String(), map[string]string{"reason": reason}})
	})
	if err != nil {
		return patrol.Contact{}, wrap(fmt.Sprintf("reveal the contact of report %s", id), err)
	}
	return c, nil
}

// querier is the pool, or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (s *Store) contact(ctx context.Context, q querier, scope access.Scope, id geo.ID) (c patrol.Contact, err error) {
	const sql = `
		SELECT c.key_id, c.nonce, c.sealed FROM reporter_contacts c
		JOIN reports r ON r.district_code = c.district_code AND r.id = c.report_id
		WHERE c.district_code = @district AND c.report_id = @id AND (@all OR r.area_ids && @scope::uuid[])`
	var keyID string
	var nonce, sealed []byte
	args := pgx.NamedArgs{"district": s.district, "id": id, "all": scope.All, "scope": scope.Areas}
	if err := q.QueryRow(ctx, sql, args).Scan(&keyID, &nonce, &sealed); err != nil {
		return c, err
	}
	return s.unseal(id, keyID, nonce, sealed)
}

func mask(c patrol.Contact) patrol.Contact {
	var out patrol.Contact
	if c.Name != "" {
		first, _ := utf8.DecodeRuneInString(c.Name)
		out.Name = string(first) + "**"
	}
	if c.Phone != "" {
		out.Phone = "****"
		if n := len(c.Phone); n >= 8 {
			out.Phone += c.Phone[n-4:]
		}
	}
	return out
}

// PurgeContacts forgets how to reach the reporters of reports that were closed,
// rejected or found double before the given time. It says how many.
func (s *Store) PurgeContacts(ctx context.Context, before time.Time, actor patrol.Actor) (n int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `
			DELETE FROM reporter_contacts c USING reports r
			WHERE c.district_code = @district AND r.district_code = c.district_code AND r.id = c.report_id
			  AND r.status IN ('closed', 'rejected', 'duplicate') AND r.updated_at < @before`
		tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "before": before})
		if err != nil {
			return err
		}
		n = tag.RowsAffected()
		return s.audit(ctx, tx, actor, auditEntry{"contact.purge", "district", s.district, map[string]int64{"contacts": n}})
	})
	return n, wrap("purge contacts", err)
}
