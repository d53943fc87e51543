package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type userResetCmd struct {
	Login     string `arg:"" help:"Name the account signs in with."`
	PublicURL string `env:"GRIDPATROL_PUBLIC_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Address under which clients reach the server, which the link begins with."`
}

// Run prints a link with which the password of the account can be set once.
func (c *userResetCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	base := strings.TrimRight(c.PublicURL, "/")
	if !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		return asWrongCall(fmt.Errorf("--public-url %s is no address such as https://grid.example.org", c.PublicURL))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		secret, err := access.NewSecret(rand.Reader)
		if err != nil {
			return err
		}
		now := time.Now()
		if err := store.CreateReset(ctx, account.ID, access.HashSecret(secret), now, now.Add(access.ResetLife), operator()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, access.ResetLink(base, secret))
		return err
	})
}

type userEnableCmd struct {
	Login string `arg:"" help:"Name the account signs in with."`
}

// Run takes back that the account was disabled.
func (c *userEnableCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		disabled := false
		if _, err := store.ChangeAccount(ctx, account.ID, access.AccountChange{Disabled: &disabled}, operator()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s can sign in again\n", c.Login)
		return err
	})
}
