package postgis

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// secret gives the district's key of that name, making it the first time.
func (s *Store) secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh)
	args := pgx.NamedArgs{"district": s.district, "name": name, "value": fresh}
	const insert = `
		INSERT INTO secrets (district_code, name, value) VALUES (@district, @name, @value)
		ON CONFLICT (district_code, name) DO NOTHING`
	if _, err := s.pool.Exec(ctx, insert, args); err != nil {
		return nil, wrap("make the key "+name, err)
	}
	var value []byte
	const read = `SELECT value FROM secrets WHERE district_code = @district AND name = @name`
	err := s.pool.QueryRow(ctx, read, args).Scan(&value)
	return value, wrap("read the key "+name, err)
}

// FollowSecret gives the secret that a report's sender follows it with: an
// HMAC-SHA256 of its id with a key of the database, so that a repeated request
// gets the same one although nothing is stored. Base64url, 43 characters.
func (s *Store) FollowSecret(id geo.ID) string {
	mac := hmac.New(sha256.New, s.followKey)
	mac.Write([]byte("follow\x00" + s.district + "\x00"))
	mac.Write(id[:])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// FollowsWith reports, in constant time, whether secret is that of the report.
func (s *Store) FollowsWith(id geo.ID, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(s.FollowSecret(id)), []byte(secret)) == 1
}
