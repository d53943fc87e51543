package postgis

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// subjectContacts decrypts every contact, as they stream in, and puts those
// that match into p, the newest first, with what was reported.
func (s *Store) subjectContacts(ctx context.Context, tx pgx.Tx, match func(patrol.Contact) bool, p *patrol.Personal) error {
	if err := s.openContacts(ctx, tx); err != nil {
		return err
	}
	const sql = `SELECT report_id, key_id, nonce, sealed FROM reporter_contacts WHERE district_code = @district`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return err
	}
	found := map[geo.ID]patrol.Contact{}
	var id geo.ID
	var key string
	var nonce, sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &key, &nonce, &sealed}, func() error {
		if key != s.contactID {
			p.Unreadable++
			return nil
		}
		c, err := s.unseal(id, key, nonce, sealed)
		if err != nil {
			p.Unreadable++ // one that is damaged must not hide the others
			return nil
		}
		p.Scanned++
		if match(c) {
			found[id] = c
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Contacts, err = s.reportedBy(ctx, tx, found)
	return err
}

// reportedBy gives contacts with the reports that they were left with.
func (s *Store) reportedBy(ctx context.Context, tx pgx.Tx, found map[geo.ID]patrol.Contact) ([]patrol.PersonalContact, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]geo.ID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
	const sql = `
		SELECT id, category, status, description, lon_e7, lat_e7, created_at FROM reports
		WHERE district_code = @district AND id = ANY(@ids) ORDER BY created_at DESC, id DESC`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c patrol.PersonalContact, err error) {
		err = row.Scan(&c.Report, &c.Category, &c.Status, &c.Description, &c.Point.Lon, &c.Point.Lat, &c.CreatedAt)
		c.Contact, c.CreatedAt = found[c.Report], c.CreatedAt.UTC()
		return c, err
	})
}
