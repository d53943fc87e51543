package importers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// formatGeoPackage is the format's name in layers.
const formatGeoPackage = "GeoPackage"

// sqliteSignature begins every SQLite database, which a GeoPackage is.
const sqliteSignature = "SQLite format 3\x00"

// isGeoPackage reports whether a file is an SQLite database, or is called
// .gpkg and is no text of another format.
func isGeoPackage(f *probe) bool {
	if f.starts(sqliteSignature) {
		return true
	}
	text := f.text()
	return f.ext == ".gpkg" && !f.dir && (len(text) == 0 || !strings.ContainsRune("{[<\x1e", rune(text[0])))
}

// geoPackage is an opened one (OGC 12-128r19). A GeoPackage is a database with a schema of
// its own, which might be made to do harm: so nothing can be written, views and virtual
// tables are no layers, functions that reach outside are out of reach of the schema,
// and no value longer than a limit is taken in.
type geoPackage struct {
	db     *sql.DB
	conn   *sql.Conn
	size   int64  // of the file, bytes
	temp   string // folder that Close removes
	o      OpenOptions
	layers []Layer
	tables []gpkgTable // one for each layer
}

// gpkgTable is what is known of the table of a layer.
type gpkgTable struct {
	name     string
	geometry string // its column of shapes; empty where it has none
	columns  []gpkgColumn
	fault    *Problem // why it cannot be read
}

type gpkgColumn struct{ name, declared string }

// openGeoPackage opens the file for reading alone. Where a journal or log of
// changes that were not carried over lies beside it, it works on a copy of both.
func openGeoPackage(ctx context.Context, path string, o OpenOptions) (_ Source, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	g := &geoPackage{size: info.Size(), o: o}
	g.o.Limits = o.Limits.orDefault()
	defer func() {
		if err != nil {
			_ = g.Close() // what it found is worth more than what closing would say
		}
	}()
	params := "mode=ro&immutable=1"
	switch pending, err := pendingChanges(path); {
	case err != nil:
		return nil, err
	case pending != "":
		if path, err = g.copyOf(ctx, path, pending); err != nil {
			return nil, err
		}
		params = "mode=rw" // reading the log makes an index of it beside it
	default:
		if err := checkPages(path, g.size); err != nil {
			return nil, err
		}
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + "?" + params +
		"&_defensive=1&_dqs=0&_pragma=trusted_schema(0)&_pragma=query_only(1)&_pragma=cell_size_check(1)&_pragma=mmap_size(0)&_pragma=cache_size(-8192)"
	if g.db, err = sql.Open("sqlite", dsn); err != nil {
		return nil, err
	}
	if g.conn, err = g.db.Conn(ctx); err != nil {
		return nil, g.problem(ctx, err)
	}
	const limitLength, limitAttached = 0, 7 // SQLITE_LIMIT_LENGTH, SQLITE_LIMIT_ATTACHED
	if _, err := sqlite.Limit(g.conn, limitLength, max(gpkgRow, 4*g.maxShape())); err != nil {
		return nil, err
	}
	if _, err := sqlite.Limit(g.conn, limitAttached, 0); err != nil {
		return nil, err
	}
	if err := g.readContents(ctx); err != nil {
		return nil, g.problem(ctx, err)
	}
	return g, nil
}

// gpkgRow is how many bytes a row may have at least.
const gpkgRow = 16 << 20

// maxShape is how many bytes the largest shape that the limits allow can have:
// positions of four numbers, the heads of rings and parts, and of the whole.
func (g *geoPackage) maxShape() int {
	return 32*g.o.Limits.Vertices + 64*g.o.Limits.Rings + 9*g.o.Limits.Vertices + 1024
}

// Layers lists the tables that the file names as contents.
func (g *geoPackage) Layers() []Layer { return g.layers }

// Close closes the file.
func (g *geoPackage) Close() error {
	var errs []error
	if g.conn != nil {
		errs = append(errs, g.conn.Close())
	}
	if g.db != nil {
		errs = append(errs, g.db.Close())
	}
	if g.temp != "" {
		errs = append(errs, os.RemoveAll(g.temp))
	}
	return errors.Join(errs...)
}

// problem gives an error of the database as a *Problem where the file is at fault.
func (g *geoPackage) problem(ctx context.Context, err error) error {
	var known *Problem
	var fault *sqlite.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.As(err, &fault):
		return err
	}
	switch fault.Code() & 0xff {
	case 18: // SQLITE_TOOBIG
		return &Problem{Problem: ProblemLimit, Detail: "a row is larger than any that is taken in"}
	case 10: // SQLITE_IOERR
		if fault.Code()>>8 == 2 { // a short read
			return &Problem{Problem: ProblemFileTruncated, Detail: "the GeoPackage ends in the middle; copy it again"}
		}
		return err
	case 14, 5, 7, 13: // cannot open, busy, out of memory, full: the machine's
		return err
	}
	return &Problem{Problem: ProblemFileCorrupt, Detail: "the GeoPackage cannot be read: " + fault.Error()}
}

// pendingChanges gives the ending of a journal or log of changes beside the
// file, empty where there is none.
func pendingChanges(path string) (string, error) {
	for _, ending := range []string{"-wal", "-journal"} {
		info, err := os.Lstat(path + ending)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return "", err
		case info.Mode().IsRegular() && info.Size() > 0:
			return ending, nil
		}
	}
	return "", nil
}

// copyOf copies the file, and what lies beside it, to a folder of its own.
func (g *geoPackage) copyOf(ctx context.Context, path, ending string) (string, error) {
	var err error
	if g.temp, err = os.MkdirTemp(g.o.TempDir, "gridpatrol-gpkg-"); err != nil {
		return "", err
	}
	to := filepath.Join(g.temp, "copy.gpkg")
	for _, end := range []string{"", ending} {
		if err := copyFile(ctx, path+end, to+end); err != nil {
			return "", fmt.Errorf("copy %s: %w", filepath.Base(path+end), err)
		}
	}
	return to, nil
}
