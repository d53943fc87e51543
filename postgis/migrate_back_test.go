package postgis

import (
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// TestMigrateBackAndForth takes a staffed town back to the schema before leaves,
// sign-in and seals, as a server of the release before has it, and up again: the
// posts are as they were, and it is known since when.
func TestMigrateBackAndForth(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	before := openWorld(t, url).d.Current()
	c, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	sessionSettings(c)
	db := stdlib.OpenDB(*c)
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 11); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	after := openWorld(t, url).d.Current()
	if after.Version != before.Version || !reflect.DeepEqual(after.Roster.Data(), before.Roster.Data()) {
		t.Error("the posts are no longer as they were")
	}
	if !after.Since.After(before.Since) {
		t.Errorf("in force since %v, want since the schema was brought up to date", after.Since)
	}
}
