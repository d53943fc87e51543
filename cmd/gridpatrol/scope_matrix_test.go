package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
)

// expected is what a route asks of its callers, and how far scope goes in it.
type expected struct {
	needs string // what the table of routes says, see api.RouteInfo
	own   bool   // also while the password has to be changed
	asks  []question
}

// question is a request that the route would answer, and who is answered how.
type question struct {
	of     string // what {id} stands for in path, query and body: see scopeWorld.name
	path   string // "": the route's
	query  string
	body   string
	header []string // names and values in turn; {id} in the values as well
	ok     int      // 0: 200
	// scope is what of it holds: "" everybody is answered alike; "areas" what
	// lies in the areas; "public areas" likewise for who has an account; "whole" the whole district alone, and others are refused
	// for what there is; "whole first" likewise, before anything is looked for;
	// "own" what is the caller's.
	scope   string
	beyond  int           // what is answered out of scope; 0: 404
	also    access.Action // an action that is asked for besides
	without int           // what is answered without it, 401 where a public route takes the caller for nobody; 0: 404
	absent  int           // of what there is not; 0: 404
	bad     int           // of what cannot be an id; 0: as absent
	fresh   bool          // the request uses something up: a new one every time
	head    bool          // HEAD: the answer would not end
	partly  int           // what who is limited to areas is answered of what lies in them; 0: as everybody
	only    []string      // the classes of ids that make sense; nil: all
	finally func(w *scopeWorld, c *caller, got answer)
}

// classes of ids, see scopeWorld.name.
var classes = []string{"own", "here", "there", "foreign", "unknown", "malformed"}

// want is the status that a caller gets.
func (e *expected) want(c *caller, a *question, method, class string) int {
	ok := a.ok
	if ok == 0 {
		ok = http.StatusOK
	}
	absent := a.absent
	if absent == 0 {
		absent = http.StatusNotFound
	}
	// What everybody may read is read as nobody, unless it is of a plan.
	public := strings.HasPrefix(e.needs, "public ")
	asNobody := public && (method == "GET" || method == "HEAD") && !strings.Contains(a.query, "plan=")
	switch {
	case e.needs == "anyone":
	case c.state == "nobody":
		if !public {
			return http.StatusUnauthorized
		}
	case strings.HasSuffix(c.state, " token"):
		return http.StatusUnauthorized
	case c.state == "ended session":
		if !asNobody {
			return http.StatusUnauthorized
		}
	case c.state == "must change" && !e.own:
		if !asNobody {
			return http.StatusForbidden
		}
	case !public && e.needs != "signed-in" && !c.can(access.Action(e.needs)):
		return http.StatusForbidden
	}
	if a.also != "" && !c.can(a.also) {
		if asNobody && a.without == http.StatusForbidden && (c.state == "nobody" || c.state == "ended session" || c.state == "must change") {
			return http.StatusUnauthorized
		}
		if a.without != 0 {
			return a.without
		}
		return http.StatusNotFound
	}
	if a.scope == "whole first" && !c.all {
		return a.beyond
	}
	switch class {
	case "malformed":
		if a.bad != 0 {
			return a.bad
		}
		return absent
	case "foreign", "unknown":
		return absent
	}
	within := true
	switch a.scope {
	case "areas":
		within = c.covers(class)
	case "public areas":
		within = c.covers(class) || !c.can(access.ReadReports)
	case "whole":
		within = c.all
	case "own":
		within = class == "own"
	}
	switch {
	case within && a.partly != 0 && !c.all:
		return a.partly
	case within:
		return ok
	case a.beyond != 0:
		return a.beyond
	}
	return http.StatusNotFound
}

