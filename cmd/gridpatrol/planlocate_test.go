package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// TestLocateCommandAsksPlans looks a place up as a plan has it, and at a time
// when the plan will have been published.
func TestLocateCommandAsksPlans(t *testing.T) {
	database := districtDatabase(t)
	s := serveTest(t, database)
	d := s.desk(t, access.Planner)
	grid := s.boundaries.Current().Index.Areas(geo.Grid)[9]
	at, _ := geo.PointOnSurface(grid.Shape)
	made, path := d.plan("x")
	d.operate(path, rename(grid.Code, "将来网格"))
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
	ask[publicationJSON](d, 202, "POST", path+"/publish", fmt.Sprintf(`{"at":%q,"note":"n"}`, tomorrow.Format(time.RFC3339)))

	var stdout, stderr bytes.Buffer
	locate := func(status int, args ...string) (name, plan string) {
		t.Helper()
		stdout.Reset()
		stderr.Reset()
		args = append([]string{"locate", fmt.Sprint(at[0]), fmt.Sprint(at[1]), "--database-url", database, "--data-dir", t.TempDir()}, args...)
		if got := run(context.Background(), args, &stdout, &stderr); got != status {
			t.Fatalf("gridpatrol %s = %d, want %d\n%s%s", strings.Join(args, " "), got, status, &stdout, &stderr)
		}
		var answer struct {
			Plan  string
			Areas map[string]*geo.Name
		}
		if status == 0 {
			if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
				t.Fatalf("%v: %s", err, &stdout)
			}
			name = answer.Areas["grid"].Name
		}
		return name, answer.Plan
	}
	for _, c := range []struct {
		args       []string
		name, plan string
	}{
		{nil, grid.Name, ""},
		{[]string{"--plan", made.ID}, "将来网格", made.ID},
		{[]string{"--at", tomorrow.Format(time.RFC3339)}, "将来网格", made.ID},
		{[]string{"--at", until.Format(time.RFC3339)}, grid.Name, ""},
	} {
		if name, plan := locate(0, c.args...); name != c.name || plan != c.plan {
			t.Errorf("locate %v is in %q of plan %q, want %q of %q", c.args, name, plan, c.name, c.plan)
		}
	}
	for want, args := range map[string][]string{
		"there is no plan 01900000-0000-7000-8000-000000000001": {"--plan", "01900000-0000-7000-8000-000000000001"},
		"there is no plan no-id":                                {"--plan", "no-id"},
		"no boundaries were published by 2001-01-01T00:00:00Z":  {"--at", "2001-01-01T00:00:00Z"},
	} {
		if locate(1, args...); !strings.HasSuffix(stderr.String(), want+"\n") {
			t.Errorf("locate %v says %q, want %q", args, &stderr, want)
		}
	}
	locate(1, "--at", tomorrow.Add(-time.Hour).Format(time.RFC3339))
	locate(2, "--plan", made.ID, "--at", tomorrow.Format(time.RFC3339))
}
