package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type personCmd struct {
	Find   personFindCmd   `cmd:"" help:"List what there is of one person: in the roster of any time, accounts, contacts left with reports."`
	Export personExportCmd `cmd:"" help:"Write everything there is of one person as JSON."`
	Erase  personEraseCmd  `cmd:"" help:"Erase one person's name and phone everywhere. This cannot be undone."`
}

// subjectFlags say who the person is.
type subjectFlags struct {
	Name   string `help:"Name, whole; spaces and case do not matter."`
	Phone  string `help:"Phone, whole. With a name, what has another name or another phone is somebody else's."`
	Person string `placeholder:"UUID" help:"A person of the roster, instead of name and phone: all names and phones of that person."`
}

// subject reads the flags.
func (f *subjectFlags) subject() (patrol.Subject, error) {
	s := patrol.Subject{Name: f.Name, Phone: f.Phone}
	if f.Person != "" {
		id, err := uuid.Parse(f.Person)
		if err != nil {
			return s, asWrongCall(fmt.Errorf("--person: %w", err))
		}
		s.Person = id
	}
	return s, asWrongCall(s.Check())
}

type personFindCmd struct{ subjectFlags }

// Run lists what there is.
func (c *personFindCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	subject, err := c.subject()
	if err != nil {
		return err
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		found, err := store.Personal(ctx, subject, "search", operator())
		if err != nil {
			return err
		}
		return listFound(out, &found)
	})
}

// listFound says what was found, contacts masked.
func listFound(out io.Writer, found *patrol.Personal) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, p := range found.People {
		last := p.Last()
		fmt.Fprintf(w, "person\t%s\t%s %s\t%d posts\n", p.ID, last.Name, last.Phone, len(p.Holdings))
	}
	for _, a := range found.Accounts {
		fmt.Fprintf(w, "account\t%s\t%s\t%s\n", a.ID, a.Login, a.Role)
	}
	for _, c := range found.Contacts {
		masked := c.Masked()
		fmt.Fprintf(w, "contact\t%s\t%s %s\t%s\n", c.Report, masked.Name, masked.Phone, minute(c.CreatedAt))
	}
	for _, t := range found.Tracks {
		fmt.Fprintf(w, "track\t%s\tpatrol %s\t%d lines\n", t.ID, t.Patrol, len(t.Lines))
	}
	for _, id := range found.Pending {
		fmt.Fprintf(w, "identity\t%s\t\twaits for an account\n", id)
	}
	for _, e := range found.Before {
		fmt.Fprintf(w, "erased before\t%s\t\t%s\n", e.ID, minute(e.At))
	}
	fmt.Fprintf(w, "%d contacts were looked at", found.Scanned)
	if found.Unreadable > 0 {
		fmt.Fprintf(w, "; %d more were encrypted with another key: look again where that key is", found.Unreadable)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

type personExportCmd struct {
	subjectFlags
	Out string `short:"o" type:"path" placeholder:"FILE" help:"File to write, for its owner alone to read; standard output where it is not given."`
}

// Run writes everything there is.
func (c *personExportCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	subject, err := c.subject()
	if err != nil {
		return err
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		_, duties, err := inForce(ctx, store)
		if err != nil {
			return err
		}
		found, err := store.Personal(ctx, subject, "export", operator())
		if err != nil {
			return err
		}
		document, err := json.MarshalIndent(api.PersonalExport(subject, &found, duties.Current(), time.Now()), "", "  ")
		if err != nil {
			return err
		}
		document = append(document, '\n')
		if c.Out != "" {
			return os.WriteFile(c.Out, document, 0o600)
		}
		_, err = out.Write(document)
		return err
	})
}

type personEraseCmd struct {
	subjectFlags
	Reason string `required:"" help:"Why; it is kept in the erasure log and must not repeat name or phone."`
	Yes    bool   `help:"Do it; without this the command lists what would be erased."`
}

// Run erases what there is.
func (c *personEraseCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	subject, err := c.subject()
	if err != nil {
		return err
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		if !c.Yes {
			found, err := store.Personal(ctx, subject, "search", operator())
			if err != nil {
				return err
			}
			if err := listFound(out, &found); err != nil {
				return err
			}
			return errors.New("nothing was erased: look through the list and give --yes")
		}
		e, err := store.ErasePersonal(ctx, subject, c.Reason, operator())
		if errors.Is(err, geo.ErrNotFound) {
			return errors.New("there is nothing of this person")
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "erasure %s: %d people, %d accounts, %d contacts, %d tracks\n", e.ID, e.People, e.Accounts, e.Contacts, e.Tracks)
		if err == nil && e.Unreadable > 0 {
			_, err = fmt.Fprintf(out, "%d contacts were encrypted with another key and not looked at\n", e.Unreadable)
		}
		return err
	})
}
