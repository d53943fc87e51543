package postgis

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// planRow is a row of plans.
type planRow struct {
	redraw.Plan
	locked       []geo.Kind
	vertices     int64 // of all operations ever made, see maxPlanVertices
	approvedETag string
	publisher    patrol.Actor // who scheduled or published it
}

const planColumns = `id, title, status, base_revision, locked_kinds, version, etag, operations, undone, vertices,
	needs_approval, created_by, created_by_name, created_at, updated_at, authors, author_names,
	coalesce(approved_by, ''), coalesce(approved_name, ''), approved_at, coalesce(approved_etag, ''),
	publish_at, coalesce(publish_kind, ''), coalesce(publish_by, ''), coalesce(publish_name, ''),
	coalesce(publish_role, ''), note, coalesce(revision, 0), failure`

func scanPlan(row pgx.CollectableRow) (r planRow, err error) {
	var authors, names []string
	var approved, publish *time.Time
	err = row.Scan(&r.ID, &r.Title, &r.Status, &r.Base, &r.locked, &r.Version, &r.ETag, &r.Operations, &r.Undone, &r.vertices,
		&r.NeedsApproval, &r.CreatedBy.ID, &r.CreatedBy.Name, &r.CreatedAt, &r.UpdatedAt, &authors, &names,
		&r.ApprovedBy.ID, &r.ApprovedBy.Name, &approved, &r.approvedETag,
		&publish, &r.publisher.Kind, &r.publisher.ID, &r.publisher.Name, &r.publisher.Role, &r.Note, &r.Revision, &r.Failure)
	if err != nil {
		return r, err
	}
	for i := range authors {
		r.Authors = append(r.Authors, redraw.Author{ID: authors[i], Name: names[i]})
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	if approved != nil {
		r.ApprovedAt = approved.UTC()
	}
	if publish != nil {
		r.PublishAt = publish.UTC()
	}
	r.PublishBy = redraw.Author{ID: r.publisher.ID, Name: r.publisher.Name}
	return r, nil
}

// row reads a plan's row; lock keeps others from changing it until the
// transaction ends.
func (p *Plans) row(ctx context.Context, q querier, id geo.ID, lock bool) (planRow, error) {
	sql := `SELECT ` + planColumns + ` FROM plans WHERE district_code = @district AND id = @id`
	if lock {
		sql = `SELECT ` + planColumns + ` FROM plans WHERE district_code = @district AND id = @id FOR UPDATE`
	}
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district, "id": id})
	if err != nil {
		return planRow{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanPlan)
}

func (p *Plans) rowArgs(r *planRow) pgx.NamedArgs {
	authors, names := make([]string, len(r.Authors)), make([]string, len(r.Authors))
	for i, a := range r.Authors {
		authors[i], names[i] = a.ID, a.Name
	}
	args := pgx.NamedArgs{"district": p.store.district, "id": r.ID, "title": r.Title, "status": string(r.Status),
		"base": r.Base, "locked": texts(r.locked), "version": r.Version, "etag": r.ETag, "operations": r.Operations,
		"undone": r.Undone, "vertices": r.vertices, "needs": r.NeedsApproval, "created_by": r.CreatedBy.ID,
		"created_by_name": r.CreatedBy.Name, "created_at": r.CreatedAt, "updated_at": r.UpdatedAt,
		"authors": authors, "names": names, "publish_at": orNull(r.PublishAt), "note": r.Note,
		"revision": orNull(r.Revision), "failure": r.Failure,
		"approved_by": nil, "approved_name": nil, "approved_at": nil, "approved_etag": nil,
		"publish_kind": nil, "publish_by": nil, "publish_name": nil, "publish_role": nil}
	if !r.ApprovedAt.IsZero() {
		args["approved_by"], args["approved_name"] = r.ApprovedBy.ID, r.ApprovedBy.Name
		args["approved_at"], args["approved_etag"] = r.ApprovedAt, r.approvedETag
	}
	if w := r.publisher; w != (patrol.Actor{}) {
		args["publish_kind"], args["publish_by"], args["publish_name"], args["publish_role"] = actorKind(w), w.ID, w.Name, w.Role
	}
	return args
}

// texts are the codes of kinds, never nil.
func texts(kinds []geo.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

func (p *Plans) insertRow(ctx context.Context, tx pgx.Tx, r *planRow) error {
	const sql = `
		INSERT INTO plans (district_code, id, title, status, base_revision, locked_kinds, version, etag, operations,
		       undone, vertices, needs_approval, created_by, created_by_name, created_at, updated_at, authors,
		       author_names, note, failure)
		VALUES (@district, @id, @title, @status, @base, @locked, @version, @etag, @operations,
		       @undone, @vertices, @needs, @created_by, @created_by_name, @created_at, @updated_at, @authors,
		       @names, @note, @failure)`
	_, err := tx.Exec(ctx, sql, p.rowArgs(r))
	return err
}

// updateRow writes a row that the transaction has locked. What was claimed is
// free again.
func (p *Plans) updateRow(ctx context.Context, tx pgx.Tx, r *planRow) error {
	const sql = `
		UPDATE plans SET title = @title, status = @status, base_revision = @base, locked_kinds = @locked,
		       version = @version, etag = @etag, operations = @operations, undone = @undone, vertices = @vertices,
		       updated_at = @updated_at, authors = @authors, author_names = @names,
		       approved_by = @approved_by, approved_name = @approved_name, approved_at = @approved_at,
		       approved_etag = @approved_etag, publish_at = @publish_at, publish_kind = @publish_kind,
		       publish_by = @publish_by, publish_name = @publish_name, publish_role = @publish_role,
		       note = @note, revision = @revision, failure = @failure, claimed_until = NULL
		WHERE district_code = @district AND id = @id AND version = @version - 1`
	tag, err := tx.Exec(ctx, sql, p.rowArgs(r))
	if err == nil && tag.RowsAffected() != 1 {
		err = &geo.Problem{Kind: geo.ErrConflict, Code: "version-conflict", Detail: "the plan was changed meanwhile"}
	}
	return err
}

// authorOf is an actor as the maker of something in a plan.
func authorOf(a patrol.Actor) redraw.Author { return redraw.Author{ID: a.ID, Name: a.Name} }

// credit adds somebody to the authors of a row.
func (r *planRow) credit(a redraw.Author) {
	if !slices.ContainsFunc(r.Authors, func(b redraw.Author) bool { return b.ID == a.ID }) {
		r.Authors = append(slices.Clip(r.Authors), a)
	}
}

// withdraw takes back an approval.
func (r *planRow) withdraw() {
	r.ApprovedBy, r.ApprovedAt, r.approvedETag = redraw.Author{}, time.Time{}, ""
	if r.Status == redraw.Approved {
		r.Status = redraw.Drafted
	}
}
