package postgis

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// unaudited are exported methods that write and leave no line in the audit log,
// each with its reason. Every other one that writes has to leave one.
var unaudited = map[string]string{
	"Duties.Refresh":     "reads; a table's statements stand together",
	"Duties.Version":     "reads; a table's statements stand together",
	"Store.Sequence":     "gives numbers to events of changes that are audited",
	"Store.Lease":        "how far a delivery is",
	"Store.Finish":       "how far a delivery is",
	"Store.Fail":         "how far a delivery is",
	"Store.PurgeEvents":  "forgets what was told; what it told of stays",
	"Store.PurgeKeys":    "forgets keys of requests; what they did stays",
	"Store.TouchToken":   "when it was last used",
	"Store.TouchSession": "when it was last used",
	"Store.Session":      "when it was last used",
	"Store.SignInKey":    "makes a key of the district the first time, as Open does",
	"Store.TrySignIn":    "counts attempts; what comes of one is audited",
	"Tracks.Add":         "its one statement leaves the line of a track that begins",
	"Tracks.CatchUp":     "makes what follows from fixes",
}

// changing finds statements that write, and what into.
var changing = regexp.MustCompile(`(?s)\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+([a-z_]+)\b`)

// ownTables are the log's own.
var ownTables = []string{"audit", "audit_unsealed", "audit_seals"}

// Every exported function of this package that reaches a statement which writes
// also reaches the audit log. Whether it does so in the same transaction, and
// when, is for the tests of each to show.
func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	g := readCalls(t)
	found, seen := 0, map[string]bool{}
	for _, name := range g.exported {
		if !g.reaches(name, func(f string) bool { return g.writing[f] }) {
			continue
		}
		found++
		audited := g.reaches(name, func(f string) bool { return f == "Store.audit" || f == "Store.auditArgs" })
		switch reason, known := unaudited[name]; {
		case !audited && !known:
			t.Errorf("%s writes and leaves no line in the audit log", name)
		case audited && known:
			t.Errorf("%s is audited, so it is no exception: %s", name, reason)
		}
		seen[name] = true
	}
	for name := range unaudited {
		if !seen[name] {
			t.Errorf("%s, an exception, does not write", name)
		}
	}
	if found < 30 {
		t.Errorf("found only %d functions that write: the test does not read what it should", found)
	}
}

// callGraph is who calls whom in this package, by "Type.method" or function.
type callGraph struct {
	calls    map[string][]string
	writing  map[string]bool
	exported []string
}

func (g *callGraph) reaches(from string, there func(string) bool) bool {
	seen, todo := map[string]bool{from: true}, []string{from}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if there(at) {
			return true
		}
		for _, next := range g.calls[at] {
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}

// readCalls reads the package's source.
func readCalls(t *testing.T) *callGraph {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	g := &callGraph{calls: map[string][]string{}, writing: map[string]bool{}}
	statements := map[string]bool{} // names of those that write
	named := map[string][]string{}  // full names by bare one
	var functions []*ast.FuncDecl
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok && writesSQL(v) {
						statements[v.Names[0].Name] = true
					}
				}
			case *ast.FuncDecl:
				if d.Body != nil {
					functions = append(functions, d)
					named[d.Name.Name] = append(named[d.Name.Name], fullName(d))
				}
			}
		}
	}
	for _, fn := range functions {
		name := fullName(fn)
		if fn.Name.IsExported() {
			g.exported = append(g.exported, name)
		}
		g.writing[name] = writesSQL(fn.Body)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				g.writing[name] = g.writing[name] || statements[n.Name]
			case *ast.CallExpr:
				for _, e := range append([]ast.Expr{n.Fun}, n.Args...) {
					g.calls[name] = append(g.calls[name], called(fn, e, named)...)
				}
			}
			return true
		})
	}
	slices.Sort(g.exported)
	return g
}

// called gives what an expression in fn may name of this package: a method of
// fn's own receiver, of a store in it, a function, or the one method that is
// called so.
func called(fn *ast.FuncDecl, e ast.Expr, named map[string][]string) []string {
	switch e := e.(type) {
	case *ast.Ident:
		if slices.Contains(named[e.Name], e.Name) {
			return []string{e.Name}
		}
	case *ast.SelectorExpr:
		of := ""
		switch x := e.X.(type) {
		case *ast.Ident:
			if fn.Recv != nil && len(fn.Recv.List[0].Names) > 0 && fn.Recv.List[0].Names[0].Name == x.Name {
				of = receiver(fn)
			}
		case *ast.SelectorExpr:
			if x.Sel.Name == "store" {
				of = "Store"
			}
		}
		if slices.Contains(named[e.Sel.Name], of+"."+e.Sel.Name) {
			return []string{of + "." + e.Sel.Name}
		}
		if all := named[e.Sel.Name]; of == "" && len(all) == 1 && strings.Contains(all[0], ".") && !ast.IsExported(e.Sel.Name) {
			return all
		}
	}
	return nil
}

func fullName(fn *ast.FuncDecl) string {
	if r := receiver(fn); r != "" {
		return r + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// receiver names the type that fn is a method of; empty for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// writesSQL reports whether a text below n is a statement that writes.
func writesSQL(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if sql, err := strconv.Unquote(lit.Value); err == nil {
			for _, m := range changing.FindAllStringSubmatch(sql, -1) {
				found = found || !slices.Contains(ownTables, m[2])
			}
		}
		return true
	})
	return found
}
