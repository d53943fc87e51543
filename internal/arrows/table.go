package arrows

import "slices"

// arrow says what one package, or with "/..." a tree of them, may import of
// ours. The first line that fits a package counts.
type arrow struct {
	from string
	to   []string
}

// table is the order of the packages. A new package gets a line here, with a
// thought about why it stands where it stands.
var table = []arrow{
	{"cmd/gridpatrol", []string{"access/...", "api/...", "basemap", "fixtures/...", "geo/...", "importers/...", "internal/logfile", "internal/pgcluster", "internal/photo", "internal/tlscert", "notify/...", "patrol/...", "postgis/...", "tiles/...", "web/..."}},
	{"api/openapi", nil}, // text, and what writes it out: the routes are compared with it
	{"api/features", []string{"geo/...", "patrol/...", "access", "tiles", "internal/apidoc", "internal/etag"}},
	{"api", []string{"geo/...", "patrol/...", "access", "tiles", "api/openapi", "importers/...", "internal/apidoc", "internal/etag", "internal/photo"}},
	{"tiles", []string{"geo/...", "internal/etag"}},
	{"basemap", []string{"geo"}}, // knows nothing of what is drawn on it
	{"importers", []string{"geo/...", "patrol/..."}},
	{"importers/ingest", []string{"importers", "geo/...", "patrol/..."}}, // knows of no format: the readers know of no area
	{"fixtures/...", []string{"geo/...", "patrol/...", "importers", "fixtures/..."}},
	{"notify", []string{"geo", "patrol"}}, // geo for ids and the kinds of error, which patrol's own types hold too
	{"postgis", []string{"geo/...", "patrol/...", "access", "notify"}},
	{"patrol", []string{"geo", "geo/cql"}}, // cql: reports are asked for by what is shown of them
	{"patrol/track", []string{"geo", "geo/cell"}},
	{"access", []string{"geo"}},
	{"geo", nil},
	{"geo/arcs", nil}, // of whatever points: tiles have their own
	{"geo/locate", []string{"geo"}},
	{"geo/pack", []string{"geo", "geo/arcs", "geo/locate"}}, // takes its areas out of an index
	{"geo/cell", []string{"geo"}},
	{"geo/cql", []string{"geo"}}, // of features it knows names and values only
	{"geo/hotspot", []string{"geo", "geo/cell"}},
	{"geo/redraw", []string{"geo"}},
	{"geo/impact", []string{"geo", "geo/locate", "geo/hotspot"}}, // asks the lookup of two sets of boundaries for all reports
	{"geo/search", []string{"geo"}},
	{"internal/pgcluster/pgtest", []string{"internal/pgcluster"}},
	{"internal/photo", []string{"geo"}},
	{"internal/apidoc", []string{"geo"}},
	{"internal/apitypes", []string{"api/openapi"}},
	{"internal/measure/table", []string{"internal/measure"}},
	{"internal/...", nil},
	{"web", nil},
}

// pure packages have no I/O, SQL, HTTP, clock or log, so that their tests need
// nothing and their answers depend on their arguments alone.
var pure = []string{"geo/...", "patrol/...", "access"}

// impurities are the libraries that a pure package does without.
var impurities = []string{
	"bufio", "database/sql", "embed", "io/fs", "io/ioutil", "log", "net", "os", "path/filepath", "syscall", "testing",
	"github.com/jackc", "github.com/pressly/goose", "github.com/prometheus", "golang.org/x/sys", "golang.org/x/term",
}

// pureParts are packages of those that do no I/O.
var pureParts = []string{"net/netip", "net/url"}

// clockReaders are the functions of package time that depend on the moment.
var clockReaders = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}

// reserved libraries have one place where they are used, so that their types
// and their pitfalls stay there.
var reserved = []struct {
	dependency string
	users      []string
}{
	{"github.com/uber/h3-go", []string{"geo/cell"}},
	{"github.com/twpayne/go-geom", []string{"postgis", "importers"}},
	{"github.com/twpayne/pgx-geom", []string{"postgis"}},
	{"github.com/pressly/goose", []string{"postgis"}},
	{"database/sql", []string{"postgis", "importers"}}, // importers: a GeoPackage is a SQLite database
	{"github.com/jackc/pgx", []string{"postgis", "internal/pgcluster", "internal/pgcluster/pgtest", "internal/chaos", "cmd/gridpatrol"}},
}

func allowedOf(pkg string) (to []string, known bool) {
	for _, a := range table {
		if matches([]string{a.from}, pkg) {
			return a.to, true
		}
	}
	return nil, false
}

func isPure(pkg string) bool { return matches(pure, pkg) }

func impure(imported string) bool {
	in := func(dependency string) bool { return within(imported, dependency) }
	return slices.ContainsFunc(impurities, in) && !slices.Contains(pureParts, imported)
}
