package features

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// landingPage shows /ogc: what there is, and the district.
func (s *Server) landingPage(p *htmlPage, document []byte) error {
	var d struct {
		Attribution string `json:"attribution"`
		Links       []link `json:"links"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("网格巡查开放接口", "gridpatrol: the open API")
	p.Text = []string{p.Say("基层治理区域、上报事件与热点，可用 QGIS、GDAL 和其他支持 OGC API 的软件读取。", "Areas of grassroots governance, reports and hot spots, for QGIS, GDAL and whatever else speaks OGC API.")}
	p.also("JSON", formatJSON, "application/json")
	p.Map = p.groundMap()
	var all []entry
	for _, c := range s.collections {
		all = append(all, entry{Text: p.collectionTitle(c.id, c.title), Href: p.toCollection(c, "")})
	}
	p.Parts = []part{{Title: p.Say("集合", "Collections"), List: all}}
	p.links(d.Links)
	return nil
}

// toCollection gives the address of a path below a collection.
func (p *htmlPage) toCollection(c *collection, path string) string {
	address := p.to("/collections/" + c.id + path)
	if c.ofRevision() || !strings.Contains(address, "?") {
		return address
	}
	return p.keep(p.server.url(p.r, "/collections/"+c.id+path)) // it takes no at and no plan
}

// conformancePage shows /ogc/conformance.
func (s *Server) conformancePage(p *htmlPage, document []byte) error {
	var d struct {
		ConformsTo []string `json:"conformsTo"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("符合的标准", "Conformance")
	p.Text = []string{p.Say("本服务符合这些一致性类。", "The conformance classes that are kept here.")}
	p.crumbs()
	p.also("JSON", formatJSON, "application/json")
	groups := []struct{ title, begin string }{
		{"OGC API – Features", "http://www.opengis.net/spec/ogcapi-features-"},
		{"OGC API – Tiles", "http://www.opengis.net/spec/ogcapi-tiles-"},
		{"CQL2", "http://www.opengis.net/spec/cql2/"},
		{p.Say("其他", "Others"), ""},
	}
	parts := make([]part, len(groups))
	for _, uri := range d.ConformsTo {
		i := slices.IndexFunc(groups, func(g struct{ title, begin string }) bool { return strings.HasPrefix(uri, g.begin) })
		parts[i].Title = groups[i].title
		parts[i].List = append(parts[i].List, entry{Text: uri, Code: true})
	}
	p.Parts = slices.DeleteFunc(parts, func(p part) bool { return p.Title == "" })
	return nil
}

// collectionsPage shows /ogc/collections.
func (s *Server) collectionsPage(p *htmlPage, document []byte) error {
	var d struct {
		Links       []link               `json:"links"`
		Collections []collectionDocument `json:"collections"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("集合", "Collections")
	p.crumbs()
	p.also("JSON", formatJSON, "application/json")
	t := &table{Label: p.Title, Head: []fact{{Label: p.Say("集合", "Collection")}, {Label: p.Say("内容", "What it has")}, {Label: p.Say("要素", "Features")}}}
	for _, c := range d.Collections {
		t.Rows = append(t.Rows, []entry{
			{Text: p.collectionTitle(c.ID, c.Title), Href: p.keep(hrefOf(c.Links, "self"))},
			{Text: p.describe(c.ID, c.Description)},
			{Text: p.Say("浏览", "Browse"), Href: p.keep(hrefOf(c.Links, "items"))},
		})
	}
	p.Parts = []part{{Table: t}}
	p.links(d.Links)
	return nil
}

// hrefOf gives the first link of a relation.
func hrefOf(links []link, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

// collectionPage shows /ogc/collections/{collection}.
func (s *Server) collectionPage(p *htmlPage, document []byte) error {
	c, err := s.collection(p.r)
	if err != nil {
		return err
	}
	var d struct {
		collectionDocument
		Extent struct {
			Spatial struct {
				BBox [][]json.Number `json:"bbox"`
				CRS  string          `json:"crs"`
			} `json:"spatial"`
			Temporal *struct {
				Interval [][]*string `json:"interval"`
			} `json:"temporal"`
		} `json:"extent"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title, p.Name = p.collectionTitle(d.ID, d.Title), d.ID
	p.Text = []string{p.describe(d.ID, d.Description)}
	p.crumbs(p.Say("集合", "Collections"), "/collections")
	p.also("JSON", formatJSON, "application/json")
	p.Map = p.collectionMap(c)
	facts := []fact{{Label: p.Say("要素", "Features"), Value: entry{Text: p.Say("浏览要素", "Browse the features"), Href: p.toCollection(c, "/items")}}}
	for _, box := range d.Extent.Spatial.BBox {
		facts = append(facts, fact{Label: p.Say("范围(西、南、东、北)", "Extent (west, south, east, north)"), Value: entry{Text: joined(box), Number: true}})
	}
	if d.Extent.Temporal != nil {
		for _, ends := range d.Extent.Temporal.Interval {
			facts = append(facts, fact{Label: p.Say("时间范围", "Time"), Value: entry{Text: between(ends)}})
		}
	}
	if d.Attribution != "" {
		facts = append(facts, fact{Label: p.Say("数据说明", "Note"), Value: entry{Text: p.Say("演示数据：边界均为虚构", d.Attribution)}})
	}
	var crs []entry
	for _, uri := range d.CRS {
		crs = append(crs, entry{Text: uri, Code: true})
	}
	facts = append(facts,
		fact{Label: p.Say("要素类型", "Type of items"), Name: "itemType", Value: entry{Text: d.ItemType, Code: true}},
		fact{Label: p.Say("坐标参考系", "Coordinate systems"), Name: "crs", Value: entry{Lines: crs}},
		fact{Label: p.Say("存储坐标系", "System of storage"), Name: "storageCrs", Value: entry{Text: d.StorageCRS, Code: true}})
	p.Parts = []part{{Facts: facts, Wide: true}}
	p.links(d.Links)
	return nil
}

// between writes the ends of an interval, of which nil is open.
func between(ends []*string) string {
	texts := make([]string, len(ends))
	for i, e := range ends {
		texts[i] = ".."
		if e != nil {
			texts[i] = *e
		}
	}
	return strings.Join(texts, " / ")
}

func joined(numbers []json.Number) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = n.String()
	}
	return strings.Join(texts, ", ")
}

