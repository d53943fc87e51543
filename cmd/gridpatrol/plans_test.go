package main

import (
	"slices"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
)

var _ api.Plans = plans{}

func TestLockedKinds(t *testing.T) {
	statutory := []geo.Kind{geo.District, geo.Township, geo.Village}
	for _, c := range []struct {
		name string
		args []string
		env  string
		want []geo.Kind // nil: refused
	}{
		{name: "default", want: statutory},
		{name: "some", args: []string{"--locked-kinds", "district, grid"}, want: []geo.Kind{geo.District, geo.Grid}},
		{name: "none", args: []string{"--locked-kinds="}, want: []geo.Kind{}},
		{name: "by the environment", env: "compound", want: []geo.Kind{geo.Compound}},
		{name: "flag before environment", args: []string{"--locked-kinds", "grid"}, env: "compound", want: []geo.Kind{geo.Grid}},
		{name: "no kind", args: []string{"--locked-kinds", "district,street"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv("GRIDPATROL_LOCKED_KINDS", c.env)
			}
			var f planFlags
			parser, err := kong.New(&f)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parser.Parse(c.args)
			if (err != nil) != (c.want == nil) {
				t.Fatalf("Parse(%q) = %v", c.args, err)
			}
			if err == nil && (f.LockedKinds == nil || !slices.Equal(f.LockedKinds, c.want)) {
				t.Errorf("%q locks %v, want %v", c.args, f.LockedKinds, c.want)
			}
		})
	}
}
