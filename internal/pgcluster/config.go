package pgcluster

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// Config says where a cluster lives and how it runs.
type Config struct {
	// Dir holds everything of the cluster: the data directory "data", the lock
	// file "lock" and, where its path is short enough, the socket directory
	// "run". It is made when it does not exist. Required.
	Dir string

	// Logger receives one line a notable event. PostgreSQL's own messages come
	// at level Debug, its warnings and failures at Warn. nil discards them.
	Logger *slog.Logger

	// User is the operating system user that runs postgres when this process
	// is root, as PostgreSQL refuses to run as root. Empty means "postgres",
	// else "nobody"; an existing data directory of another user than root is
	// run as that user. Without effect when this process is not root.
	User string

	// Settings are PostgreSQL settings (name to value) over the built-in ones.
	// fsync=off makes the creation of the cluster unsafe as well as quick.
	Settings map[string]string

	// binDirs are searched for the PostgreSQL programs in place of the usual
	// ones, for tests.
	binDirs []string
}

// Superuser is the database role that owns a cluster and that URL names.
const Superuser = "postgres"

// port is part of the socket's file name only: nothing listens on TCP.
const port = "5432"

// defaults keep the cluster modest (it shares a machine with the server),
// durable, and silent about what people wrote: an error's text, the statement
// and the values in it may hold a name or a phone number, so PostgreSQL logs
// no client's errors at all (level "log" is above "error") and no details.
var defaults = map[string]string{
	"listen_addresses":                    "",
	"port":                                port,
	"unix_socket_permissions":             "0700",
	"max_connections":                     "60",
	"shared_buffers":                      "64MB",
	"work_mem":                            "8MB",
	"maintenance_work_mem":                "64MB",
	"effective_cache_size":                "512MB",
	"max_wal_size":                        "512MB",
	"autovacuum_max_workers":              "2",
	"autovacuum_naptime":                  "30s",
	"jit":                                 "off", // costs more memory and time than our short statements win back
	"random_page_cost":                    "1.1",
	"fsync":                               "on",
	"full_page_writes":                    "on",
	"synchronous_commit":                  "on",
	"timezone":                            "UTC",
	"log_timezone":                        "UTC",
	"lc_messages":                         "C", // the log is read by this package
	"logging_collector":                   "off",
	"log_destination":                     "stderr",
	"log_line_prefix":                     "",
	"log_min_messages":                    "log",
	"log_min_error_statement":             "panic",
	"log_min_duration_statement":          "-1",
	"log_statement":                       "none",
	"log_error_verbosity":                 "terse",
	"log_parameter_max_length":            "0",
	"log_checkpoints":                     "off",
	"log_autovacuum_min_duration":         "-1",
	"restart_after_crash":                 "on",
	"tcp_keepalives_idle":                 "60",
	"password_encryption":                 "scram-sha-256",
	"idle_in_transaction_session_timeout": "10min",
}

// arguments are the command line of postgres: settings given there beat every
// configuration file, so a cluster behaves the same whoever edited those.
func arguments(dataDir, socketDir string, settings map[string]string) []string {
	all := maps.Clone(defaults)
	maps.Copy(all, settings)
	all["unix_socket_directories"] = `"` + strings.ReplaceAll(socketDir, `"`, `""`) + `"`
	args := []string{"-D", dataDir}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", name+"="+all[name])
	}
	return args
}
