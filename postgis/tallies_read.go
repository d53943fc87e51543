package postgis

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// atOneMoment runs f in a transaction that only reads, whose statements all see
// the same and may take long.
func (s *Store) atOneMoment(ctx context.Context, f func(tx pgx.Tx) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '120s', true)`); err != nil {
			return err
		}
		return f(tx)
	})
}

// news is what has happened to reports.
type news struct {
	newest, last int64    // the last event there is, and the last that was looked at
	ids          []geo.ID // the reports it happened to, each once
	broken       bool     // the log does not continue, or says that everything is to be read anew
}

// newsAfter looks at the events above the cursor, at most limit of them.
func (s *Store) newsAfter(ctx context.Context, q querier, cursor int64, limit int) (n news, err error) {
	const sql = `
		SELECT c.newest, c.newest < @cursor OR c.oldest > @cursor + 1 OR coalesce(e.reset, false),
		       coalesce(e.last, @cursor), coalesce(e.ids, '{}')
		FROM event_cursor c CROSS JOIN (
			SELECT max(cursor) AS last, bool_or(type = 'reset') AS reset,
			       array_agg(DISTINCT (data ->> 'id')::uuid) FILTER (WHERE type LIKE 'report.%') AS ids
			FROM (SELECT cursor, type, data FROM outbox
				WHERE district_code = @district AND cursor > @cursor ORDER BY cursor LIMIT @limit) AS next
		) AS e
		WHERE c.district_code = @district`
	err = q.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "cursor": cursor, "limit": limit}).
		Scan(&n.newest, &n.broken, &n.last, &n.ids)
	return n, err
}

// unnumbered gives the reports of committed events that have no cursor yet.
func (s *Store) unnumbered(ctx context.Context, q querier) ([]geo.ID, error) {
	const sql = `
		SELECT (data ->> 'id')::uuid FROM outbox
		WHERE district_code = @district AND kind = 'stream' AND cursor IS NULL AND type LIKE 'report.%'`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[geo.ID])
}

// countedSums is hotspot.Columns.Sums of the tables.
func (s *Store) countedSums(ctx context.Context, q querier) ([]hotspot.Sum, error) {
	// A double holds microseconds of this age to a tenth: rounded they are exact.
	const sql = `
		SELECT category, status, count(*), bit_xor(cell),
		       bit_xor((date_part('epoch', created_at) * 1e6)::bigint),
		       coalesce(bit_xor((date_part('epoch', due_at) * 1e6)::bigint), 0), bit_xor(lon_e7), bit_xor(lat_e7)
		FROM reports WHERE district_code = @district
		GROUP BY category, status ORDER BY category COLLATE "C", status COLLATE "C"`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[hotspot.Sum])
}

// selectCounted reads reports as countedReader takes them.
const selectCounted = `
	SELECT r.id, r.created_at, r.due_at, r.category, r.status, r.cell, r.lon_e7, r.lat_e7
	FROM reports r WHERE r.district_code = @district`

// countedAgain reads the reports of these ids; those that are gone are left
// out.
func (s *Store) countedAgain(ctx context.Context, q querier, book *patrol.Rulebook, ids []geo.ID) ([]hotspot.Row, error) {
	rows, err := q.Query(ctx, selectCounted+` AND r.id = ANY(@ids)`, binaryResults,
		pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return nil, err
	}
	return readCounted(rows, book, len(ids))
}

// allCounted reads all reports.
func (s *Store) allCounted(ctx context.Context, tx pgx.Tx, book *patrol.Rulebook) ([]hotspot.Row, error) {
	const count = `SELECT count(*) FROM reports WHERE district_code = @district`
	args := pgx.NamedArgs{"district": s.district}
	var n int
	if err := tx.QueryRow(ctx, count, args).Scan(&n); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, selectCounted, binaryResults, args)
	if err != nil {
		return nil, err
	}
	list, err := readCounted(rows, book, n)
	// In order, the columns are made of them without a copy.
	slices.SortFunc(list, func(a, b hotspot.Row) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return list, err
}

// binaryResults asks for what countedReader reads: scanning a million rows into
// values would take several times as long.
var binaryResults = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// countedBatch is how many rows are read before somebody begins to find out
// where the public sees them.
const countedBatch = 8192

// readCounted reads the rows of selectCounted, at most n, and closes them.
// Reading and finding the cells of the public places go on beside each other.
func readCounted(rows pgx.Rows, book *patrol.Rulebook, n int) ([]hotspot.Row, error) {
	defer rows.Close()
	r := countedReader{texts: map[string]string{}}
	out := make([]hotspot.Row, 0, n)
	batches := make(chan func() error, 4)
	failed := make(chan error, 1)
	var placing sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		placing.Go(func() {
			for batch := range batches {
				if err := batch(); err != nil {
					select {
					case failed <- err:
					default: // the first says enough
					}
				}
			}
		})
	}
	cells := sync.Pool{New: func() any { return publicCells{} }}
	from := 0
	place := func() {
		rows := out[from:]
		from = len(out)
		batches <- func() error {
			known := cells.Get().(publicCells)
			defer cells.Put(known)
			return known.place(rows, book)
		}
	}
	var err error
	for rows.Next() {
		var row hotspot.Row
		if row, err = r.read(rows); err != nil {
			break
		}
		if len(out) == n { // growing would move rows that are being worked on
			err = fmt.Errorf("more reports than the %d that were counted", n)
			break
		}
		out = append(out, row)
		if len(out)-from == countedBatch {
			place()
		}
	}
	if len(out) > from {
		place()
	}
	close(batches)
	placing.Wait()
	if err == nil {
		err = rows.Err()
	}
	if err == nil {
		select {
		case err = <-failed:
		default:
		}
	}
	return out, err
}

// publicCells remembers the cells of places that the public is shown: many
// reports share one.
type publicCells map[orb.Point]cell.Cell

// publicCellsKept is how many it remembers at most.
const publicCellsKept = 1 << 16

// place finds out the Public cells of the rows.
func (known publicCells) place(rows []hotspot.Row, book *patrol.Rulebook) error {
	for i := range rows {
		shown := book.Shown(rows[i].Category, rows[i].Point.Point())
		c, ok := known[shown]
		if !ok {
			var err error
			if c, err = cell.At(shown, hotspot.BaseResolution); err != nil {
				return fmt.Errorf("report %s: %w", rows[i].ID, err)
			}
			if len(known) >= publicCellsKept {
				clear(known)
			}
			known[shown] = c
		}
		rows[i].Public = c
	}
	return nil
}

// countedReader reads rows of selectCounted in PostgreSQL's binary form. Equal
// texts become the same string.
type countedReader struct{ texts map[string]string }

// The widths in bytes that the values of selectCounted have, 0 for texts.
var countedWidths = [...]int{16, 8, 8, 0, 0, 8, 4, 4}

func (r *countedReader) read(rows pgx.Rows) (row hotspot.Row, err error) {
	v := rows.RawValues()
	fields := rows.FieldDescriptions()
	if len(v) != len(countedWidths) {
		return row, fmt.Errorf("a report has %d columns, want %d", len(v), len(countedWidths))
	}
	for i, width := range countedWidths {
		if fields[i].Format != pgx.BinaryFormatCode || width > 0 && len(v[i]) != width && (v[i] != nil || i != 2) {
			return row, fmt.Errorf("%s of a report is not in the binary form", fields[i].Name)
		}
	}
	copy(row.ID[:], v[0])
	row.At = timeOf(v[1])
	if v[2] != nil {
		row.Due = timeOf(v[2])
	}
	row.Category, row.Status = r.text(v[3]), r.text(v[4])
	row.Cell = cell.Cell(binary.BigEndian.Uint64(v[5]))
	row.Point.Lon, row.Point.Lat = int32(binary.BigEndian.Uint32(v[6])), int32(binary.BigEndian.Uint32(v[7]))
	return row, nil
}

func (r *countedReader) text(b []byte) string {
	if s, ok := r.texts[string(b)]; ok {
		return s
	}
	s := string(b)
	r.texts[s] = s
	return s
}

// postgresEpoch is what PostgreSQL counts microseconds from, in those of Unix.
const postgresEpoch = 946_684_800_000_000

// timeOf reads a timestamptz.
func timeOf(b []byte) time.Time {
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b)) + postgresEpoch).UTC()
}
