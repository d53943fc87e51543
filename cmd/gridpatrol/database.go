package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster"
)

// databaseName is the database inside a private cluster.
const databaseName = "gridpatrol"

// database is where the state lives: somebody's server, or a cluster of our
// own that runs as long as this process does.
type database struct {
	url     string
	cluster *pgcluster.Cluster // nil for somebody's server, or a cluster that another process runs
}

// clusterDir is the private cluster's place in the data directory.
func clusterDir(dataDir string) string { return filepath.Join(dataDir, "postgres") }

// use is what a command wants of a private cluster.
type use int

const (
	// own: to be its only user, as a server is; it is made where there is none.
	own use = iota
	// lend: to work beside a server that runs it, and else to run it for a
	// moment; there must be one.
	lend
	// lendOrMake: the same, and it is made where there is none.
	lendOrMake
)

// openDatabase gives the server of --database-url, or the private cluster.
func (c *Common) openDatabase(ctx context.Context, log *slog.Logger, u use) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{url: c.DatabaseURL}, nil
	}
	dir, err := c.dataDir()
	if err != nil {
		return nil, err
	}
	if u != own {
		if url, ok := pgcluster.Running(clusterDir(dir), databaseName); ok {
			return &database{url: url}, nil
		}
	}
	if _, err := os.Stat(clusterDir(dir)); u == lend && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database in %s: start a server on it first, or name the right one with --data-dir or --database-url", dir)
	}
	// The unprivileged user of the cluster must be able to reach it; keys and
	// photos beside it keep modes of their own.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	cluster, err := pgcluster.Start(ctx, pgcluster.Config{Dir: clusterDir(dir), Logger: log})
	if err != nil {
		return nil, err
	}
	url, err := cluster.EnsureDatabase(ctx, databaseName)
	if err != nil {
		return nil, errors.Join(err, stopCluster(ctx, cluster))
	}
	return &database{url: url, cluster: cluster}, nil
}

// close stops the private cluster, if there is one.
func (d *database) close(ctx context.Context) error {
	if d.cluster == nil {
		return nil
	}
	return stopCluster(ctx, d.cluster)
}

// stopCluster gives postgres half a minute to write everything out, also when
// ctx has ended, as it has when a signal stops the server.
func stopCluster(ctx context.Context, cluster *pgcluster.Cluster) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return cluster.Stop(ctx)
}
