package pgcluster

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestRunning(t *testing.T) {
	dir := t.TempDir()
	if url, ok := Running(dir, "postgres"); ok {
		t.Fatalf("Running(empty directory) = %q, want none", url)
	}
	ctx := context.Background()
	c, err := Start(ctx, Config{Dir: clusterDir(t), Settings: map[string]string{"fsync": "off"}})
	if err != nil {
		t.Fatal(err)
	}
	url, ok := Running(c.cfg.Dir, "postgres")
	if !ok {
		t.Error("Running = none while the cluster runs")
	} else if conn, err := pgx.Connect(ctx, url); err != nil {
		t.Errorf("connect to %s: %v", url, err)
	} else {
		conn.Close(ctx)
	}
	if err := c.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if url, ok := Running(c.cfg.Dir, "postgres"); ok {
		t.Errorf("Running = %q after the cluster was stopped", url)
	}
}
