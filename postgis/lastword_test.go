package postgis

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// PostGIS is asked what is wrong with a revision that nobody else has looked at,
// after one that may have had faults already.
func TestLastWord(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	type edit func([]geo.Area) []geo.Area
	reshape := func(kind geo.Kind, code string, x0, y0, x1, y1 int) edit {
		return func(areas []geo.Area) []geo.Area {
			i := slices.IndexFunc(areas, func(a geo.Area) bool { return a.Kind == kind && strings.HasSuffix(a.Code, code) })
			areas[i].Shape = box(x0, y0, x1, y1)
			return areas
		}
	}
	without := func(kind geo.Kind, code string) edit {
		return func(areas []geo.Area) []geo.Area {
			return slices.DeleteFunc(areas, func(a geo.Area) bool { return a.Kind == kind && strings.HasSuffix(a.Code, code) })
		}
	}
	const g1, g2, v1group1, v1group2 = "0001", "0002", "1201001", "1201002"
	for _, c := range []struct {
		name   string
		before []edit
		after  []edit
		want   []string // how the problems begin, each with its kind
	}{
		{name: "the same again"},
		{name: "a line moves", after: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4), reshape(geo.Grid, g2, 3, 0, 4, 4)}},
		{name: "a line moves with a gap", after: []edit{reshape(geo.Grid, g1, 0, 0, 1, 4), reshape(geo.Grid, g2, 2, 0, 4, 4)}, want: []string{"grid GAP"}},
		{name: "an overlap with one that stays", after: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4)}, want: []string{"grid OVERLAP"}},
		{name: "an overlap of two that changed", after: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4), reshape(geo.Grid, g2, 1, 0, 4, 4)}, want: []string{"grid OVERLAP"}},
		{name: "one within another", after: []edit{reshape(geo.VillageGroup, v1group1, 0, 0, 4, 4)}, want: []string{"village_group OVERLAP"}},
		{name: "one is gone", after: []edit{without(geo.Grid, g1)}, want: []string{"grid GAP"}},
		{name: "one is gone, and its neighbour has its land", after: []edit{without(geo.Grid, g1), reshape(geo.Grid, g2, 0, 0, 4, 4)}},
		{name: "a group is gone", after: []edit{without(geo.VillageGroup, v1group1)}, want: []string{"village_group GAP"}},
		{name: "a village has no groups any more", after: []edit{without(geo.VillageGroup, v1group1), without(geo.VillageGroup, v1group2)}},
		{name: "a compound moves and goes", after: []edit{reshape(geo.Compound, "C001", 5, 0, 6, 2)}},
		{name: "an overlap that was there stays", before: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4)}, after: []edit{reshape(geo.Grid, g2, 2, 0, 4, 4), without(geo.Compound, "C001")}},
		{name: "an overlap that was there grows", before: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4)}, after: []edit{reshape(geo.Grid, g1, 0, 0, 4, 4)}, want: []string{"grid OVERLAP"}},
		{name: "an overlap is mended from one side", before: []edit{reshape(geo.Grid, g1, 0, 0, 3, 4)}, after: []edit{reshape(geo.Grid, g1, 0, 0, 2, 4)}},
		{name: "a gap that was there stays", before: []edit{reshape(geo.Grid, g1, 0, 0, 1, 4)}, after: []edit{reshape(geo.Grid, "0003", 4, 0, 7, 4), reshape(geo.Grid, "0004", 7, 0, 8, 4)}},
		{name: "the district grows smaller with its grid", after: []edit{reshape(geo.District, testDistrict, 1, 0, 8, 4), reshape(geo.Grid, g1, 1, 0, 2, 4)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx, err := w.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { tx.Rollback(t.Context()) }()
			areas := town(2)
			for revision, edits := range [][]edit{c.before, c.after} {
				for _, e := range edits {
					areas = e(areas)
				}
				areas = written(t, w, tx, revision+2, areas)
			}
			var p *geo.Problem
			err = w.lastWord(t.Context(), tx, 3)
			var got []string
			if errors.As(err, &p) {
				for _, f := range p.Fields {
					kind, _, _ := strings.Cut(f.Detail, " ")
					got = append(got, f.Pointer+" "+kind)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("lastWord = %v, want %v", err, c.want)
			}
		})
	}
}

// written writes the versions of a revision that nobody has looked at.
func written(t *testing.T, w *world, tx pgx.Tx, revision int, areas []geo.Area) []geo.Area {
	t.Helper()
	own := slices.Clone(areas)
	if err := normalise(own); err != nil {
		t.Fatal(err)
	}
	if err := w.writeVersions(t.Context(), tx, revision, own); err != nil {
		t.Fatal(err)
	}
	return own
}
