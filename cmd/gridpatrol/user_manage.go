package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type userListCmd struct{}

// Run lists the accounts by login.
func (userListCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		accounts, err := store.Accounts(ctx)
		if err != nil {
			return err
		}
		if err := store.LogRead(ctx, operator(), "account", "all"); err != nil {
			return err
		}
		logins := make([]string, len(accounts))
		for i, a := range accounts {
			logins[i] = a.Login
		}
		locks, err := store.SignInLocks(ctx, logins, time.Now())
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "LOGIN\tROLE\tNAME\tMADE\tSTATE")
		for _, a := range accounts {
			state := "good"
			if until, locked := locks[a.Login]; locked {
				state = "locked until " + minute(until)
			}
			if a.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Login, a.Role, a.Name, minute(a.CreatedAt), state)
		}
		return w.Flush()
	})
}

// accountOf finds the account of a login.
func accountOf(ctx context.Context, store *postgis.Store, login string) (access.Account, error) {
	account, err := store.AccountByLogin(ctx, login)
	if errors.Is(err, geo.ErrNotFound) {
		return account, fmt.Errorf("there is no account %q; gridpatrol user list shows them", login)
	}
	return account, err
}

type userDisableCmd struct {
	Login string `arg:"" help:"Name the account signs in with."`
}

// Run disables the account.
func (c *userDisableCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		if err := store.DisableAccount(ctx, account.ID, operator()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s cannot sign in any more\n", c.Login)
		return err
	})
}

type userPasswordCmd struct {
	Login      string `arg:"" help:"Name the account signs in with."`
	MustChange bool   `help:"Have its owner choose another one at the next sign-in."`
	passwordFlags
}

// Run replaces the password.
func (c *userPasswordCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		return c.withPassword(out, func(hash string) error {
			return store.SetPassword(ctx, account.ID, hash, c.MustChange, operator())
		})
	})
}
