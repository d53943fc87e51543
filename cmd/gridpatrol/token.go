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

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make an API token and print it, alone, on standard output. It is shown this once."`
}

type tokenCreateCmd struct {
	Role    string        `required:"" placeholder:"ROLE" help:"admin, planner, dispatcher, officer or consumer."`
	Area    []string      `sep:"none" placeholder:"KIND:CODE" help:"Limit the token to this area; may be given again."`
	Name    string        `required:"" help:"What it is for."`
	Expires time.Duration `placeholder:"DURATION" help:"How long it is good for, such as 2160h; for ever where it is not given."`
}

// Run makes the token.
func (c *tokenCreateCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	role, err := access.ParseRole(c.Role)
	if err != nil {
		return asWrongCall(err)
	}
	if role == access.Officer && len(c.Area) == 0 {
		return asWrongCall(errOfficerNowhere)
	}
	if c.Expires < 0 {
		return asWrongCall(fmt.Errorf("--expires %s is in the past", c.Expires))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		now := time.Now()
		token := access.Token{ID: uuid.Must(uuid.NewV7()), Name: c.Name, Role: role, CreatedAt: now}
		if c.Expires > 0 {
			token.ExpiresAt = now.Add(c.Expires)
		}
		if token.AreaIDs, err = areaIDs(ctx, store, c.Area); err != nil {
			return err
		}
		var text string
		if text, token.SecretHash, err = access.NewToken(token.ID, rand.Reader); err != nil {
			return err
		}
		if err := store.CreateToken(ctx, token, operator()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
}
