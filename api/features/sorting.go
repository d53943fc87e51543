package features

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// sortKey is one property to sort by. Null comes last upwards, first downwards.
type sortKey struct {
	name string
	down bool
}

// parseSort reads names separated by commas, each with + (upwards, as without a
// sign) or - (downwards) before it. A plus sign that was not escaped comes as a
// space.
func parseSort(s string, fields []field) (keys []sortKey, fault string) {
	for part := range strings.SplitSeq(s, ",") {
		name := strings.TrimLeft(part, "+- ")
		sign := part[:len(part)-len(name)]
		key := sortKey{name, sign == "-"}
		switch {
		case len(sign) > 1 || !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }):
			return nil, "names what is no property of the collection"
		case slices.ContainsFunc(keys, func(k sortKey) bool { return k.name == name }):
			return nil, "names a property more than once"
		}
		keys = append(keys, key)
	}
	return keys, ""
}

// parseNames reads the names of properties, separated by commas; an empty text
// names none.
func parseNames(s string, fields []field) (names []string, fault string) {
	names = []string{}
	if s == "" {
		return names, ""
	}
	for name := range strings.SplitSeq(s, ",") {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			return nil, "names what is no property of the collection"
		}
		names = append(names, name)
	}
	return names, ""
}

// spot is where a feature comes in the order of a query: its values of the keys
// that are sorted by, then its id, which makes the order that of one feature after
// another. It stays where it is when features before it come and go.
type spot struct {
	values []value
	id     string
}

func spotOf(f *feature, keys []sortKey) spot {
	out := spot{id: f.id}
	for _, k := range keys {
		out.values = append(out.values, f.record.value(k.name))
	}
	return out
}

func (a *spot) compare(b *spot, keys []sortKey) int {
	for i, k := range keys {
		if c := a.values[i].compare(b.values[i]); c != 0 {
			if k.down {
				return -c
			}
			return c
		}
	}
	return strings.Compare(a.id, b.id)
}

// sign names the order, so that a cursor of another one is known.
func sign(keys []sortKey) string {
	var b strings.Builder
	for _, k := range keys {
		b.WriteByte("+-"[btoi(k.down)])
		b.WriteString(k.name)
	}
	return b.String()
}

// cursor gives the spot as text for the link to the next page.
func (a *spot) cursor(keys []sortKey) string {
	parts := []any{sign(keys), a.id}
	for _, v := range a.values {
		switch v.kind {
		case null:
			parts = append(parts, nil)
		case textValue:
			parts = append(parts, v.text)
		case numberValue, timeValue:
			parts = append(parts, v.number)
		case truthValue:
			parts = append(parts, v.number == 1)
		}
	}
	data, err := json.Marshal(parts)
	if err != nil {
		panic(err) // texts and finite numbers are always encoded
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// parseSpot reads a cursor of the same order; what is none is an error.
func parseSpot(s string, keys []sortKey) (spot, error) {
	wrong := invalid([]geo.FieldError{{Pointer: "cursor", Detail: "is none that this collection gave for this order"}})
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return spot{}, wrong
	}
	var parts []any
	if json.Unmarshal(data, &parts) != nil || len(parts) != 2+len(keys) || parts[0] != sign(keys) {
		return spot{}, wrong
	}
	id, ok := parts[1].(string)
	if !ok {
		return spot{}, wrong
	}
	out := spot{id: id}
	for _, part := range parts[2:] {
		switch v := part.(type) {
		case nil:
			out.values = append(out.values, value{})
		case string:
			out.values = append(out.values, text(v))
		case float64:
			out.values = append(out.values, number(v))
		case bool:
			out.values = append(out.values, truth(v))
		default:
			return spot{}, wrong
		}
	}
	return out, nil
}

// paged gives the page of the features, which are all that pass the query, in
// the order of their ids.
func paged(all []feature, q itemsQuery) (page, error) {
	p := page{matched: len(all)}
	if q.sort != nil {
		spots := make([]spot, len(all))
		places := make([]int, len(all))
		for i := range all {
			places[i], spots[i] = i, spotOf(&all[i], q.sort)
		}
		slices.SortFunc(places, func(a, b int) int { return spots[a].compare(&spots[b], q.sort) })
		sorted := make([]feature, len(all))
		for i, from := range places {
			sorted[i] = all[from]
		}
		all = sorted
	}
	if q.cursor != "" {
		after, err := parseSpot(q.cursor, q.sort)
		if err != nil {
			return page{}, err
		}
		all = all[sort.Search(len(all), func(i int) bool {
			here := spotOf(&all[i], q.sort)
			return here.compare(&after, q.sort) > 0
		}):]
	}
	if len(all) > q.limit {
		all = all[:q.limit]
		last := spotOf(&all[len(all)-1], q.sort)
		p.next = last.cursor(q.sort)
	}
	p.features = all
	return p, nil
}
