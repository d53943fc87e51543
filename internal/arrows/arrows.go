// Package arrows knows which packages of gridpatrol may import which, and finds
// the imports that break that order. Its test runs it over the whole tree.
package arrows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Module is the path that all packages of ours begin with.
const Module = "github.com/gridpatrol/gridpatrol"

// file is what the rules look at in one Go file.
type file struct {
	pkg     string // package path below Module, "" at the root
	name    string // path of the file, for messages
	test    bool
	imports []string // full import paths
	clock   []string // functions of package time that read or run a clock
}

// Check reads every Go file below root, the module's folder, and gives one
// line for each import or call that the rules forbid, sorted. seen is the
// number of files read.
func Check(root string) (broken []string, seen int, err error) {
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && skipDir(d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		f, err := read(p, filepath.ToSlash(rel), nil)
		if err != nil {
			return err
		}
		seen++
		broken = append(broken, f.check()...)
		return nil
	})
	slices.Sort(broken)
	return broken, seen, err
}

// skipDir tells which folders hold no packages, as for the go command.
func skipDir(name string) bool {
	return name == "testdata" || name == "vendor" || name == "node_modules" || name[0] == '.' || name[0] == '_'
}

// read parses one file; source stands for its content unless it is nil.
func read(p, rel string, source any) (file, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), p, source, parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	f := file{pkg: path.Dir(rel), name: rel, test: strings.HasSuffix(rel, "_test.go")}
	if f.pkg == "." {
		f.pkg = ""
	}
	clockName := ""
	for _, spec := range parsed.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, name)
		if name == "time" {
			clockName = "time"
			if spec.Name != nil {
				clockName = spec.Name.Name
			}
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && clockName != "" && x.Name == clockName && slices.Contains(clockReaders, sel.Sel.Name) {
			f.clock = append(f.clock, "time."+sel.Sel.Name)
		}
		return true
	})
	return f, nil
}

// check gives the rules that f breaks.
func (f file) check() (broken []string) {
	report := func(format string, args ...any) {
		broken = append(broken, fmt.Sprintf("%s: ", f.name)+fmt.Sprintf(format, args...))
	}
	allowed, known := allowedOf(f.pkg)
	if !known && !f.test {
		report("package %q is not in the table of arrows", f.pkg)
	}
	for _, imported := range f.imports {
		for _, r := range reserved {
			if within(imported, r.dependency) && !slices.Contains(r.users, f.pkg) && !f.test {
				report("imports %s, which is for %s alone", imported, strings.Join(r.users, ", "))
			}
		}
		ours, isOurs := strings.CutPrefix(imported, Module+"/")
		switch {
		case f.test:
			// A test may use anything.
		case isOurs && known && !matches(allowed, ours):
			report("imports %s, an arrow that is not in the table", ours)
		case !isOurs && isPure(f.pkg) && impure(imported):
			report("imports %s, but the package is pure", imported)
		}
	}
	if isPure(f.pkg) && !f.test {
		for _, c := range f.clock {
			report("uses %s, but the package is pure: take the time as an argument", c)
		}
	}
	return broken
}

// within tells whether an import path is a dependency or a package below it.
func within(imported, dependency string) bool {
	return imported == dependency || strings.HasPrefix(imported, dependency+"/")
}

// matches tells whether a package of ours is in a list, in which "geo/..."
// means geo and all below it.
func matches(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool {
		if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
			return within(pkg, tree)
		}
		return pattern == pkg
	})
}
