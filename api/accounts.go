package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// listAccounts answers GET /api/v1/accounts.
func (s *Server) listAccounts(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	accounts, err := s.cfg.Desk.Accounts(r.Context())
	if err != nil {
		return err
	}
	m := s.manager(r)
	accounts = slices.DeleteFunc(accounts, func(a access.Account) bool { return !m.mayManage(a) })
	answers, err := s.accountAnswers(r.Context(), accounts)
	if err != nil {
		return err
	}
	if err := s.cfg.ReadLog.LogRead(r.Context(), actorOf(m.Principal), "account", "all"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"accounts": answers})
}

// managed gives the account that the path names, where the caller manages it.
func (s *Server) managed(r *http.Request) (manager, access.Account, error) {
	m := s.manager(r)
	id, err := onlyPath(r, "account")
	if err != nil {
		return m, access.Account{}, err
	}
	a, err := s.cfg.Desk.Account(r.Context(), id)
	if errors.Is(err, geo.ErrNotFound) || err == nil && !m.mayManage(a) {
		return m, access.Account{}, errNotFound("account")
	}
	return m, a, err
}

// readAccount answers GET /api/v1/accounts/{id}.
func (s *Server) readAccount(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.managed(r)
	if err != nil {
		return err
	}
	answer, err := s.accountAnswer(r.Context(), a)
	if err != nil {
		return err
	}
	if err := s.cfg.ReadLog.LogRead(r.Context(), actorOf(m.Principal), "account", a.ID.String()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

// newAccount is an account as it is asked for.
type newAccount struct {
	access.Account
	password string
}

func (s *Server) readNewAccount(r *http.Request) (in newAccount, err error) {
	body, err := readObject(r)
	if err != nil {
		return in, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("login", "role")
	in.Login, in.Name, in.Role = f.text("login", 64), f.label("name"), f.role("role")
	in.AreaIDs, in.Person = s.ownAreas(f, "areas"), s.personID(f, "person")
	in.password = f.text("password", access.PasswordMax)
	if in.Login != "" && access.CheckLogin(in.Login) != nil || in.Login == "" && body.members["login"] == "" {
		f.impossible("/login", "must have 1 to 64 bytes, without spaces")
	}
	if body.members["password"] != nil && len(bad.fields) == 0 {
		f.goodPassword("password", in.password, in.Login)
	}
	f.somewhere(in.Account)
	f.done()
	if in.Name == "" {
		in.Name = in.Login
	}
	return in, bad.bodyError()
}

// somewhere notes an officer who would see nothing.
func (f *fields) somewhere(a access.Account) {
	if a.Role == access.Officer && len(a.AreaIDs) == 0 && a.Person == (geo.ID{}) && len(f.fields) == 0 {
		f.impossible(f.pointer("areas"), "an officer without areas and without a person sees nothing")
	}
}

// createAccount answers POST /api/v1/accounts: without a password it gives a
// link to set one.
func (s *Server) createAccount(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	in, err := s.readNewAccount(r)
	if err != nil {
		return err
	}
	m := s.manager(r)
	if err := errors.Join(m.mayMake(in.Account, in.Role), m.mayName(in.Account)); err != nil {
		return err
	}
	if in.password != "" {
		// Who makes the account knows the password, so its owner chooses another.
		in.MustChange = true
		if in.PasswordHash, err = s.hashPassword(r.Context(), in.password); err != nil {
			return err
		}
	}
	if in.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	in.CreatedAt = s.cfg.Now()
	a, err := s.cfg.Desk.CreateAccount(r.Context(), in.Account, actorOf(m.Principal))
	if err != nil {
		return err
	}
	answer, err := s.accountAnswer(r.Context(), a)
	if err != nil {
		return err
	}
	if in.password == "" {
		if answer.Reset, err = s.makeReset(r, a.ID); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Location", "/api/v1/accounts/"+a.ID.String())
	h.Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusCreated, answer)
}

// changeAccount answers PATCH /api/v1/accounts/{id}.
func (s *Server) changeAccount(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.managed(r)
	if err != nil {
		return err
	}
	change, after, err := s.readAccountChange(r, a)
	if err != nil {
		return err
	}
	if err := m.mayMake(after, after.Role); err != nil {
		return err
	}
	if change.Person != nil {
		if err := m.mayName(after); err != nil {
			return err
		}
	}
	a, err = s.cfg.Desk.ChangeAccount(r.Context(), a.ID, change, actorOf(m.Principal))
	if err != nil {
		return err
	}
	answer, err := s.accountAnswer(r.Context(), a)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

// readAccountChange reads what is to change, and gives the account as it will be.
func (s *Server) readAccountChange(r *http.Request, a access.Account) (c access.AccountChange, after access.Account, err error) {
	body, err := readObject(r)
	if err != nil {
		return c, a, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	name, role, disabled := f.label("name"), f.role("role"), f.truth("disabled")
	areas, person := s.ownAreas(f, "areas"), s.personID(f, "person")
	for _, member := range []string{"name", "role", "disabled", "areas"} {
		if v, there := body.members[member]; there && (v == nil || v == "") {
			f.impossible(f.pointer(member), "is empty; leave it out to keep it")
		}
	}
	has := func(member string) bool { _, there := body.members[member]; return there }
	if has("name") {
		c.Name, a.Name = &name, name
	}
	if has("role") {
		c.Role, a.Role = &role, role
	}
	if has("areas") {
		c.AreaIDs, a.AreaIDs = &areas, areas
	}
	if has("person") {
		c.Person, a.Person = &person, person
	}
	if has("disabled") {
		c.Disabled, a.Disabled = &disabled, disabled
	}
	f.somewhere(a)
	f.done()
	return c, a, bad.bodyError()
}
