package main

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// BenchmarkWho measures what it costs to know who asks and what they may see,
// with what is remembered and without: GET /api/v1/session as an officer, by a
// session and by a token, without the network. Signing in takes what argon2id is
// meant to take.
func BenchmarkWho(b *testing.B) {
	url := districtDatabase(b)
	remembering := serveTest(b, url)
	// One that never looks for changes remembers nothing.
	store, err := postgis.Open(b.Context(), postgis.Config{URL: url, District: "220112", MaxConns: 8, ContactKey: bytes.Repeat([]byte{7}, keySize)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	bare, err := newServer(b.Context(), serverConfig{store: store, district: "220112", dataDir: b.TempDir(), public: api.PublicMap, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer bare.close()
	asking := &serving{server: bare, handler: bare.api.Handler()}

	_, chief, ok := chiefOf("rural", remembering.boundaries.Current().Index.Areas(geo.Grid), remembering.duties.Current().Roster, time.Now())
	if !ok {
		b.Fatal("no grid has a chief")
	}
	const password = "a password for measuring"
	hash, err := access.HashPassword(password, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	account, err := store.CreateAccount(b.Context(), access.Account{Login: "who", Name: "who", Role: access.Officer, Person: chief, PasswordHash: hash}, system)
	if err != nil {
		b.Fatal(err)
	}
	secret, idHash, err := access.NewSession(rand.Reader)
	now := time.Now()
	if err == nil {
		err = store.CreateSession(b.Context(), access.Session{ID: uuid.Must(uuid.NewV7()), Hash: idHash, Account: account.ID, CreatedAt: now, SeenAt: now},
			access.Proof{PasswordHash: hash}, system)
	}
	if err != nil {
		b.Fatal(err)
	}
	token := access.Token{ID: uuid.Must(uuid.NewV7()), Name: "who", Role: access.Dispatcher, CreatedAt: now}
	text, tokenHash, err := access.NewToken(token.ID, rand.Reader)
	if token.SecretHash = tokenHash; err == nil {
		err = store.CreateToken(b.Context(), token, system)
	}
	if err != nil {
		b.Fatal(err)
	}
	each := func(s *serving, n int, method, body string, header ...string) float64 {
		began := time.Now()
		for range n {
			if got := request(s, method, "/api/v1/session", body, header...); got.status != http.StatusOK {
				b.Fatalf("%s session = %d %s", method, got.status, got.body)
			}
		}
		return time.Since(began).Seconds() / float64(n)
	}
	const turns, many, few = 15, 200, 5
	ways := []struct {
		name   string
		header []string
	}{{"a session of an officer", []string{"Cookie", "gp_session=" + secret}}, {"a token", bearer(text)}}
	took := make([][2]float64, len(ways))
	var signIn float64
	for b.Loop() {
		// In turns, and the best of each: other work of the machine comes and goes.
		for i, way := range ways {
			took[i] = [2]float64{math.MaxFloat64, math.MaxFloat64}
			for range turns {
				for j, s := range []*serving{remembering, asking} {
					took[i][j] = min(took[i][j], each(s, many, "GET", "", way.header...))
				}
			}
		}
		signIn = each(remembering, few, "POST", `{"login":"who","password":"`+password+`"}`)
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	var rows []measure.Row
	for i, way := range ways {
		rows = append(rows, measure.Row{Area: "sign-in and scope", What: "who asks and what they may see, a whole request, best of 15 turns, " + way.name, Ours: took[i][0] * 1e6, Unit: "µs",
			Against: "asking the database each time", Reference: took[i][1] * 1e6, Aim: "≤ 1 ms"})
	}
	measure.Report(b, append(rows, measure.Row{Area: "sign-in and scope", What: "signing in with a password (argon2id, 46 MiB)", Ours: signIn * 1e3, Unit: "ms"})...)
}
