package ingest

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// RosterBasis is what posts and people are compared with.
type RosterBasis struct {
	Areas  []*geo.Area    // in force, of all kinds; not changed
	Roster *patrol.Roster // in force, never nil
	// Now is when what the file does not date begins and ends.
	Now time.Time
	// Zone is where days and times without a zone are read; nil means UTC.
	Zone *time.Location
}

// RosterSet is what a file would make of posts and people.
type RosterSet struct {
	Report Report
	// Data is the whole roster as it would be: what the file says, and what it
	// says nothing of as it is. It is to be written only if Report has no errors.
	Data patrol.RosterData
	// Differs reports whether Data is another roster than the one in force.
	Differs bool
}

// Roster reads posts with the people who hold them, or the committees and Party
// branches that serve village groups, and compares them with those in force.
//
// A file of posts has a row for each holder (area, post, name, phone, from …), or
// one for each area with columns for each post (网格长姓名, 网格长电话, 网格员 …). It
// is the whole of the posts and kinds of area that it names; with Partial it
// is the whole of the areas that it names. What is wrong with it is in the report; an error is what kept it from
// being read, a *importers.Problem where the file cannot be read at all.
func Roster(ctx context.Context, src importers.Source, b RosterBasis, o Options) (*RosterSet, error) {
	return nil, &importers.Problem{Problem: importers.ProblemFormatRefused, Detail: "rosters are not read yet"}
}
