package ingest

import (
	"context"
	"fmt"
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
// A file of posts has a row for each holder (area, post, name, phone, from …),
// or one for each area with columns for each post (网格长姓名, 网格长电话, 网格员 …); an area is named by its code
// or by a name that only one has. Several sheets with the same columns are read as one. The file is
// the whole of the posts that it names; with Partial it is that of the areas that it
// names alone. A seat that it lacks goes, unless an area must have it: it is
// vacant then. Who left a post before stays in its history.
//
// A row whose post is "leave" (请假) says from when to when a person is on leave;
// leaves that the file does not have stay.
//
// A person is known by name and phone. Rows without a phone are taken for who
// has that name in the same area, and in the seat before. A person in a seat
// whose phone alone is another has a new phone.
//
// What is wrong with the file is in the report; an error is what kept it from being
// read, a *importers.Problem where the file cannot be read at all. No name and
// no phone is in either.
func Roster(ctx context.Context, src importers.Source, b RosterBasis, o Options) (*RosterSet, error) {
	if b.Zone == nil {
		b.Zone = time.UTC
	}
	b.Now = b.Now.UTC().Truncate(time.Microsecond)
	layers, err := rosterLayers(src, o)
	if err != nil {
		return nil, err
	}
	r := newRosterReader(b, o)
	if err := r.lookAt(src.Layers()[layers[0]]); err != nil {
		return nil, err
	}
	for _, layer := range layers {
		r.layer = src.Layers()[layer].Name
		err := src.Records(ctx, layer, func(rec *importers.Record) error {
			if r.number++; r.number%1000 == 0 && o.Progress != nil {
				o.Progress(StageRead, int64(r.number), -1)
			}
			if empty(rec.Values) {
				return nil
			}
			r.report.FeaturesRead++
			if r.bodies {
				r.readBody(rec)
			} else {
				r.read(rec)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return r.settle(), nil
}

// rosterLayers gives the layer that is named, or those that have the columns of
// a roster: the same ones, where there are several.
func rosterLayers(src importers.Source, o Options) ([]int, error) {
	layout := func(l importers.Layer) string {
		c, err := FindColumns(rosterFields, l.Columns, nil)
		posts := findPostColumns(l.Columns, c)
		if err != nil || !c.Has("area") && !c.Has("area_name") && !c.Has("groups") || !c.Has("name") && !c.Has("groups") && len(posts) == 0 {
			return ""
		}
		return fmt.Sprint(c.index, posts)
	}
	var fitting []int
	first := ""
	for i, l := range src.Layers() {
		switch text := layout(l); {
		case o.Layer != "" || l.Hidden || text == "":
		case first == "" || text == first:
			first = text
			fitting = append(fitting, i)
		default:
			fitting = append(fitting, i)
			first = "several"
		}
	}
	if len(fitting) > 1 && first != "several" {
		return fitting, nil
	}
	i, err := FindLayer(src, o.Layer, func(l importers.Layer) bool { return layout(l) != "" })
	return []int{i}, err
}

// findPostColumns gives the columns that say something of one post each, but those
// that hold a field.
func findPostColumns(columns []string, c Columns) (out []postColumn) {
	taken := make(map[int]bool, len(c.index))
	for _, i := range c.index {
		taken[i] = true
	}
	for i, name := range columns {
		if p, ok := readPostColumn(name); ok && !taken[i] {
			p.index = i
			out = append(out, p)
		}
	}
	return out
}

// empty tells whether a row says nothing.
func empty(values []importers.Value) bool {
	for _, v := range values {
		if Fold(v.Text) != "" {
			return false
		}
	}
	return true
}
