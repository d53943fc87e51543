package postgis

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// since is the range from n on, without an end.
func since[N int32 | int64](n N) pgtype.Range[pgtype.Int8] {
	return pgtype.Range[pgtype.Int8]{
		Lower:     pgtype.Int8{Int64: int64(n), Valid: true},
		LowerType: pgtype.Inclusive,
		UpperType: pgtype.Unbounded,
		Valid:     true,
	}
}

// dated is a table whose rows belong to a range of duty versions: how its rows
// are read as of @version, how those with the keys @keys (and @others, where
// the key is a pair) are closed before @version, and how new ones are written.
type dated[K comparable, R any] struct {
	table   string
	columns []string // besides district_code, from_version and known
	read    string
	close   string
	scan    pgx.RowToFunc[R]
	values  func(R) []any // in the order of columns
	key     func(R) K
	same    func(a, b R) bool
	keys    func([]K) pgx.NamedArgs
}

// rows reads the table as of a version.
func (d dated[K, R]) rows(ctx context.Context, tx pgx.Tx, district string, version int64) ([]R, error) {
	rows, err := tx.Query(ctx, d.read, pgx.NamedArgs{"district": district, "version": version})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, d.scan)
}

// replace makes want what the table holds from version on; have is what it holds
// before.
func (d dated[K, R]) replace(ctx context.Context, tx pgx.Tx, district string, version int64, have, want []R) error {
	if slices.EqualFunc(have, want, d.same) {
		return nil
	}
	before := make(map[K]R, len(have))
	for _, r := range have {
		before[d.key(r)] = r
	}
	var gone []K
	var fresh [][]any
	for _, r := range want {
		k := d.key(r)
		was, exists := before[k]
		delete(before, k)
		if exists && d.same(was, r) {
			continue
		}
		if exists {
			gone = append(gone, k)
		}
		fresh = append(fresh, append([]any{district, version, since(version)}, d.values(r)...))
	}
	for k := range before {
		gone = append(gone, k)
	}
	if len(gone) > 0 {
		args := d.keys(gone)
		args["district"], args["version"] = district, version
		if _, err := tx.Exec(ctx, d.close, args); err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	columns := append([]string{"district_code", "from_version", "known"}, d.columns...)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{d.table}, columns, pgx.CopyFromRows(fresh))
	return err
}

// oneKey gives the keys of a table with a single key column.
func oneKey[K comparable](keys []K) pgx.NamedArgs { return pgx.NamedArgs{"keys": keys} }

func equal[R comparable](a, b R) bool { return a == b }
