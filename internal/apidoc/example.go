package apidoc

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// curl gives a command that does the operation. What it sends fits the schemas;
// whether it means anything is another matter.
func (v *view) curl(r raw, parameters []object) string {
	path, query := r.path, []string{}
	var head []string
	for _, p := range parameters {
		name, required := text(p["name"]), p["required"] == true
		value := v.exampleOf(name, p)
		switch in := text(p["in"]); {
		case in == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
		case in == "query" && (required || p["example"] != nil):
			query = append(query, url.QueryEscape(name)+"="+strings.ReplaceAll(url.QueryEscape(value), "%2C", ","))
		case in == "header" && (required || name == "Idempotency-Key" && r.method == "post"):
			head = append(head, "-H "+quoted(name+": "+value))
		}
	}
	address := v.server + path
	if len(query) > 0 {
		address += "?" + strings.Join(query, "&")
	}
	parts := []string{"curl"}
	if r.method != "get" {
		parts[0] += " -X " + strings.ToUpper(r.method)
	}
	if v.needsToken(r) {
		head = append(head, `-H "Authorization: Bearer $TOKEN"`)
	}
	parts = append(parts, head...)
	parts = append(parts, v.sent(r)...)
	if v.isFile(r) {
		parts = append(parts, "-OJ")
	}
	parts = append(parts, quoted(address))
	if line := strings.Join(parts, " "); len(line) <= 80 {
		return line
	}
	return strings.Join(parts, " \\\n  ")
}

// needsToken reports whether nobody may without saying who they are.
func (v *view) needsToken(r raw) bool {
	security, ok := r.op["security"]
	if !ok {
		security = v.document.root["security"]
	}
	all := list(security)
	return len(all) > 0 && !slices.ContainsFunc(all, func(s any) bool { return len(mapping(s)) == 0 })
}

// sent gives the arguments that send an example of the body.
func (v *view) sent(r raw) []string {
	body := v.document.resolve(r.op["requestBody"])
	content := mapping(body["content"])
	for _, kind := range []string{"application/json", "application/geo+json"} {
		if of, ok := content[kind]; ok {
			if schema := mapping(of)["schema"]; len(mapping(schema)) > 0 {
				if example := v.example("", schema, 0); body["required"] == true || compact(example) != "{}" {
					return []string{"-H " + quoted("Content-Type: "+kind), "-d " + quoted(compact(example))}
				}
				return nil
			}
		}
	}
	for kind := range content {
		switch {
		case kind == "multipart/form-data":
			var out []string
			schema := v.document.resolve(mapping(content[kind])["schema"])
			for _, name := range sorted(mapping(schema["properties"]), list(schema["required"])) {
				if !slices.Contains(list(schema["required"]), any(name)) {
					continue
				}
				value := "@file"
				if part := v.document.resolve(mapping(schema["properties"])[name]); part["format"] != "binary" {
					value = v.plain(name, part)
				}
				out = append(out, "-F "+quoted(name+"="+value))
			}
			return out
		case len(content) == 1:
			return []string{"-H " + quoted("Content-Type: "+kind), "--data-binary @file"}
		}
	}
	return nil
}

// isFile reports whether what comes back is no text.
func (v *view) isFile(r raw) bool {
	content := mapping(v.document.resolve(mapping(r.op["responses"])["200"])["content"])
	for kind := range content {
		if strings.Contains(kind, "json") || strings.HasPrefix(kind, "text/") {
			return false
		}
	}
	return len(content) > 0
}

// exampleOf gives a value of a parameter.
func (v *view) exampleOf(name string, p object) string {
	if example, ok := p["example"]; ok {
		return v.note("", example).Value
	}
	return v.plain(name, p["schema"])
}

func (v *view) plain(name string, schema any) string {
	return v.note("", v.example(name, schema, 0)).Value
}

// example gives a value that fits a schema, with the members that must be there
// and no others. Places lie in the district that the demo shows.
func (v *view) example(name string, schema any, depth int) any {
	s := v.document.resolve(schema)
	for _, key := range []string{"example", "const", "default"} {
		if value, ok := s[key]; ok {
			return value
		}
	}
	if values := list(s["enum"]); len(values) > 0 {
		return values[0]
	}
	for _, key := range []string{"anyOf", "oneOf", "allOf"} {
		if parts := list(s[key]); len(parts) > 0 {
			return v.example(name, parts[0], depth+1)
		}
	}
	kind := text(s["type"])
	if kinds := list(s["type"]); len(kinds) > 0 {
		kind = text(kinds[0])
	}
	switch kind {
	case "object":
		out := object{}
		for _, key := range list(s["required"]) {
			if depth < 8 {
				out[text(key)] = v.example(text(key), mapping(s["properties"])[text(key)], depth+1)
			}
		}
		return out
	case "array":
		least, _ := s["minItems"].(float64)
		out := []any{}
		for range max(int(least), 1) {
			if depth < 8 && s["items"] != nil {
				out = append(out, v.example(name, s["items"], depth+1))
			}
		}
		return out
	case "integer", "number":
		return numberFor(name, s)
	case "boolean":
		return true
	case "string":
		return textFor(name, s)
	}
	return object{}
}

func numberFor(name string, s object) any {
	switch name {
	case "lon":
		return 125.66
	case "lat":
		return 43.52
	}
	if least, ok := s["minimum"].(float64); ok {
		return least
	}
	return 1
}

func textFor(name string, s object) string {
	switch text(s["format"]) {
	case "uuid":
		return "01890a5d-ac96-774b-bcce-b302099a8057"
	case "date-time":
		return "2026-09-01T08:00:00Z"
	case "date":
		return "2026-09-01"
	case "uri":
		return "https://example.org/"
	}
	out := name
	switch name {
	case "code":
		out = "220112"
	case "category":
		out = "fire_safety"
	case "":
		out = "text"
	}
	if least, ok := s["minLength"].(float64); ok && len(out) < int(least) {
		out += strings.Repeat("x", int(least)-len(out))
	}
	if most, ok := s["maxLength"].(float64); ok && len(out) > int(most) {
		out = out[:int(most)]
	}
	return out
}

// quoted writes an argument for a shell.
func quoted(s string) string {
	if strings.HasPrefix(s, "http") && !strings.ContainsAny(s, "&'\"{}[]() ;|<>$`\\*?#") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Count gives how many operations a group has.
func (g shownGroup) Count() string { return strconv.Itoa(len(g.Operations)) }
