package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type tokenRotateCmd struct {
	ID   string        `arg:"" help:"The token's id, as list gives it, or the token itself."`
	Keep time.Duration `default:"24h" placeholder:"DURATION" help:"How long the old one is good besides, 720h at most."`
}

// Run makes a token that takes the place of another, and prints it.
func (c *tokenRotateCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	old, err := tokenID(c.ID)
	if err != nil {
		return err
	}
	if c.Keep < 0 || c.Keep > 720*time.Hour {
		return asWrongCall(fmt.Errorf("--keep %s: from 0 to 720h is possible", c.Keep))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		id := uuid.Must(uuid.NewV7())
		text, hash, err := access.NewToken(id, rand.Reader)
		if err != nil {
			return err
		}
		now := time.Now()
		if _, err := store.RotateToken(ctx, old, id, hash, now, now.Add(c.Keep), operator()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
}
