package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/jackc/pgx/v5"
)

// lockKey is the advisory lock of that name for a district.
func lockKey(name, district string) int64 {
	sum := sha256.Sum256([]byte("gridpatrol/" + name + "/" + district))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// takeTurn lets one publish or change of duties run at a time; the others wait
// without keeping anybody from accepting reports. Such transactions may take
// longer than the pool's other statements.
func (s *Store) takeTurn(ctx context.Context, tx pgx.Tx) error {
	const settings = `
		SELECT set_config('statement_timeout', '120s', true), set_config('lock_timeout', '60s', true)`
	if _, err := tx.Exec(ctx, settings); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": s.writeKey})
	return err
}

// stopAccepting waits for the reports being accepted and holds others back
// until the transaction ends: what comes after it must be short.
func (s *Store) stopAccepting(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": s.acceptKey})
	return err
}

// hintChannel carries empty notifications: something has been committed.
const hintChannel = "gridpatrol_hint"

// hint tells every listening server, when the transaction commits.
func hint(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify(@channel, '')`, pgx.NamedArgs{"channel": hintChannel})
	return err
}
