package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/importers"
)

// TestRoundTripOthers goes round with roads and reports as TestRoundTrip does with areas:
// what one format brought in, the next ones find there already. Posts are those of the
// database that they are imported into, so that nothing differs.
func TestRoundTripOthers(t *testing.T) {
	from, to := newImportDesk(t, groundedTownship(t)), newImportDesk(t, townshipDatabase(t))
	for i, f := range importers.Formats() {
		for _, c := range []struct{ collection, what, brought, there string }{
			{"roads", "roads", "the base map has it", "nothing differs from the base map"},
			{"reports", "reports", "reports were written", "all reports are there already"},
			{"posts", "roster", "", "nothing differs from the posts in force"},
		} {
			path := filepath.Join(t.TempDir(), c.collection+"."+string(f))
			from.run(0, "export", c.collection, "-o", path)
			want := c.there
			if i == 0 && c.brought != "" {
				want = c.brought
			}
			if out, _ := to.run(0, "import", c.what, path); !strings.Contains(out, want) {
				t.Errorf("import %s of %s says\n%swant %q in it", c.what, path, out, want)
			}
			back := filepath.Join(t.TempDir(), "back."+string(f))
			to.run(0, "export", c.collection, "--format", string(f), "-o", back)
			first, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			second, err := os.ReadFile(back)
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("%s in %s came back as other bytes, %v; the first that differs is %d", c.collection, f, err, differsAt(first, second))
			}
		}
	}
}
