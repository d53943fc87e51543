package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// subjectTracks gives where people were on patrol, by patrol and time: a line for
// each cleaned piece. A track of which nothing could be used has none.
func (s *Store) subjectTracks(ctx context.Context, tx pgx.Tx, people []patrol.PersonalPerson) ([]patrol.PersonalTrack, error) {
	args := pgx.NamedArgs{"district": s.district, "people": personIDs(people)}
	const all = `
		SELECT id, patrol_id, person_id FROM tracks
		WHERE district_code = @district AND person_id = ANY(@people) ORDER BY patrol_id, person_id`
	rows, err := tx.Query(ctx, all, args)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t patrol.PersonalTrack, err error) {
		err = row.Scan(&t.ID, &t.Patrol, &t.Person)
		return t, err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	const pieces = `
		SELECT ` + keptColumns + ` FROM tracks t
		JOIN track_pieces p ON p.district_code = t.district_code AND p.track_id = t.id
		WHERE t.district_code = @district AND t.person_id = ANY(@people) ORDER BY t.patrol_id, t.person_id, p.from_t`
	if rows, err = tx.Query(ctx, pieces, args); err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return nil, err
	}
	i := 0
	for _, k := range list {
		for out[i].Patrol != k.Patrol || out[i].Person != k.Person {
			i++
		}
		line := patrol.PersonalLine{Coarse: k.Coarse, DistanceM: track.Distance([]track.Piece{k.Piece})}
		for _, v := range k.Vertices {
			line.Times, line.Points = append(line.Times, v.T), append(line.Points, v.At)
		}
		out[i].Lines = append(out[i].Lines, line)
	}
	return out, nil
}

// eraseSubjectTracks takes tracks away, and who looked at them. Where the subject
// looked at those of others an account's id stands, and no name.
func (s *Store) eraseSubjectTracks(ctx context.Context, tx pgx.Tx, p *patrol.Personal, e *patrol.Erasure) error {
	ids := make([]geo.ID, len(p.Tracks))
	for i, t := range p.Tracks {
		ids[i] = t.ID
	}
	if e.Tracks = int64(len(ids)); len(ids) > 0 {
		if err := s.eraseTracks(ctx, tx, ids); err != nil {
			return err
		}
	}
	const looked = `DELETE FROM track_readings WHERE district_code = @district AND person_id = ANY(@people)`
	_, err := tx.Exec(ctx, looked, pgx.NamedArgs{"district": s.district, "people": personIDs(p.People)})
	return err
}

func personIDs(people []patrol.PersonalPerson) []geo.ID {
	ids := make([]geo.ID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}
