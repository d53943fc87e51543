package postgis

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ImportRecord is what is kept of an import besides what it brought.
type ImportRecord struct {
	ID       geo.ID // made where it is zero
	What     string // "areas", "roster", "reports", "roads" or "checkpoints"
	File     string // its name, without the way to it
	SHA256   string // of the file, see ingest.Report
	Importer string // the program with its version, see ingest.Report
	Options  any    // that it was read with, becomes JSON; nil for none
	// How many areas, seats, reports or features.
	New, Changed, Unchanged, Gone int
	Warnings                      int
	// Base is the revision that areas were compared with, see ImportBasis; of no
	// meaning where they go into a plan that there is, or are no areas.
	Base int
}

// recordImport keeps a record in the transaction of what was imported, and gives it an id.
func (s *Store) recordImport(ctx context.Context, tx pgx.Tx, r *ImportRecord, who patrol.Actor, at time.Time) error {
	if err := r.identify(); err != nil {
		return err
	}
	var options []byte
	if r.Options != nil {
		var err error
		if options, err = json.Marshal(r.Options); err != nil {
			return err
		}
	}
	const sql = `
		INSERT INTO imports (district_code, id, what, file, sha256, importer, options, added, changed, unchanged, gone,
		       warnings, actor_kind, actor_id, actor_name, at)
		VALUES (@district, @id, @what, @file, @sha256, @importer, @options, @added, @changed, @unchanged, @gone,
		       @warnings, @actor_kind, @actor_id, @actor_name, @at)`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": r.ID, "what": r.What, "file": r.File,
		"sha256": r.SHA256, "importer": r.Importer, "options": options, "added": r.New, "changed": r.Changed,
		"unchanged": r.Unchanged, "gone": r.Gone, "warnings": r.Warnings, "actor_kind": actorKind(who),
		"actor_id": who.ID, "actor_name": who.Name, "at": at})
	return err
}

func (r *ImportRecord) identify() (err error) {
	if r.ID == uuid.Nil {
		r.ID, err = uuid.NewV7()
	}
	return err
}