// TestScopeMatrix asks every route there is, as everybody there is, for what is
// the caller's own, in the caller's areas, elsewhere in the district, in another
// district of the same database, nowhere, and nonsense. A route that
// scopeExpectations does not know fails, and so does one that is there no more.
func TestScopeMatrix(t *testing.T) {
	w := newScopeWorld(t)
	table := scopeExpectations()
	found := map[string]bool{}
	for _, rt := range w.routes(t) {
		key := rt.Method + " " + rt.Path
		found[key] = true
		e, known := table[key]
		switch {
		case !known:
			t.Errorf("%s: nobody has said who may, and what of scope holds: see scopeExpectations", key)
		case e.needs != rt.Needs || e.own != rt.Own:
			t.Errorf("%s asks for %q (own %v), expected is %q (own %v)", key, rt.Needs, rt.Own, e.needs, e.own)
		}
	}
	for key := range table {
		if !found[key] {
			t.Errorf("%s is expected, but there is no such route", key)
		}
	}
	if t.Failed() {
		return
	}
	everybody := w.callers()
	for _, c := range everybody {
		if c.can(access.PlanBoundaries) {
			c.imports = w.upload(c)
		}
	}
	asked := 0
	for _, key := range slices.Sorted(maps.Keys(table)) {
		e := table[key]
		t.Run(strings.ReplaceAll(key, "/", ":"), func(t *testing.T) {
			w.t = t
			for _, c := range everybody {
				for i := range e.asks {
					asked += w.compare(t, key, &e, &e.asks[i], c)
				}
			}
		})
	}
	t.Logf("%d requests of %d callers to %d routes", asked, len(everybody), len(table))
}

// compare asks as one caller, with every class of id there is, and compares.
func (w *scopeWorld) compare(t *testing.T, key string, e *expected, a *question, c *caller) (asked int) {
	t.Helper()
	method, path, _ := strings.Cut(key, " ")
	if a.path != "" {
		path = a.path
	}
	if a.head {
		method = "HEAD"
	}
	var foreign string
	for _, class := range classes {
		if a.of == "" && class != "here" || a.only != nil && !slices.Contains(a.only, class) {
			continue
		}
		id, there := w.name(a, c, class)
		if !there {
			continue
		}
		fill := strings.NewReplacer("{id}", id, "{n}", fmt.Sprint(w.made), "{code}", w.codeOf(class))
		w.made++
		header := slices.Clone(c.header)
		for i := 0; i < len(a.header); i += 2 {
			header = append(header, a.header[i], fill.Replace(a.header[i+1]))
		}
		got := request(w.serving, method, fill.Replace(path)+fill.Replace(a.query), fill.Replace(a.body), header...)
		asked++
		said := fmt.Sprintf("%s: %s %s%s for %s", c.name, method, fill.Replace(path), fill.Replace(a.query), class)
		if want := e.want(c, a, method, class); got.status != want {
			t.Errorf("%s = %d %.300s, want %d", said, got.status, got.body, want)
		}
		w.silent(t, said, c, got, id)
		// What is another district's is as if it were not.
		told := strings.ReplaceAll(string(got.body), id, "ID")
		switch class {
		case "foreign":
			foreign = fmt.Sprint(got.status, told)
		case "unknown":
			if foreign != "" && foreign != fmt.Sprint(got.status, told) {
				t.Errorf("%s is answered %d %.300s, another district's %.300s", said, got.status, told, foreign)
			}
		}
		if a.finally != nil {
			a.finally(w, c, got)
		}
	}
	return asked
}

// silent looks into an answer, whatever it is of, for what its reader may not
// know.
func (w *scopeWorld) silent(t *testing.T, said string, c *caller, got answer, sent string) {
	t.Helper()
	told := string(got.body)
	if sent != "" {
		told = strings.ReplaceAll(told, sent, "ID")
	}
	for _, of := range []*side{w.abroad, w.here, w.there} {
		covered := of != w.abroad && c.covers(of.name)
		for _, secret := range []struct {
			what, text string
			may        bool
		}{
			{"text of a report", of.words, covered && c.can(access.ReadDescriptions)},
			// Everybody may know that there is a report; who is limited hears of the own.
			{"id of a report", of.report, covered || of != w.abroad && !c.can(access.ReadReports)},
			{"reporter's phone", of.reporter, covered && c.can(access.ReadContacts) && strings.Contains(said, "POST /api/v1/reports/")},
			{"chief's phone", of.phone, covered && c.can(access.ReadRoster)},
			{"login", of.login, covered && c.can(access.ManageAccounts)},
			{"token", of.token.String(), covered && c.can(access.ManageAccounts)},
			{"session", of.session.String(), covered && c.can(access.ManageAccounts)},
			{"secret of a report", of.secret, false},
		} {
			if !secret.may && strings.Contains(told, secret.text) {
				t.Errorf("%s (%d) tells the %s of %s: %.400s", said, got.status, secret.what, of.name, told)
			}
		}
	}
	if strings.Contains(told, other) {
		t.Errorf("%s (%d) tells of another district: %.400s", said, got.status, told)
	}
}
