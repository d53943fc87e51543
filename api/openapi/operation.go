package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Problem says what answers of one type have in common.
type Problem struct {
	Status int
	Title  string
}

// problemType is what the types of problems begin with.
const problemType = "urn:gridpatrol:problem:"

var (
	// everywhere are the problems that any request can have.
	everywhere = []string{"bad-request", "too-large", "encoding-refused", "invalid-parameters", "too-many-requests", "internal", "unavailable", "starting"}
	// credentials are those of whoever says who they are.
	credentials = []string{
		"invalid-token", "token-malformed", "token-unknown", "token-revoked", "token-expired", "sign-in-required", "other-account",
		"cross-origin", "change-password", "forbidden", "not-found",
	}
	// bodied are those of requests that bring something along.
	bodied = []string{"malformed-json", "invalid-body", "unsupported-media-type", "cross-origin"}
)

type writer struct{ problems map[string]Problem }

// document writes out paths and components.
func (w writer) document(d object) error {
	components := within(d, "components")
	for _, name := range slices.Sorted(maps.Keys(within(components, "schemas"))) {
		s, err := schema(within(components, "schemas")[name])
		if err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
		within(components, "schemas")[name] = s
	}
	for _, group := range []string{"parameters", "headers"} {
		for name, v := range within(components, group) {
			if err := parameter(v); err != nil {
				return fmt.Errorf("%s %s: %w", group, name, err)
			}
		}
	}
	for path, v := range within(d, "paths") {
		methods, ok := v.(object)
		if !ok {
			return fmt.Errorf("%s is no mapping", path)
		}
		for method, v := range methods {
			op, ok := v.(object)
			if !ok {
				return fmt.Errorf("%s %s is no mapping", method, path)
			}
			if err := w.operation(op, method); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
	}
	return nil
}

// parameter writes out the schema of a parameter or header.
func parameter(v any) error {
	p, ok := v.(object)
	if !ok {
		return fmt.Errorf("%v is no mapping", v)
	}
	s, err := schema(p["schema"])
	p["schema"] = s
	return err
}

func (w writer) operation(op object, method string) error {
	list, _ := op["parameters"].([]any)
	for i, v := range list {
		if name, ok := v.(string); ok {
			list[i] = object{"$ref": "#/components/parameters/" + name}
		} else if err := parameter(v); err != nil {
			return err
		}
	}
	if body, ok := op["requestBody"].(object); ok {
		if err := content(body); err != nil {
			return err
		}
	}
	responses := within(op, "responses")
	for status, v := range responses {
		if r, ok := v.(object); !ok {
			return fmt.Errorf("response %s is no mapping", status)
		} else if err := content(r); err != nil {
			return fmt.Errorf("response %s: %w", status, err)
		}
	}
	codes := slices.Clone(everywhere)
	if method != "get" {
		codes = append(codes, bodied...)
	}
	access, _ := op["access"].(string)
	switch access {
	case "":
		return fmt.Errorf("it does not say who may use it")
	case "anyone":
		op["security"] = []any{object{}}
	case "none", "lookup", "map":
		op["security"] = []any{object{}, object{"token": []any{}}, object{"session": []any{}}}
		codes = append(codes, credentials...)
	default:
		op["security"] = []any{object{"token": []any{}}, object{"session": []any{}}}
		codes = append(codes, credentials...)
	}
	op["x-access"] = access
	more, _ := op["problems"].([]any)
	for _, code := range more {
		codes = append(codes, fmt.Sprint(code))
	}
	if op["cached"] == true {
		responses["304"] = object{"description": "What the caller has, by If-None-Match, is as it would be now.", "headers": object{"ETag": header("ETag")}}
		for status, v := range responses {
			if status == "200" || status == "206" {
				within(v.(object), "headers")["ETag"] = header("ETag")
			}
		}
	}
	for _, key := range []string{"access", "problems", "cached"} {
		delete(op, key)
	}
	return w.refusals(responses, codes)
}

func header(name string) object { return object{"$ref": "#/components/headers/" + name} }

// content writes out the media types of a body.
func content(body object) error {
	media, _ := body["content"].(object)
	for name, v := range media {
		if text, ok := v.(string); ok {
			s, err := schema(text)
			if err != nil {
				return err
			}
			media[name] = object{"schema": s}
		} else if m, ok := v.(object); ok && m["schema"] != nil {
			s, err := schema(m["schema"])
			if err != nil {
				return err
			}
			m["schema"] = s
		}
	}
	return nil
}

// refusals adds the responses of the problems, those of one status as one.
func (w writer) refusals(responses object, codes []string) error {
	slices.Sort(codes)
	byStatus := map[int][]string{}
	for _, code := range slices.Compact(codes) {
		p, ok := w.problems[code]
		if !ok {
			return fmt.Errorf("%s is no problem", code)
		}
		byStatus[p.Status] = append(byStatus[p.Status], code)
	}
	for status, codes := range byStatus {
		types, lines := []any{}, []string{}
		for _, code := range codes {
			types = append(types, problemType+code)
			lines = append(lines, "`"+code+"`: "+w.problems[code].Title+".")
		}
		s := object{"allOf": []any{object{"$ref": "#/components/schemas/Problem"}, object{"properties": object{"type": object{"enum": types}}}}}
		headers := object{}
		switch status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			headers["Retry-After"] = header("Retry-After")
		case http.StatusUnauthorized:
			headers["WWW-Authenticate"] = header("WWW-Authenticate")
		}
		key := strconv.Itoa(status)
		response := within(responses, key) // a route may answer the status otherwise too
		if response["description"] == nil {
			response["description"] = strings.Join(lines, "\n")
		}
		maps.Copy(within(response, "headers"), headers)
		within(response, "content")["application/problem+json"] = object{"schema": s}
	}
	for _, v := range responses {
		for _, name := range []string{"X-Request-Id", "RateLimit", "RateLimit-Policy"} {
			within(v.(object), "headers")[name] = header(name)
		}
	}
	return nil
}
