package main

import (
	"context"
	"errors"
	"sync"

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
	var read sync.WaitGroup
	var failed error
	read.Go(func() { failed = duties.Refresh(ctx) })
	err = boundaries.Refresh(ctx)
	read.Wait()
	return boundaries, duties, errors.Join(err, failed)
}
