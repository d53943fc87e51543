package postgis

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// staleTrack is a track of which something has to be made again.
type staleTrack struct {
	ID       geo.ID
	From, To time.Time // of the fixes that came or went
	Since    time.Time
	Version  int64
}

// derived is what a stretch of a track is made into. Nothing of it reaches
// beyond the stretch.
type derived struct {
	track  geo.ID
	span   track.Span
	pieces []track.Piece
	visits []derivedVisit
	stays  []track.CheckpointVisit
	cells  []derivedCell
}

type derivedVisit struct {
	area      geo.ID
	run       time.Time
	from, to  time.Time
	dwell     time.Duration
	distanceM float64
}

type derivedCell struct {
	run time.Time
	track.CellTime
}

// derive makes again what follows from the fixes of a track that came or went.
// Nothing is written.
func (t *Tracks) derive(ctx context.Context, tx pgx.Tx, one staleTrack, checkpoints []track.Checkpoint) (*derived, error) {
	args := pgx.NamedArgs{"district": t.store.district, "track": one.ID}
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT run_t, run_to FROM track_pieces WHERE district_code = @district AND track_id = @track`, args)
	if err != nil {
		return nil, err
	}
	spans, err := pgx.CollectRows(rows, pgx.RowToStructByPos[track.Span])
	if err != nil {
		return nil, err
	}
	out := &derived{track: one.ID, span: track.Affected(spans, one.From, one.To, t.cfg.Rules)}
	fixes, err := t.fixes(ctx, tx, one.ID, out.span)
	if err != nil {
		return nil, err
	}
	out.pieces = track.Clean(fixes, t.cfg.Rules)
	for from, to := 0, 0; from < len(out.pieces); from = to {
		for to = from + 1; to < len(out.pieces) && out.pieces[to].Run == out.pieces[from].Run; {
			to++
		}
		if err := t.deriveRun(ctx, out, out.pieces[from:to], checkpoints); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// deriveRun adds what follows from the pieces of one run. Areas are those of the
// boundaries that were in force when it began.
func (t *Tracks) deriveRun(ctx context.Context, out *derived, pieces []track.Piece, checkpoints []track.Checkpoint) error {
	run := pieces[0].Run.From
	b, err := t.boundariesAt(ctx, run)
	if err != nil {
		return err
	}
	visits := track.Visits(pieces, b.Index.LocateLattice, t.cfg.Rules)
	for i, m := range track.VisitDistances(pieces, visits, b.Index.LocateLattice) {
		v := visits[i]
		out.visits = append(out.visits, derivedVisit{v.Area.ID, run, v.From, v.To, v.Dwell, m})
	}
	out.stays = append(out.stays, track.CheckpointVisits(pieces, checkpoints, t.cfg.Rules)...)
	cells, err := track.CellTimes(pieces, track.CellResolution)
	for _, c := range cells {
		out.cells = append(out.cells, derivedCell{run, c})
	}
	return err
}

// boundariesAt gives the boundaries that were in force at a time; the first ones
// before there were any, and for a phone whose clock is ahead those of now.
func (t *Tracks) boundariesAt(ctx context.Context, at time.Time) (*locate.Snapshot, error) {
	now := t.store.now()
	if at.After(now) {
		at = now
	}
	b, err := t.boundaries.At(ctx, at, now)
	if errors.Is(err, geo.ErrNotFound) {
		if b, err = t.boundaries.Revision(ctx, 1); errors.Is(err, geo.ErrNotFound) {
			return t.boundaries.Current(), nil
		}
	}
	return b, err
}

// fixes reads the fixes of a track within a span, both ends included.
func (t *Tracks) fixes(ctx context.Context, q querier, id geo.ID, span track.Span) ([]track.Fix, error) {
	const sql = `
		SELECT t, lon_e7, lat_e7, accuracy_cm, speed_cms, mock FROM track_fixes
		WHERE district_code = @district AND track_id = @track AND t >= @from AND t <= @to ORDER BY t`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": t.store.district, "track": id, "from": span.From, "to": span.To})
	if err != nil {
		return nil, err
	}
	var out []track.Fix
	var r fixRow
	_, err = pgx.ForEachRow(rows, []any{&r.t, &r.lon, &r.lat, &r.accuracy, &r.speed, &r.mock}, func() error {
		out = append(out, r.fix())
		return nil
	})
	return out, err
}

// checkpoints reads those in use.
func (t *Tracks) checkpoints(ctx context.Context, tx pgx.Tx) ([]track.Checkpoint, error) {
	const sql = `
		SELECT id, lon_e7, lat_e7, radius_m FROM checkpoints
		WHERE district_code = @district AND retired_at IS NULL ORDER BY id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": t.store.district})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c track.Checkpoint, err error) {
		err = row.Scan(&c.ID, &c.At.Lon, &c.At.Lat, &c.RadiusM)
		return c, err
	})
}

