package redraw_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestLineage makes short plans and names the descents by code, an area that
// is no more by its code in the base.
func TestLineage(t *testing.T) {
	town := newTown(31)
	// Grid 2 spans cells 4 to 7 and 0 to 3.
	halve := redraw.Split{Area: grid(2), Line: []geo.LatticePoint{town.nodes[6][0], town.nodes[6][1], town.nodes[6][2], town.nodes[6][3], town.nodes[6][4]}, NewCode: gridCode(20)}
	merge := func(into int, codes ...int) redraw.Merge {
		op := redraw.Merge{Kind: geo.Grid, Into: gridCode(into)}
		for _, c := range codes {
			op.Codes = append(op.Codes, gridCode(c))
		}
		return op
	}
	for name, c := range map[string]struct {
		ops  []redraw.Operation
		want []string
	}{
		"nothing":              {nil, nil},
		"split":                {[]redraw.Operation{halve}, []string{"2→20"}},
		"split and recoded":    {[]redraw.Operation{halve, redraw.Recode{Area: grid(20), NewCode: gridCode(21)}}, []string{"2→21"}},
		"merge":                {[]redraw.Operation{merge(1, 2, 4)}, []string{"2→1", "4→1"}},
		"merged twice":         {[]redraw.Operation{merge(1, 2), merge(4, 1)}, []string{"1→4", "2→4"}},
		"split, old part gone": {[]redraw.Operation{halve, merge(20, 2)}, []string{"2→20"}},
		"split and back":       {[]redraw.Operation{halve, merge(2, 20)}, nil},
		"a part to another":    {[]redraw.Operation{halve, merge(1, 20)}, nil},
		"an origin of both":    {[]redraw.Operation{halve, merge(20, 3)}, []string{"2→20", "3→20"}},
		"reassign":             {[]redraw.Operation{redraw.Reassign{Units: []geo.Ref{{Kind: geo.VillageGroup, Code: "220112100200001"}}, To: grid(10)}}, nil},
		"retire":               {[]redraw.Operation{redraw.Retire{Area: grid(5)}}, nil},
		"the split part gone":  {[]redraw.Operation{halve, redraw.Retire{Area: grid(20)}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := redraw.NewDraft(town.state(t, redraw.Config{}))
			code := map[geo.ID]string{}
			learn := func(s *redraw.State) {
				for _, a := range s.Areas() {
					if a.Kind == geo.Grid {
						var n int
						if _, err := fmt.Sscanf(a.Code, "220112100000%d", &n); err != nil {
							t.Fatal(err)
						}
						code[a.ID] = fmt.Sprint(n)
					}
				}
			}
			learn(d.State())
			for i, op := range c.ops {
				next, _, err := d.Apply(redraw.Entry{Op: op, At: noon, ID: geo.ID{0: byte(i + 1), 6: 0x70, 8: 0x80}})
				if err != nil {
					t.Fatal(err)
				}
				d = next
			}
			learn(d.State())
			var got []string
			for _, x := range redraw.Lineage(d) {
				got = append(got, code[x.From]+"→"+code[x.To])
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("Lineage = %v, want %v", got, c.want)
			}
		})
	}
}

// TestLineageFollowsUndo: what was undone leaves no descent.
func TestLineageFollowsUndo(t *testing.T) {
	d := redraw.NewDraft(newTown(32).state(t, redraw.Config{}))
	d, _, err := d.Apply(redraw.Entry{Op: redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(2)}, Into: gridCode(1)}, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if got := redraw.Lineage(d); len(got) != 1 {
		t.Errorf("Lineage = %v, want one descent", got)
	}
	back, _, _ := d.Undo()
	if got := redraw.Lineage(back); len(got) != 0 {
		t.Errorf("Lineage after the undo = %v, want none", got)
	}
}
