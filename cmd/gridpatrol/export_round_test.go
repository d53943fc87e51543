package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// TestRoundTrip exports every kind of area, imports the files into an empty database, and
// exports again: the same bytes, in every format. Half of the formats are published
// there, of the others the plan is exported. All of the district goes round as GeoJSON, as
// the others a district of one township.
func TestRoundTrip(t *testing.T) {
	whole, town := newImportDesk(t, districtDatabase(t)), newImportDesk(t, townshipDatabase(t))
	for i, f := range importers.Formats() {
		publish := i%2 == 0
		t.Run(string(f), func(t *testing.T) {
			from := town
			if f == importers.GeoJSON {
				from = whole
			}
			to := newImportDesk(t, emptyDatabase(t))
			first := map[geo.Kind][]byte{}
			plan := []string{}
			for i, k := range geo.Kinds() {
				path := filepath.Join(t.TempDir(), k.Plural()+"."+string(f))
				from.run(0, "export", k.Plural(), "-o", path)
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				first[k] = b
				args := append([]string{"import", "areas", path, "--kind", string(k)}, plan...)
				if publish && i == len(geo.Kinds())-1 {
					args = append(args, "--publish", "--note", "as it was")
				}
				out, _ := to.run(0, args...)
				if plan = []string{"--plan", planIn(t, out)}; i == 0 && len(first[k]) == 0 {
					t.Fatalf("nothing of %s was exported", k)
				}
			}
			for _, k := range geo.Kinds() {
				path := filepath.Join(t.TempDir(), k.Plural()+"."+string(f))
				if args := []string{"export", k.Plural(), "-o", path}; publish {
					to.run(0, args...)
				} else {
					to.run(0, append(args, plan...)...)
				}
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b, first[k]) {
					t.Errorf("%s came back as other bytes: %d of them, %d before; the first that differs is %d", path, len(b), len(first[k]), differsAt(b, first[k]))
				}
			}
		})
	}
}

// differsAt gives the place of the first byte in which a and b differ.
func differsAt(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