// dayZone is where days begin at midnight: everywhere in the country, all year.
var dayZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// placeDay is a day of an area or a checkpoint.
type placeDay struct {
	place geo.ID
	day   string // 2006-01-02
}

func dayOf(t time.Time) string { return t.In(dayZone).Format(time.DateOnly) }

// queue adds to a batch what puts d in the place of what was there. days are
// noted whose sums change by what is new.
func (d *derived) queue(b *pgx.Batch, district string, areas, stops map[placeDay]bool) {
	for _, table := range []string{"track_pieces", "track_visits", "checkpoint_visits", "track_cells"} {
		b.Queue(deleteRuns[table], district, d.track, d.span.From, d.span.To)
	}
	if len(d.pieces) > 0 {
		d.queuePieces(b, district)
	}
	if n := len(d.visits); n > 0 {
		ids, runs, from, to := make([]geo.ID, n), make([]time.Time, n), make([]time.Time, n), make([]time.Time, n)
		dwell, metres := make([]float64, n), make([]float64, n)
		for i, v := range d.visits {
			ids[i], runs[i], from[i], to[i], dwell[i], metres[i] = v.area, v.run, whole(v.from), whole(v.to), secondsOf(v.dwell), round(v.distanceM)
			areas[placeDay{v.area, dayOf(v.from)}] = true
		}
		b.Queue(insertVisits, district, d.track, ids, runs, from, to, dwell, metres)
	}
	if n := len(d.stays); n > 0 {
		ids, runs, from, to := make([]geo.ID, n), make([]time.Time, n), make([]time.Time, n), make([]time.Time, n)
		dwell := make([]float64, n)
		for i, v := range d.stays {
			ids[i], runs[i], from[i], to[i], dwell[i] = v.Checkpoint, v.Run.From, whole(v.From), whole(v.To), secondsOf(v.Dwell)
			stops[placeDay{v.Checkpoint, dayOf(v.From)}] = true
		}
		b.Queue(insertStays, district, d.track, ids, runs, from, to, dwell)
	}
	if n := len(d.cells); n > 0 {
		cells, runs, first, last := make([]int64, n), make([]time.Time, n), make([]time.Time, n), make([]time.Time, n)
		dwell := make([]float64, n)
		for i, c := range d.cells {
			cells[i], runs[i], first[i], last[i], dwell[i] = int64(c.Cell), c.run, whole(c.First), whole(c.Last), secondsOf(c.Dwell)
		}
		b.Queue(insertCells, district, d.track, cells, runs, first, last, dwell)
	}
	b.Queue(sumTrack, district, d.track)
}

func (d *derived) queuePieces(b *pgx.Batch, district string) {
	for _, p := range d.pieces {
		row := pieceOf(p)
		b.Queue(insertPiece, district, d.track, p.From(), p.To(), p.Run.From, p.Run.To, row.path, row.offsets, row.distanceM, false)
	}
}

// pieceRow is a piece as it is stored.
type pieceRow struct {
	path      *geom.LineString
	offsets   []int32
	distanceM float64
}

func pieceOf(p track.Piece) pieceRow {
	list := p.Vertices
	if len(list) == 1 {
		list = []track.Vertex{list[0], list[0]}
	}
	line := make(orb.LineString, len(list))
	out := pieceRow{offsets: make([]int32, len(list)), distanceM: round(track.Distance([]track.Piece{p}))}
	for i, v := range list {
		line[i], out.offsets[i] = v.At.Point(), int32(v.T.Sub(p.From()).Milliseconds())
	}
	out.path = geom.NewLineStringFlat(geom.XY, appendFlat(nil, line)).SetSRID(srid)
	return out
}

// whole is a time to the millisecond, round a length to the millimetre: more is
// not known, and is not compared.
func whole(t time.Time) time.Time { return t.Truncate(time.Millisecond) }
func secondsOf(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond)) / float64(time.Second)
}
func round(metres float64) float64 { return math.Round(metres*1000) / 1000 }
func compareDays(a, b placeDay) int {
	return cmp.Or(slices.Compare(a.place[:], b.place[:]), cmp.Compare(a.day, b.day))
}
func (t *Tracks) district() pgx.NamedArgs { return pgx.NamedArgs{"district": t.store.district} }
