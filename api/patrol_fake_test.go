package api

import (
	"context"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakePatrols has a checkpoint in the west of the town, and nothing else.
type fakePatrols struct{ patrolStore }

type patrolStore = Patrols // embedded under its own name it would hide its method

func (fakePatrols) Checkpoints(context.Context) ([]patrol.Checkpoint, error) {
	return []patrol.Checkpoint{{ID: id(900), Code: "K1", Name: "小学", Kind: "school", Point: groupPoint, RadiusM: 50, DueEveryH: 24,
		LookAt: []string{"校门口"}, CreatedAt: testNow, UpdatedAt: testNow, Version: 1}}, nil
}

func (fakePatrols) CheckpointKinds(context.Context) ([]patrol.CheckpointKind, error) {
	return patrol.DefaultCheckpointKinds(), nil
}

func (fakePatrols) Patrols(context.Context, access.Scope, geo.ID, patrol.PatrolFilter) ([]patrol.Patrol, error) {
	return nil, nil
}
