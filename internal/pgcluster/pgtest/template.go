package pgtest

import (
	"sync"
	"testing"
)

// template is a database that is built once and copied.
type template struct {
	once sync.Once
	name string
	err  error
}

var (
	templatesMu sync.Mutex
	templates   = map[string]*template{}
)

// Template gives a fresh copy of the database called name, dropped when the
// test ends. The first call in a test process builds it: build gets the URL of
// an empty database and must close every connection to it before it returns.
func Template(t testing.TB, name string, build func(url string) error) string {
	t.Helper()
	s := mustInstance(t)
	templatesMu.Lock()
	tpl := templates[name]
	if tpl == nil {
		tpl = &template{name: newName("template")}
		templates[name] = tpl
	}
	templatesMu.Unlock()
	tpl.once.Do(func() {
		if tpl.err = s.create(tpl.name, ""); tpl.err == nil {
			s.keep(tpl.name)
			tpl.err = build(s.url(tpl.name))
		}
	})
	if tpl.err != nil {
		t.Fatalf("pgtest: template %s: %v", name, tpl.err)
	}
	return s.database(t, tpl.name)
}
