package features

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"github.com/gorilla/mux"
)

// shownFeature is a feature as a page reads it.
type shownFeature struct {
	ID       string `json:"id"`
	Geometry struct {
		Type string `json:"type"`
	} `json:"geometry"`
	Properties map[string]any `json:"properties"`
	Links      []link         `json:"links"`
}

// itemsPage shows a page of features: on a map, and in a table.
func (s *Server) itemsPage(p *htmlPage, document []byte) error {
	c, err := s.collection(p.r)
	if err != nil {
		return err
	}
	var d struct {
		Features       []shownFeature `json:"features"`
		Links          []link         `json:"links"`
		NumberMatched  *json.Number   `json:"numberMatched"`
		NumberReturned int            `json:"numberReturned"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.collectionTitle(c.id, c.title) + p.Say("：要素", ": features")
	p.collectionCrumbs(c)
	p.also("GeoJSON", formatJSON, geoJSON)
	p.Map = &htmlMap{
		Features: p.local(withFormat(p.inDegrees(), formatJSON)), Bounds: p.bounds(), Past: p.past(),
		Label: p.Say("地图：本页要素", "Map of the features on this page"),
	}
	p.Map.Item, p.Map.Query = p.itemAddress(c)
	features := " features on this page"
	if d.NumberReturned == 1 {
		features = " feature on this page"
	}
	said := p.Say("本页 "+count(d.NumberReturned)+" 个要素", count(d.NumberReturned)+features)
	if d.NumberMatched != nil {
		n := grouped(d.NumberMatched.String())
		said = p.Say("共 "+n+" 个要素，"+said, said+", "+n+" in all")
	}
	list := part{Title: p.Say("要素", "Features"), Text: []string{said}}
	if len(d.Features) > 0 {
		list.Table = p.itemsTable(c, d.Features)
	} else {
		list.Text = []string{p.Say("没有符合条件的要素。放宽筛选条件，或查看全部要素。", "No feature passes. Ask for less, or see all features.")}
	}
	if v := p.r.URL.Query(); v.Has("cursor") {
		v.Del("cursor")
		first := s.url(p.r, "/collections/"+c.id+"/items")
		if len(v) > 0 {
			first += "?" + v.Encode()
		}
		list.Pages = append(list.Pages, anchor{Text: p.Say("第一页", "First page"), Href: p.keep(first), Rel: "first"})
	}
	if next := hrefOf(d.Links, "next"); next != "" {
		list.Pages = append(list.Pages, anchor{Text: p.Say("下一页", "Next page"), Href: p.keep(next), Rel: "next"})
	}
	p.Parts = []part{{Form: p.itemsForm(c)}, list}
	p.links(d.Links)
	return nil
}

// inDegrees is the address of the same features as the map takes them, whatever
// system the page was asked for in.
func (p *htmlPage) inDegrees() string {
	u, err := url.Parse(p.self())
	if err != nil {
		return p.self()
	}
	v := u.Query()
	v.Del("crs")
	u.RawQuery = v.Encode()
	return u.String()
}

// itemsTable lists features with the properties that there are of them.
func (p *htmlPage) itemsTable(c *collection, all []shownFeature) *table {
	t := &table{Label: p.Say("要素", "Features"), Head: []fact{{Label: fieldWords.of(p.tongue, "id"), Name: "id"}}}
	names := c.shownNames(all)
	for _, name := range names {
		t.Head = append(t.Head, fact{Label: fieldWords.of(p.tongue, name), Name: name})
	}
	for i := range all {
		f := &all[i]
		row := []entry{{Text: f.ID, Href: p.toCollection(c, "/items/"+url.PathEscape(f.ID)), Code: true}}
		for _, name := range names {
			row = append(row, p.value(name, f.Properties[name]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// shownNames gives the properties that any of the features has: those of the
// collection in its order, then others.
func (c *collection) shownNames(all []shownFeature) []string {
	there := make(map[string]bool)
	for i := range all {
		for name := range all[i].Properties {
			there[name] = true
		}
	}
	var out []string
	for _, f := range c.fields {
		if there[f.name] {
			out = append(out, f.name)
			delete(there, f.name)
		}
	}
	return append(out, slices.Sorted(maps.Keys(there))...)
}

// itemPage shows one feature.
func (s *Server) itemPage(p *htmlPage, document []byte) error {
	c, err := s.collection(p.r)
	if err != nil {
		return err
	}
	var f shownFeature
	if err := read(document, &f); err != nil {
		return err
	}
	p.Title, p.Name = f.ID, ""
	if name, ok := f.Properties["name"].(string); ok && name != "" {
		p.Title, p.Name = name, f.ID
	}
	p.collectionCrumbs(c)
	p.Crumbs = append(p.Crumbs, anchor{Text: p.Say("要素", "Features"), Href: p.toCollection(c, "/items")})
	p.also("GeoJSON", formatJSON, geoJSON)
	p.Map = &htmlMap{
		Features: p.local(withFormat(p.inDegrees(), formatJSON)), Bounds: p.bounds(), Past: p.past(),
		Label: p.Say("地图：", "Map: ") + p.Title,
	}
	facts := []fact{{Label: fieldWords.of(p.tongue, "id"), Name: "id", Value: entry{Text: mux.Vars(p.r)["item"], Code: true}}}
	for _, name := range c.shownNames([]shownFeature{f}) {
		facts = append(facts, fact{Label: fieldWords.of(p.tongue, name), Name: name, Value: p.value(name, f.Properties[name])})
	}
	facts = append(facts, fact{Label: fieldWords.of(p.tongue, geometryName), Name: geometryName, Value: entry{Text: geometryWords.of(p.tongue, f.Geometry.Type)}})
	p.Parts = []part{{Title: p.Say("属性", "Properties"), Facts: facts}}
	p.links(f.Links)
	return nil
}
