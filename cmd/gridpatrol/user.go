package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/term"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// operator is who the commands of this program act as: whoever has a shell on
// the machine.
func operator() patrol.Actor {
	name := os.Getenv("SUDO_USER")
	if name == "" {
		name = os.Getenv("USER")
	}
	if name == "" {
		name = fmt.Sprintf("uid %d", os.Getuid())
	}
	return patrol.Actor{Kind: "system", ID: "command-line", Name: name, Role: string(access.Admin)}
}

type userCmd struct {
	List     userListCmd     `cmd:"" help:"List the accounts: login, role, name, when made, state."`
	Disable  userDisableCmd  `cmd:"" help:"Keep somebody from signing in, and end their sessions."`
	Enable   userEnableCmd   `cmd:"" help:"Let a disabled account sign in again."`
	Reset    userResetCmd    `cmd:"" help:"Print a link with which the account's password can be set, once and within 24 hours; that also lifts a lock. Who has the link has the account."`
	Pending  userPendingCmd  `cmd:"" help:"List who has signed in by the provider and has no account here yet."`
	Link     userLinkCmd     `cmd:"" help:"Let somebody whom the provider knows sign in to an account."`
	Unlink   userUnlinkCmd   `cmd:"" help:"Take that back."`
	Password userPasswordCmd `cmd:"" help:"Give an account another password, read as by add, and end its sessions."`
	Add      userAddCmd      `cmd:"" help:"Make an account. The password is asked for on a terminal, else read from the first line of standard input; --generate makes one."`
}

type userAddCmd struct {
	Login  string   `arg:"" help:"Name to sign in with."`
	Role   string   `required:"" placeholder:"ROLE" help:"admin, planner, dispatcher, officer or consumer."`
	Area   []string `sep:"none" placeholder:"KIND:CODE" help:"Limit the account to this area; may be given again."`
	Name   string   `help:"Name to show; the login where it is not given."`
	Person string   `placeholder:"UUID" help:"The person in the roster whose posts an officer has."`
	passwordFlags
}

// passwordFlags say where a password comes from.
type passwordFlags struct {
	Generate bool `help:"Make a password and print it."`
}

// Run makes the account.
func (c *userAddCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	role, err := access.ParseRole(c.Role)
	if err != nil {
		return asWrongCall(err)
	}
	if err := access.CheckLogin(c.Login); err != nil {
		return asWrongCall(err)
	}
	account := access.Account{ID: uuid.Must(uuid.NewV7()), Login: c.Login, Name: c.Name, Role: role, CreatedAt: time.Now()}
	if account.Name == "" {
		account.Name = c.Login
	}
	if c.Person != "" {
		if account.Person, err = uuid.Parse(c.Person); err != nil {
			return asWrongCall(fmt.Errorf("--person: %w", err))
		}
	}
	if role == access.Officer && len(c.Area) == 0 && c.Person == "" {
		return asWrongCall(errOfficerNowhere)
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		if account.AreaIDs, err = areaIDs(ctx, store, c.Area); err != nil {
			return err
		}
		if err := c.knownPerson(ctx, store, account.Person); err != nil {
			return err
		}
		return c.withPassword(out, func(hash string) error {
			account.PasswordHash = hash
			_, err := store.CreateAccount(ctx, account, operator())
			return err
		})
	})
}

// withPassword gets a password, has it stored, and prints one it made.
func (c *passwordFlags) withPassword(out io.Writer, store func(hash string) error) error {
	password, err := c.password()
	if err != nil {
		return err
	}
	hash, err := access.HashPassword(password, rand.Reader)
	if err != nil {
		return err
	}
	if err := store(hash); err != nil {
		return err
	}
	if c.Generate {
		_, err = fmt.Fprintln(out, password)
	}
	return err
}

// errOfficerNowhere: an officer sees what lies in own areas and nothing else.
var errOfficerNowhere = errors.New("an officer without an area sees nothing: give --area, or for an account --person")

// knownPerson checks that the roster has the person.
func (c *userAddCmd) knownPerson(ctx context.Context, store *postgis.Store, id geo.ID) error {
	if c.Person == "" {
		return nil
	}
	duties, err := postgis.NewDuties(store)
	if err != nil {
		return err
	}
	if err := duties.Refresh(ctx); err != nil {
		return err
	}
	if _, ok := duties.Current().Roster.Person(id); !ok {
		return fmt.Errorf("the roster has nobody with the id %s", id)
	}
	return nil
}

// password reads or makes the account's password.
func (c *passwordFlags) password() (string, error) {
	if c.Generate {
		return rand.Text(), nil
	}
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && (!errors.Is(err, io.EOF) || line == "") {
			return "", errors.New("no password on standard input; give one, or --generate")
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(os.Stderr, prompt)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(os.Stderr)
		if err != nil {
			return "", err
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return typed[0], nil
}

// withStore opens database and store for one command.
func (c *Common) withStore(ctx context.Context, do func(*postgis.Store) error) (err error) {
	log := c.logger()
	dir, err := c.dataDir()
	if err != nil {
		return err
	}
	db, err := c.openDatabase(ctx, log, lend)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	store, err := c.openStore(ctx, db.url, dir, log, 2)
	if err != nil {
		return err
	}
	defer store.Close()
	return do(store)
}

// areaIDs finds the areas that an account or token is limited to in the
// boundaries in force.
func areaIDs(ctx context.Context, store *postgis.Store, texts []string) ([]geo.ID, error) {
	refs := make([]geo.Ref, len(texts))
	for i, text := range texts {
		var err error
		if refs[i], err = geo.ParseRef(text); err != nil {
			return nil, asWrongCall(err)
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	boundaries := postgis.NewBoundaries(store)
	if err := boundaries.Refresh(ctx); err != nil {
		return nil, err
	}
	var ids []geo.ID
	var faults []error
	for _, ref := range refs {
		area, err := boundaries.Current().Index.Find(ref)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		ids = append(ids, area.ID)
	}
	return ids, errors.Join(faults...)
}
