package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type doctorCmd struct{}

// checkup prints one line a finding and remembers whether any is bad.
type checkup struct {
	out io.Writer
	bad bool
}

func (c *checkup) good(format string, args ...any) { c.line("ok    ", format, args...) }

func (c *checkup) warn(remedy, format string, args ...any) {
	c.line("warn  ", format+"\n        "+remedy, args...)
}

func (c *checkup) fail(remedy, format string, args ...any) {
	c.bad = true
	c.line("FAIL  ", format+"\n        "+remedy, args...)
}

func (c *checkup) line(mark, format string, args ...any) {
	fmt.Fprintf(c.out, mark+format+"\n", args...)
}

// Run checks what can be checked and ends with status 1 when something is
// broken.
func (doctorCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	c := &checkup{out: out}
	dir, err := common.dataDir()
	if err != nil {
		return err
	}
	c.machine(common, dir)
	if err := common.withStore(ctx, func(store *postgis.Store) error {
		return errors.Join(c.database(ctx, store), c.data(ctx, store))
	}); err != nil {
		c.fail("the line says what to do; nothing else about the data could be checked", "database: %s", firstLine(err))
	}
	if c.bad {
		return exitError(1)
	}
	return nil
}

// machine looks at the data directory and its disk.
func (c *checkup) machine(common *Common, dir string) {
	if common.DatabaseURL != "" {
		c.good("uses the database server of --database-url")
	} else if _, running := pgcluster.Running(clusterDir(dir), databaseName); running {
		c.good("a server runs on %s", dir)
	} else {
		c.good("no server runs on %s; its private database is started for this check", dir)
	}
	var disk syscall.Statfs_t
	at := dir
	for syscall.Statfs(at, &disk) != nil && at != filepath.Dir(at) {
		at = filepath.Dir(at)
	}
	free := disk.Bavail * uint64(disk.Bsize) >> 20
	switch {
	case free < 512:
		c.fail("free some, or move --data-dir", "%d MiB of disk are free for %s", free, dir)
	case free < 5<<10:
		c.warn("a year of reports with photos may need more", "%d MiB of disk are free for %s", free, dir)
	default:
		c.good("%d MiB of disk are free for %s", free, dir)
	}
	key := filepath.Join(dir, "keys", "contacts.key")
	switch info, err := os.Stat(key); {
	case err != nil:
		c.good("no contact key yet; one is made when the database is opened")
	case info.Mode().Perm()&0o077 != 0:
		c.fail("chmod 600 "+key, "others than its owner can read %s", key)
	default:
		c.good("the contact key is readable by its owner only; keep a copy of %s apart from the database's backups", key)
	}
}

// database looks at the server and the rights of our role.
func (c *checkup) database(ctx context.Context, store *postgis.Store) error {
	d, err := store.Diagnose(ctx)
	if err != nil {
		return err
	}
	c.good("PostgreSQL %s, PostGIS %s, %d MiB", d.PostgreSQL, d.PostGIS, d.Bytes>>20)
	if d.Schema == d.WantSchema {
		c.good("the schema is at version %d", d.Schema)
	} else {
		c.fail("run gridpatrol migrate with this version of the program", "the schema is at version %d, this program is for %d", d.Schema, d.WantSchema)
	}
	if d.SynchronousCommit == "off" || d.Fsync == "off" {
		c.fail("turn both on in postgresql.conf", "synchronous_commit is %s and fsync %s: acknowledged reports can be lost", d.SynchronousCommit, d.Fsync)
	} else {
		c.good("a report is on disk before it is acknowledged")
	}
	if d.MayChangeSchema || d.MayRewriteHistory {
		c.warn("give --migrate-url another role: that of --database-url then cannot change them",
			"the server's database role could change the schema, old revisions and the audit log")
	} else {
		c.good("the server's database role cannot change schema, revisions or audit log")
	}
	if d.PassesWalls {
		c.warn("with a database of your own, give --database-url a role that is no superuser",
			"the server's database role is a superuser: to it the table of reporters' contacts is open, though encrypted")
	} else {
		c.good("the table of reporters' contacts is closed to whatever does not open it by name")
	}
	if d.Skew > 2*time.Second || d.Skew < -2*time.Second {
		c.warn("synchronise both with NTP", "the database's clock is %s ahead of this machine's", d.Skew.Round(time.Millisecond))
	}
	if len(d.ForeignKeys) > 0 {
		c.warn("put back keys/contacts.key of the server that wrote them", "some reporters' contacts were encrypted with other keys (%s) and cannot be read here", strings.Join(d.ForeignKeys, ", "))
	}
	if d.DeadDeliveries > 0 {
		c.warn("look at last_error in the table outbox", "%d deliveries were given up", d.DeadDeliveries)
	}
	if d.Unsealed > 1000 {
		c.warn("a running server seals them within a second; its log says why it does not", "%d lines of the audit log wait for a seal", d.Unsealed)
	} else {
		c.good("the audit log is sealed up to seal %d; gridpatrol audit verify looks whether anybody has touched it", d.Seals)
	}
	if d.InvalidShapes > 0 {
		c.fail("publish repaired shapes", "%d areas have invalid shapes", d.InvalidShapes)
	}
	c.good("revision %d with %d areas, duties at version %d, %d reports, %d of them open", d.Revision, d.Areas, d.DutyVersion, d.Reports, d.OpenReports)
	return nil
}

// data looks at what is published: gaps, overlaps, vacancies, and whether old
// decisions come out the same when they are made again.
func (c *checkup) data(ctx context.Context, store *postgis.Store) error {
	boundaries, duties, err := inForce(ctx, store)
	if err != nil {
		return err
	}
	index := boundaries.Current().Index
	if index.Len() == 0 {
		c.warn("import boundaries, or try gridpatrol demo", "no boundaries are published")
		return nil
	}
	var whole []geo.Area
	for _, a := range index.Areas(geo.District) {
		whole = append(whole, *a)
	}
	for _, kind := range []geo.Kind{geo.Township, geo.Village, geo.Grid} {
		if problems := tiling(index.Areas(kind), whole); problems > 0 {
			c.fail("publish repaired boundaries", "%ss have %d gaps or overlaps", kind, problems)
		} else {
			c.good("%d %ss cover the district without gap or overlap", len(index.Areas(kind)), kind)
		}
	}
	vacant, deputies := 0, 0
	for _, v := range duties.Current().Roster.Vacancies(time.Now()) {
		if !v.Required {
			continue
		}
		vacant++
		if v.HasDeputy {
			deputies++
		}
	}
	if vacant > 0 {
		c.warn("GET /api/v1/vacancies lists them", "%d posts are vacant, %d of them have a deputy", vacant, deputies)
	}
	return c.decisions(ctx, store, boundaries, duties)
}

// decisions makes every stored decision again.
func (c *checkup) decisions(ctx context.Context, store *postgis.Store, b *postgis.Boundaries, d *postgis.Duties) error {
	checked, faults, err := store.VerifyDecisions(ctx, b, d, nil)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		c.fail("report this: a decision must be explicable", "%d of %d decisions come out differently when made again, such as %v", len(faults), checked, faults[0])
		return nil
	}
	c.good("all %d decisions come out the same when made again", checked)
	return nil
}

func tiling(areas []*geo.Area, whole []geo.Area) int {
	parts := make([]geo.Area, len(areas))
	for i, a := range areas {
		parts[i] = *a
	}
	shapes := make([]orb.MultiPolygon, len(whole))
	for i, a := range whole {
		shapes[i] = a.Shape
	}
	return len(geo.CheckTiling(parts, shapes))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
