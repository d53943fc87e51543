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

	"github.com/jackc/pgx/v5"

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

// openContacts lets the transaction read contacts, and take them away, to its
// end: the policies of the table ask for it.
func (s *Store) openContacts(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT set_config('gridpatrol.contacts', @district, true)`, pgx.NamedArgs{"district": s.district})
	return err
}

// querier is the pool, or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
