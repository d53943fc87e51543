package arcs

import (
	"slices"
	"strings"
	"testing"
)

// ring closes a ring of points that are single letters.
func ring(letters string) []string { return strings.Split(letters+letters[:1], "") }

// walked gives the points of a ring of arcs, without the closing one.
func walked(lines [][]string, refs []Ref) string {
	var out strings.Builder
	for _, r := range refs {
		line := slices.Clone(lines[r.Arc()])
		if r.Backwards() {
			slices.Reverse(line)
		}
		out.WriteString(strings.Join(line[:len(line)-1], ""))
	}
	return out.String()
}

func TestBuild(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rings []string
		want  []string // the arcs, each in the way in which it was first run
	}{
		{"alone: one closed line from its first vertex", []string{"abcd"}, []string{"abcda"}},
		//  a---b---c
		//  |   x   |
		//  f---e---d
		{"side by side: their line is one arc, whichever way it is run", []string{"abxef", "bcdex"}, []string{"bxe", "efab", "bcde"}},
		{"an island and the hole that it fills", []string{"abcd", "wxyz", "zyxw"}, []string{"abcda", "wxyzw"}},
		{"touching in one corner: it is a junction", []string{"abcj", "jxyz"}, []string{"jabcj", "jxyzj"}},
		{"the same ring twice, begun elsewhere", []string{"abcd", "cdab"}, []string{"abcda"}},
		{"with repeated points", []string{"aabbcd"}, []string{"abcda"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := NewBuilder[string](8)
			for _, r := range tt.rings {
				b.Ring(ring(r))
			}
			lines, rings := b.Build()
			var got []string
			for _, l := range lines {
				got = append(got, strings.Join(l, ""))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("arcs %v, want %v", got, tt.want)
			}
			for i, refs := range rings {
				again, was := walked(lines, refs), strings.Join(slices.Compact(strings.Split(tt.rings[i], "")), "")
				if len(again) != len(was) || !strings.Contains(was+was, again) {
					t.Errorf("ring %s came back as %s", was, again)
				}
			}
		})
	}
	b := NewBuilder[string](0)
	b.Ring(nil)
	if lines, rings := b.Build(); len(lines) != 0 || len(rings) != 1 || rings[0] != nil {
		t.Errorf("an empty ring gives %v and %v", lines, rings)
	}
}
