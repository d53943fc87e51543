package main

import (
	"context"
	"errors"

	"github.com/gridpatrol/gridpatrol/postgis"
)

// inForce loads what is in force in a district: boundaries, and people, posts and
// rules.
func inForce(ctx context.Context, store *postgis.Store) (*postgis.Boundaries, *postgis.Duties, error) {
	boundaries := postgis.NewBoundaries(store)
	duties, err := postgis.NewDuties(store)
	if err != nil {
		return nil, nil, err
	}
	return boundaries, duties, errors.Join(boundaries.Refresh(ctx), duties.Refresh(ctx))
}
