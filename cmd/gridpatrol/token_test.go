package main

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// makeToken makes an API token for the areas, or for the whole district.
func makeToken(t testing.TB, store *postgis.Store, role access.Role, areas ...geo.ID) string {
	t.Helper()
	token := access.Token{ID: uuid.Must(uuid.NewV7()), Name: t.Name(), Role: role, AreaIDs: areas, CreatedAt: time.Now()}
	text, hash, err := access.NewToken(token.ID, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token.SecretHash = hash
	if err := store.CreateToken(context.Background(), token, system); err != nil {
		t.Fatal(err)
	}
	return text
}
