package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// TestPersonCommands finds, exports and erases somebody who holds a post and
// has reported, beside a running server, which forgets the name as well.
func TestPersonCommands(t *testing.T) {
	url := districtDatabase(t)
	dir := t.TempDir()
	key, err := contactKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := serveTest(t, url, func(c *serverConfig) {
		c.store.Close()
		store, err := postgis.Open(context.Background(), postgis.Config{URL: url, District: "220112", MaxConns: 8, ContactKey: key})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		c.store = store
	})
	command := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(context.Background(), append(args, "--database-url", url, "--data-dir", dir), &stdout, &stderr); got != want {
			t.Fatalf("gridpatrol %s = %d, want %d\n%s%s", strings.Join(args, " "), got, want, &stdout, &stderr)
		}
		return stdout.String() + stderr.String()
	}
	roster := s.duties.Current().Roster
	grid, at := s.place(t, geo.Grid, "urban")
	seat := roster.Seats(patrol.GridChief, grid.ID)[0]
	chief, _, _ := roster.Holder(seat.ID, time.Now())
	if sent := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`,"reporter":{"name":"`+chief.Name+`","phone":"`+chief.Phone+`"}}`); sent.status != 201 {
		t.Fatalf("POST = %d %s", sent.status, sent.body)
	}
	if board := s.do(t, "GET", "/api/v1/locate?"+query(at), ""); !strings.Contains(string(board.body), chief.Name) {
		t.Fatalf("the notice board = %s, want %s on it", board.body, chief.Name)
	}
	found := command(0, "person", "find", "--phone", chief.Phone)
	if !strings.Contains(found, "person   "+chief.ID.String()) || strings.Count(found, "contact  ") != 1 || !strings.Contains(found, "1 contacts were looked at") {
		t.Errorf("find:\n%s", found)
	}
	file := filepath.Join(dir, "one.json")
	command(0, "person", "export", "--person", chief.ID.String(), "-o", file)
	var document api.PersonalDocument
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &document)
	}
	if err != nil || len(document.Reports) != 1 || document.Reports[0].Phone != chief.Phone || len(document.People) != 1 || document.People[0].Posts[0].Post != patrol.GridChief {
		t.Errorf("export: %v\n%s", err, text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export's mode is %v, %v; want its owner's alone", info.Mode(), err)
	}
	erase := []string{"person", "erase", "--name", chief.Name, "--phone", chief.Phone, "--reason"}
	if said := command(1, append(erase, "asked for")...); !strings.Contains(said, "--yes") || !strings.Contains(said, chief.ID.String()) {
		t.Errorf("erase without --yes:\n%s", said)
	}
	if said := command(1, append(erase, chief.Phone+" asked", "--yes")...); !strings.Contains(said, "must not repeat") {
		t.Errorf("erase with the phone for a reason:\n%s", said)
	}
	if said := command(0, append(erase, "asked for", "--yes")...); !strings.Contains(said, "1 people, 0 accounts, 1 contacts") {
		t.Errorf("erase: %s", said)
	}
	eventually(t, "the running server has forgotten the name", func() bool {
		board := s.do(t, "GET", "/api/v1/locate?"+query(at), "")
		return !strings.Contains(string(board.body), chief.Name) && strings.Contains(string(board.body), patrol.ErasedName)
	})
	if found := command(0, "person", "find", "--phone", chief.Phone, "--name", chief.Name); !strings.Contains(found, "erased before") || strings.Contains(found, "person ") {
		t.Errorf("find afterwards:\n%s", found)
	}
	command(1, append(erase, "again", "--yes")...)
	for _, wrong := range [][]string{{"find"}, {"find", "--phone", "123"}, {"find", "--person", "x"}, {"export", "--person", chief.ID.String(), "--name", "x"}, {"erase", "--name", "x"}} {
		command(2, append([]string{"person"}, wrong...)...)
	}
}

// query gives the members lon and lat as parameters of a URL.
func query(members string) string {
	return strings.NewReplacer(`"lon":`, "lon=", `,"lat":`, "&lat=").Replace(members)
}
