package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// pastContacts are sealed contacts of past reports, column by column: into a
// table with policies nothing can be copied.
type pastContacts struct {
	reports       []geo.ID
	nonce, sealed [][]byte
	at            []time.Time
}

func (c *pastContacts) add(report geo.ID, nonce, sealed []byte, at time.Time) {
	c.reports, c.nonce, c.sealed, c.at = append(c.reports, report), append(c.nonce, nonce), append(c.sealed, sealed), append(c.at, at)
}

// writeContacts writes them by one statement.
func (s *Store) writeContacts(ctx context.Context, tx pgx.Tx, c *pastContacts) error {
	if len(c.reports) == 0 {
		return nil
	}
	const sql = `
		INSERT INTO reporter_contacts (district_code, report_id, key_id, nonce, sealed, created_at)
		SELECT @district, report, @key, nonce, sealed, at
		FROM unnest(@reports::uuid[], @nonces::bytea[], @sealed::bytea[], @at::timestamptz[]) AS c (report, nonce, sealed, at)`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "key": s.contactID,
		"reports": c.reports, "nonces": c.nonce, "sealed": c.sealed, "at": c.at})
	return err
}