// queryablesPage shows what features of a collection can be asked for by.
func (s *Server) queryablesPage(p *htmlPage, document []byte) error {
	c, err := s.collection(p.r)
	if err != nil {
		return err
	}
	var d struct {
		Properties map[string]struct {
			Title  string `json:"title"`
			Type   string `json:"type"`
			Format string `json:"format"`
			Enum   []any  `json:"enum"`
		} `json:"properties"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("可查询属性", "Queryables")
	p.Text = []string{p.Say("可以按这些属性查询和筛选要素。", "What features can be asked for and filtered by.")}
	p.collectionCrumbs(c)
	p.also("JSON Schema", formatJSON, schemaType)
	t := &table{Label: p.Title, Head: []fact{{Label: p.Say("属性", "Property")}, {Label: p.Say("含义", "Meaning")}, {Label: p.Say("类型", "Type")}}}
	for _, name := range slices.Sorted(maps.Keys(d.Properties)) {
		q := d.Properties[name]
		kind := q.Type
		if kind == "" {
			kind = q.Format
		}
		t.Rows = append(t.Rows, []entry{{Text: name, Code: true}, {Text: fieldWords.of(p.tongue, name)}, {Text: kind, Code: true}})
	}
	p.Parts = []part{{Table: t}}
	p.Links = []anchor{{p.Say("要素", "The features"), p.toCollection(c, "/items"), "items", geoJSON}}
	return nil
}

// collectionCrumbs says where a page below a collection stands.
func (p *htmlPage) collectionCrumbs(c *collection) {
	p.crumbs(p.Say("集合", "Collections"), "/collections", p.collectionTitle(c.id, c.title), "/collections/"+c.id)
}

// groundMap shows the district as maps of features show it below them.
func (p *htmlPage) groundMap() *htmlMap {
	if p.past() {
		return p.districtMap() // the ground has the boundaries in force
	}
	return &htmlMap{Bounds: p.bounds(), Label: p.Say("地图：全区", "Map of the district")}
}

// districtMap shows everything there are tiles of.
func (p *htmlPage) districtMap() *htmlMap {
	return &htmlMap{
		Style: p.local(withFormat(p.toPlain("/styles/"+defaultStyle), formatStyle)), Bounds: p.bounds(),
		Label: p.Say("地图：全区", "Map of the district"),
	}
}

// toPlain is to without f=.
func (p *htmlPage) toPlain(path string) string {
	q := *p
	q.forced = false
	return q.to(path)
}

// collectionMap shows a collection by its tiles, or where there are none by its
// first features.
func (p *htmlPage) collectionMap(c *collection) *htmlMap {
	m := &htmlMap{Bounds: p.bounds(), Label: p.Say("地图：", "Map: ") + p.collectionTitle(c.id, c.title), Past: p.past()}
	m.Item, m.Query = p.itemAddress(c)
	if _, ok := p.server.c.Tiles.Layer(c.id); ok {
		address, query, _ := strings.Cut(p.toPlain("/collections/"+c.id+"/tiles/"+webMercatorQuad), "?")
		m.Tiles = p.local(address) + "/{z}/{y}/{x}"
		if query != "" {
			m.Tiles += "?" + query
		}
		m.Layers = c.id
		return m
	}
	m.Features = p.local(withFormat(p.toPlain("/collections/"+c.id+"/items"), formatJSON))
	return m
}

// itemAddress gives what the address of a feature begins and ends with.
func (p *htmlPage) itemAddress(c *collection) (before, after string) {
	before, after, found := strings.Cut(p.local(p.to("/collections/"+c.id+"/items/")), "?")
	if found {
		after = "?" + after
	}
	return before, after
}

// past reports whether the page is about other boundaries than those in force.
func (p *htmlPage) past() bool {
	v := p.r.URL.Query()
	return v.Has("at") || v.Has("plan") || v.Has("datetime")
}

// bounds gives where the district lies.
func (p *htmlPage) bounds() string {
	snapshot := p.server.c.Boundaries.Current()
	if snapshot.Index.Len() == 0 {
		return ""
	}
	b := snapshot.Index.Bound()
	texts := make([]string, 4)
	for i, n := range []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		texts[i] = strconv.FormatFloat(n, 'f', 6, 64)
	}
	return strings.Join(texts, ",")
}
