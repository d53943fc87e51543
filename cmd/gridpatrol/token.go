package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type tokenCmd struct {
	List   tokenListCmd   `cmd:"" help:"List the tokens: id, role, name, when made, last used, and what became of it."`
	Rotate tokenRotateCmd `cmd:"" help:"Make a token of the same name, role and areas in the place of another, which is good for a while besides, and print it as create does."`
	Revoke tokenRevokeCmd `cmd:"" help:"Make a token useless from now on."`
	Create tokenCreateCmd `cmd:"" help:"Make an API token and print it, alone, on standard output. It is shown this once."`
}

type tokenCreateCmd struct {
	Role    string        `required:"" placeholder:"ROLE" help:"admin, planner, dispatcher, officer or consumer."`
	Area    []string      `sep:"none" placeholder:"KIND:CODE" help:"Limit the token to this area; may be given again."`
	Name    string        `required:"" help:"What it is for."`
	NoLimit bool          `name:"no-rate-limit" help:"Let it ask as often as it likes. Otherwise a token may ask as often as --token-rate of serve says."`
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
		token := access.Token{ID: uuid.Must(uuid.NewV7()), Name: c.Name, Role: role, CreatedAt: now, NoRateLimit: c.NoLimit}
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

type tokenListCmd struct{}

// Run lists the tokens, the newest first. Their secrets are stored nowhere.
func (tokenListCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		tokens, err := store.Tokens(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tROLE\tNAME\tMADE\tLAST USED\tRATE LIMIT\tSTATE")
		for _, t := range tokens {
			limit := "yes"
			if t.NoRateLimit {
				limit = "no"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Name, minute(t.CreatedAt), minute(t.LastUsed), limit, stateOf(t, time.Now()))
		}
		return w.Flush()
	})
}

// stateOf says whether a token is good at t.
func stateOf(t access.Token, now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked " + minute(t.RevokedAt)
	case t.ExpiresAt.IsZero():
		return "good"
	case now.Before(t.ExpiresAt):
		return "good until " + minute(t.ExpiresAt)
	}
	return "expired " + minute(t.ExpiresAt)
}

// minute is a time for a list; a dash where there is none.
func minute(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}

type tokenRevokeCmd struct {
	ID string `arg:"" help:"The token's id, as list gives it, or the token itself."`
}

// tokenID reads a token's id, or the token.
func tokenID(text string) (geo.ID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		if id, _, err = access.ParseToken(text); err != nil {
			return id, asWrongCall(errors.New("give the token's id, as gridpatrol token list shows it, or the token itself"))
		}
	}
	return id, nil
}

// Run revokes the token.
func (c *tokenRevokeCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	id, err := tokenID(c.ID)
	if err != nil {
		return err
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		if err := store.RevokeToken(ctx, id, operator()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "token %s is revoked\n", id)
		return err
	})
}
