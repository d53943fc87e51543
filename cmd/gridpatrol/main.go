// Command gridpatrol is the one binary: the server, the demo, and the
// operator's commands. This package only reads flags, wires packages together
// and handles signals.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // Asia/Shanghai must be known where the system has no zone files

	"github.com/alecthomas/kong"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/logfile"
)

// cli is the command line. Every flag that an operator sets once is also an
// environment variable; a flag beats the environment.
type cli struct {
	Common

	Serve   serveCmd   `cmd:"" help:"Bring the schema up to date, then serve."`
	Demo    demoCmd    `cmd:"" help:"Serve on a database that is first filled with the demo district, if it is empty."`
	Migrate migrateCmd `cmd:"" help:"Bring the schema up to date and stop."`
	Fixture fixtureCmd `cmd:"" help:"Write the invented demo district as GeoJSON and CSV; needs no database."`
	Locate  locateCmd  `cmd:"" help:"Say which areas cover a place and who answers there, as JSON."`
	Import  importCmd  `cmd:"" help:"Bring boundaries, rosters, reports and base-map lines in from files."`
	Export  exportCmd  `cmd:"" help:"Write a collection as GeoJSON, GeoPackage, CSV or workbook."`
	User    userCmd    `cmd:"" help:"Accounts."`
	Token   tokenCmd   `cmd:"" help:"API tokens."`
	Audit   auditCmd   `cmd:"" help:"The audit log: verify it, write it out, print the head of its chain."`
	Person  personCmd  `cmd:"" help:"One person's personal data: find, export, erase."`
	Doctor  doctorCmd  `cmd:"" help:"Check machine, database, extensions and data, with remedies."`
	Version versionCmd `cmd:"" help:"Print the version and stop."`
}

// Common are the flags of every command.
type Common struct {
	DatabaseURL string `env:"GRIDPATROL_DATABASE_URL" placeholder:"URL" help:"PostgreSQL to use. Without one the program owns a private cluster in the data directory."`
	MigrateURL  string `env:"GRIDPATROL_MIGRATE_URL" placeholder:"URL" help:"The same database as a role that may change the schema; the role of --database-url then needs no such right."`
	DataDir     string `env:"GRIDPATROL_DATA_DIR" placeholder:"DIR" help:"Photos, keys and the private cluster. Default: .gridpatrol in the working directory, /var/lib/gridpatrol when started by root."`
	District    string `env:"GRIDPATROL_DISTRICT" default:"220112" help:"Code of the district this server is for."`
	LogLevel    string `env:"GRIDPATROL_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least level of log lines: debug, info, warn or error."`
	LogFormat   string `env:"GRIDPATROL_LOG_FORMAT" default:"text" enum:"text,json" help:"Form of log lines: text or json."`
}

// Validate refuses a district that is none, before anything is made for it.
func (c *Common) Validate() error {
	if len(c.District) != 6 || strings.Trim(c.District, "0123456789") != "" {
		return fmt.Errorf("--district %q: a district's code has six digits, such as 220112", c.District)
	}
	return nil
}

// dataDir is the absolute data directory, by flag, environment or default.
func (c *Common) dataDir() (string, error) {
	dir := c.DataDir
	switch {
	case dir != "":
	case os.Geteuid() == 0:
		// A cluster under root's home cannot be opened by the unprivileged
		// user that PostgreSQL has to run as.
		dir = "/var/lib/gridpatrol"
	default:
		dir = ".gridpatrol"
	}
	return filepath.Abs(dir)
}

// logger writes log lines to standard error; standard output belongs to what
// a command was asked for.
func (c *Common) logger() *slog.Logger { return slog.New(c.logHandler(os.Stderr)) }

// serverLogger is logger for a command that logs every request and should not
// wait for that; close writes what is left.
func (c *Common) serverLogger() (log *slog.Logger, close func()) {
	w := logfile.New(os.Stderr)
	return slog.New(w.Handler(c.logHandler(w))), func() { _ = w.Close() } // nowhere to say that the log failed
}

func (c *Common) logHandler(w io.Writer) slog.Handler {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}

// exitError ends the program with a status of its own; its text, if any, has
// been printed.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run parses args and runs one command: 0 done, 1 failed, 2 a wrong call.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	ended := -1
	parser, err := kong.New(&c,
		kong.Name("gridpatrol"),
		kong.Description("Grid mapping and hazard patrols for a district."),
		kong.Writers(stdout, stderr),
		kong.Vars{"collections": strings.Join(api.ExportCollections(), ", ")},
		kong.Exit(func(code int) { ended = code }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)),
		kong.BindTo(stderr, (*messages)(nil)),
	)
	if err != nil {
		fmt.Fprintln(stderr, "gridpatrol:", err)
		return 2
	}
	kctx, err := parser.Parse(args)
	if ended >= 0 { // --help
		return ended
	}
	if err != nil {
		fmt.Fprintln(stderr, "gridpatrol:", err)
		return 2
	}
	err = kctx.Run(&c.Common)
	var exit exitError
	var wrong *wrongCall
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(stderr, "gridpatrol:", geo.Text(err))
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

// wrongCall is a fault of the command line itself.
type wrongCall struct{ err error }

func (w *wrongCall) Error() string { return geo.Text(w.err) }

func (w *wrongCall) Unwrap() error { return w.err }

// asWrongCall marks an error, where there is one, as a fault of the command line.
func asWrongCall(err error) error {
	if err == nil {
		return nil
	}
	return &wrongCall{err}
}

type versionCmd struct{}

// Run prints the module version and the commit the binary was built from.
func (versionCmd) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, versionLine())
	return err
}

// programVersion gives the module version and the commit the binary was built
// from, the latter empty where it was not told.
func programVersion() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			commit = s.Value
		}
	}
	return info.Main.Version, commit
}
