package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type userPendingCmd struct{}

// Run lists whom a provider of sign-in vouches for and who has no account yet.
func (userPendingCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		list, err := store.PendingIdentities(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tUSERNAME\tNAME\tLAST SEEN\tISSUER")
		for _, p := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Username, p.Name, minute(p.LastSeen), p.Issuer)
		}
		return w.Flush()
	})
}

type userLinkCmd struct {
	Login   string `arg:"" help:"Name the account signs in with."`
	Pending string `arg:"" optional:"" placeholder:"ID" help:"Who it is, as user pending lists them."`
	Issuer  string `placeholder:"URL" help:"Instead of ID: the provider's name for itself."`
	Subject string `placeholder:"TEXT" help:"Instead of ID: the provider's name for the person, its sub."`
}

// Run lets somebody sign in to the account by the provider.
func (c *userLinkCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	id := access.Identity{Issuer: c.Issuer, Subject: c.Subject}
	var pending geo.ID
	switch named := id.Issuer != "" && id.Subject != ""; {
	case c.Pending == "" && !named, c.Pending != "" && id != access.Identity{}:
		return asWrongCall(errors.New("give the id that gridpatrol user pending shows, or --issuer and --subject"))
	case c.Pending != "":
		var err error
		if pending, err = uuid.Parse(c.Pending); err != nil {
			return asWrongCall(fmt.Errorf("%q is no id that gridpatrol user pending shows", c.Pending))
		}
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		if c.Pending == "" {
			err = store.LinkIdentity(ctx, account.ID, id, operator())
		} else if err = store.LinkPending(ctx, account.ID, pending, operator()); errors.Is(err, geo.ErrNotFound) {
			err = fmt.Errorf("nobody of the id %s waits; gridpatrol user pending shows who does", pending)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s can sign in by the provider\n", c.Login)
		return err
	})
}

type userUnlinkCmd struct {
	Login string `arg:"" help:"Name the account signs in with."`
}

// Run takes that back and ends the account's sessions.
func (c *userUnlinkCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		account, err := accountOf(ctx, store, c.Login)
		if err != nil {
			return err
		}
		if err := store.UnlinkIdentity(ctx, account.ID, operator()); err != nil {
			if errors.Is(err, geo.ErrNotFound) {
				return fmt.Errorf("%s is linked to nobody", c.Login)
			}
			return err
		}
		_, err = fmt.Fprintf(out, "%s cannot sign in by a provider any more\n", c.Login)
		return err
	})
}
