package openapi

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
)

func TestDocument(t *testing.T) {
	text, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	// What only the short form has must all be written out.
	for _, left := range []string{`"props":`, `"access":`, `"problems":[`, `"cached":`} {
		if bytes.Contains(text, []byte(left)) {
			t.Errorf("the document has %s left", left)
		}
	}
}

// TestComponentsAreUsed finds components that nothing refers to.
func TestComponentsAreUsed(t *testing.T) {
	text, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	d, err := read(files)
	if err != nil {
		t.Fatal(err)
	}
	for group, v := range within(d, "components") {
		for name := range v.(object) {
			if group != "securitySchemes" && !bytes.Contains(text, []byte(`"#/components/`+group+"/"+name+`"`)) {
				t.Errorf("nothing refers to %s/%s", group, name)
			}
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	const operation = "paths: {/x: {get: {operationId: x, access: anyone, responses: {\"200\": {description: x, content: {application/json: X}}}}}}"
	for name, c := range map[string]struct{ noun, want string }{
		"a path twice":       {"paths: {/healthz: {}}", "twice"},
		"a component twice":  {"components: {schemas: {Problem: string}}", "twice"},
		"a reference":        {operation, "leads nowhere"},
		"no such schema":     {"components: {schemas: {X: strin}}", "names no schema"},
		"nobody may":         {"paths: {/x: {get: {responses: {}}}}", "who may"},
		"no such problem":    {"paths: {/x: {get: {access: anyone, problems: [x], responses: {}}}}", "no problem"},
		"something else":     {"info: {}", "no place"},
		"an empty operation": {"paths: {/x: {get: }}", "no mapping"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := fstest.MapFS{"nouns/x.yaml": {Data: []byte(c.noun)}}
			for _, file := range []string{"openapi.yaml", "problems.yaml", "components.yaml", "nouns/health.yaml", "nouns/plans.yaml", "nouns/imports.yaml"} {
				if text, err := files.ReadFile(file); err == nil {
					broken[file] = &fstest.MapFile{Data: text}
				}
			}
			if _, err := read(broken); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("read = %v, want an error with %q", err, c.want)
			}
		})
	}
}
