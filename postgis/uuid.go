package postgis

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	pgxgeom "github.com/twpayne/pgx-geom"
)

// registerTypes teaches a connection geometries and ids.
func registerTypes(ctx context.Context, conn *pgx.Conn) error {
	m := conn.TypeMap()
	// Without these, ids would go through their text form: they are
	// driver.Valuers, and that costs a third of the time a report takes.
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapID}, m.TryWrapEncodePlanFuncs...)
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{wrapIDTarget}, m.TryWrapScanPlanFuncs...)
	m.RegisterDefaultPgType(uuid.UUID{}, "uuid")
	m.RegisterDefaultPgType([]uuid.UUID{}, "_uuid")
	return pgxgeom.Register(ctx, conn)
}

var errNullID = errors.New("NULL where an id was expected")

// binaryID is a uuid.UUID as pgx writes it in binary.
type binaryID uuid.UUID

// UUIDValue gives the 16 bytes.
func (id binaryID) UUIDValue() (pgtype.UUID, error) { return pgtype.UUID{Bytes: id, Valid: true}, nil }

// binaryIDTarget is where pgx reads a uuid.UUID into.
type binaryIDTarget uuid.UUID

// ScanUUID takes the 16 bytes; NULL is refused, as a pointer is needed for it.
func (id *binaryIDTarget) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return errNullID
	}
	*id = v.Bytes
	return nil
}

func wrapID(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	if id, ok := value.(uuid.UUID); ok {
		return &idEncodePlan{}, binaryID(id), true
	}
	return nil, nil, false
}

type idEncodePlan struct{ next pgtype.EncodePlan }

// SetNext is called by pgx.
func (p *idEncodePlan) SetNext(next pgtype.EncodePlan) { p.next = next }

// Encode writes an id.
func (p *idEncodePlan) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(binaryID(value.(uuid.UUID)), buf)
}

func wrapIDTarget(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
	if id, ok := target.(*uuid.UUID); ok {
		return &idScanPlan{}, (*binaryIDTarget)(id), true
	}
	return nil, nil, false
}

type idScanPlan struct{ next pgtype.ScanPlan }

// SetNext is called by pgx.
func (p *idScanPlan) SetNext(next pgtype.ScanPlan) { p.next = next }

// Scan reads an id.
func (p *idScanPlan) Scan(src []byte, target any) error {
	return p.next.Scan(src, (*binaryIDTarget)(target.(*uuid.UUID)))
}
