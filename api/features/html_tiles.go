package features

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// tilesetsPage shows the tilesets of the dataset or of a collection.
func (s *Server) tilesetsPage(p *htmlPage, document []byte) error {
	var d struct {
		Links    []link `json:"links"`
		Tilesets []struct {
			Title, DataType, CRS string
			TileMatrixSetID      string     `json:"tileMatrixSetId"`
			Links                []tileLink `json:"links"`
		} `json:"tilesets"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("矢量瓦片", "Vector tiles")
	if err := p.tilesHead(); err != nil {
		return err
	}
	p.also("JSON", formatJSON, "application/json")
	t := &table{Label: p.Title, Head: []fact{
		{Label: p.Say("瓦片集", "Tileset")}, {Label: p.Say("数据", "Data"), Name: "dataType"},
		{Label: p.Say("坐标参考系", "Coordinate system"), Name: "crs"}, {Label: p.Say("瓦片地址", "Address of a tile")},
	}}
	for _, set := range d.Tilesets {
		self, tile := "", ""
		for _, l := range set.Links {
			switch {
			case l.Rel == "self":
				self = l.Href
			case l.Rel == "item" && l.Templated:
				tile = l.Href
			}
			p.tileLinks(l)
		}
		t.Rows = append(t.Rows, []entry{
			{Text: set.TileMatrixSetID, Href: p.keep(self)}, {Text: set.DataType, Code: true}, {Text: set.CRS, Code: true}, {Text: tile, Code: true},
		})
	}
	p.Parts = []part{{Table: t}}
	p.links(d.Links)
	return nil
}

// tilesHead says where a page about tiles stands, and shows them.
func (p *htmlPage) tilesHead() error {
	if !inPath(p.r) {
		p.crumbs()
		p.Map = p.districtMap()
		if text := p.r.URL.Query().Get("collections"); text != "" {
			p.Map.Style += "&collections=" + url.QueryEscape(text)
		}
		return nil
	}
	c, err := p.server.collection(p.r)
	if err != nil {
		return err
	}
	p.collectionCrumbs(c)
	p.Map = p.collectionMap(c)
	return nil
}

// tileLinks lists a link, unless it is a template, which is no link in HTML.
func (p *htmlPage) tileLinks(l tileLink) {
	if !l.Templated {
		p.links([]link{l.link})
	}
}

// tilesetPage shows a tileset: its layers, and which tiles there are.
func (s *Server) tilesetPage(p *htmlPage, document []byte) error {
	var d struct {
		Title, Description, DataType, CRS string
		TileMatrixURI                     string            `json:"tileMatrixSetURI"`
		Limits                            []tileMatrixLimit `json:"tileMatrixSetLimits"`
		Links                             []tileLink        `json:"links"`
		Layers                            []tilesetLayer    `json:"layers"`
		MediaTypes                        []string          `json:"mediaTypes"`
		BoundingBox                       struct {
			LowerLeft, UpperRight []json.Number
		} `json:"boundingBox"`
		CenterPoint struct {
			Coordinates []json.Number `json:"coordinates"`
		} `json:"centerPoint"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = webMercatorQuad
	if err := p.tilesHead(); err != nil {
		return err
	}
	above := strings.TrimSuffix(strings.TrimPrefix(p.r.URL.Path, "/ogc"), "/"+webMercatorQuad)
	p.Crumbs = append(p.Crumbs, anchor{Text: p.Say("矢量瓦片", "Vector tiles"), Href: p.to(above)})
	p.also("JSON", formatJSON, "application/json")
	p.also("TileJSON", formatTileJSON, tileJSONType)
	tile := ""
	for _, l := range d.Links {
		if l.Rel == "item" && l.Templated {
			tile = l.Href
		}
		p.tileLinks(l)
	}
	facts := []fact{
		{Label: p.Say("标题", "Title"), Value: entry{Text: d.Title}},
		{Label: p.Say("瓦片地址", "Address of a tile"), Value: entry{Text: tile, Code: true}},
		{Label: p.Say("媒体类型", "Media type"), Value: entry{Text: strings.Join(d.MediaTypes, ", "), Code: true}},
		{Label: p.Say("数据", "Data"), Name: "dataType", Value: entry{Text: d.DataType, Code: true}},
		{Label: p.Say("坐标参考系", "Coordinate system"), Name: "crs", Value: entry{Text: d.CRS, Code: true}},
		{Label: p.Say("瓦片矩阵集", "Tile matrix set"), Value: entry{Text: d.TileMatrixURI, Code: true}},
		{Label: p.Say("范围(西、南、东、北)", "Extent (west, south, east, north)"), Value: entry{Text: joined(append(d.BoundingBox.LowerLeft, d.BoundingBox.UpperRight...)), Number: true}},
		{Label: p.Say("中心", "Middle"), Value: entry{Text: joined(d.CenterPoint.Coordinates), Number: true}},
	}
	layers := &table{Label: p.Say("图层", "Layers"), Head: []fact{
		{Label: p.Say("图层", "Layer")}, {Label: p.Say("内容", "What it has")}, {Label: p.Say("级别", "Zooms")}, {Label: p.Say("属性", "Properties")},
	}}
	for i := range d.Layers {
		l := &d.Layers[i]
		var names []string
		if properties, ok := l.Schema["properties"].(map[string]any); ok {
			names = slices.Sorted(maps.Keys(properties))
		}
		layers.Rows = append(layers.Rows, []entry{
			{Text: p.collectionTitle(l.ID, l.Title), Href: p.keep(hrefOf(l.Links, relGeodata))}, {Text: p.describe(l.ID, l.Description)},
			{Text: l.MinTileMatrix + "–" + l.MaxTileMatrix, Number: true}, {Text: strings.Join(names, ", "), Code: true},
		})
	}
	limits := &table{Label: p.Say("有数据的瓦片", "Tiles that may show something"), Head: []fact{
		{Label: p.Say("级别", "Zoom"), Name: "tileMatrix"}, {Label: p.Say("行", "Rows"), Name: "tileRow"}, {Label: p.Say("列", "Columns"), Name: "tileCol"},
	}}
	for _, l := range d.Limits {
		limits.Rows = append(limits.Rows, []entry{
			{Text: l.TileMatrix}, {Text: fmt.Sprintf("%d–%d", l.MinTileRow, l.MaxTileRow), Number: true}, {Text: fmt.Sprintf("%d–%d", l.MinTileCol, l.MaxTileCol), Number: true},
		})
	}
	p.Parts = []part{{Facts: facts, Wide: true}, {Title: layers.Label, Table: layers}, {Title: limits.Label, Table: limits}}
	return nil
}

// tileMatrixSetsPage shows /ogc/tileMatrixSets.
func (s *Server) tileMatrixSetsPage(p *htmlPage, document []byte) error {
	var d struct {
		Links          []link `json:"links"`
		TileMatrixSets []struct {
			ID, Title, URI, CRS string
			Links               []link `json:"links"`
		} `json:"tileMatrixSets"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("瓦片矩阵集", "Tile matrix sets")
	p.crumbs()
	p.also("JSON", formatJSON, "application/json")
	t := &table{Label: p.Title, Head: []fact{
		{Label: p.Say("瓦片矩阵集", "Tile matrix set")}, {Label: p.Say("标题", "Title")}, {Label: "URI", Name: "uri"}, {Label: p.Say("坐标参考系", "Coordinate system"), Name: "crs"},
	}}
	for _, set := range d.TileMatrixSets {
		t.Rows = append(t.Rows, []entry{{Text: set.ID, Href: p.keep(hrefOf(set.Links, "self"))}, {Text: set.Title}, {Text: set.URI, Code: true}, {Text: set.CRS, Code: true}})
	}
	p.Parts = []part{{Table: t}}
	p.links(d.Links)
	return nil
}

// tileMatrixSetPage shows a tile matrix set.
func (s *Server) tileMatrixSetPage(p *htmlPage, document []byte) error {
	var d struct {
		ID, Title, URI, CRS string
		WellKnownScaleSet   string
		OrderedAxes         []string
		TileMatrices        []struct {
			ID                                               string
			ScaleDenominator, CellSize                       json.Number
			CornerOfOrigin                                   string
			PointOfOrigin                                    []json.Number
			TileWidth, TileHeight, MatrixWidth, MatrixHeight json.Number
		}
		Links []link
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = d.ID
	p.crumbs(p.Say("瓦片矩阵集", "Tile matrix sets"), "/tileMatrixSets")
	p.also("JSON", formatJSON, "application/json")
	facts := []fact{
		{Label: p.Say("标题", "Title"), Value: entry{Text: d.Title}},
		{Label: "URI", Name: "uri", Value: entry{Text: d.URI, Code: true}},
		{Label: p.Say("坐标参考系", "Coordinate system"), Name: "crs", Value: entry{Text: d.CRS, Code: true}},
		{Label: p.Say("轴的顺序", "Order of the axes"), Name: "orderedAxes", Value: entry{Text: strings.Join(d.OrderedAxes, ", "), Code: true}},
		{Label: p.Say("通用比例尺集", "Well-known scale set"), Value: entry{Text: d.WellKnownScaleSet, Code: true}},
	}
	t := &table{Label: p.Say("瓦片矩阵", "Tile matrices"), Head: []fact{
		{Label: p.Say("级别", "Zoom"), Name: "id"}, {Label: p.Say("比例尺分母", "Scale denominator")}, {Label: p.Say("像素大小(m)", "Size of a pixel (m)")},
		{Label: p.Say("原点", "Origin")}, {Label: p.Say("瓦片像素", "Pixels of a tile")}, {Label: p.Say("瓦片数", "Tiles")},
	}}
	for _, m := range d.TileMatrices {
		number := func(n json.Number) string { return grouped(n.String()) }
		t.Rows = append(t.Rows, []entry{
			{Text: m.ID}, {Text: number(m.ScaleDenominator), Number: true}, {Text: number(m.CellSize), Number: true},
			{Text: m.CornerOfOrigin + " " + joined(m.PointOfOrigin), Number: true}, {Text: m.TileWidth.String() + " × " + m.TileHeight.String(), Number: true},
			{Text: number(m.MatrixWidth) + " × " + number(m.MatrixHeight), Number: true},
		})
	}
	p.Parts = []part{{Facts: facts, Wide: true}, {Title: t.Label, Table: t}}
	p.links(d.Links)
	return nil
}

// stylesPage shows /ogc/styles.
func (s *Server) stylesPage(p *htmlPage, document []byte) error {
	var d struct {
		Default string `json:"default"`
		Links   []link `json:"links"`
		Styles  []struct {
			ID, Title string
			Links     []link `json:"links"`
		} `json:"styles"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("样式", "Styles")
	p.crumbs()
	p.also("JSON", formatJSON, "application/json")
	p.Map = p.districtMap()
	t := &table{Label: p.Title, Head: []fact{{Label: p.Say("样式", "Style")}, {Label: p.Say("标题", "Title")}, {Label: p.Say("默认", "Default")}}}
	for _, style := range d.Styles {
		title := style.Title
		if style.ID == defaultStyle {
			title = p.Say("所有有瓦片的集合", title)
		}
		t.Rows = append(t.Rows, []entry{{Text: style.ID, Href: p.keep(hrefOf(style.Links, "stylesheet"))}, {Text: title}, p.value("", style.ID == d.Default)})
		p.links(style.Links)
	}
	p.Parts = []part{{Table: t}}
	p.links(d.Links)
	return nil
}

// stylePage shows a style by what it draws.
func (s *Server) stylePage(p *htmlPage, document []byte) error {
	var d struct {
		Sources map[string]struct {
			Type, URL string
		} `json:"sources"`
		Layers []struct {
			ID, Type string
			Layer    string `json:"source-layer"`
		} `json:"layers"`
	}
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title, p.Name = p.Say("样式", "Style"), defaultStyle
	p.crumbs(p.Say("样式", "Styles"), "/styles")
	p.also("MapLibre", formatStyle, styleType)
	p.also("JSON", formatJSON, "application/json")
	p.Map = p.districtMap()
	p.Map.Style = p.local(withFormat(p.self(), formatStyle))
	t := &table{Label: p.Say("图层", "Layers"), Head: []fact{{Label: p.Say("图层", "Layer")}, {Label: p.Say("画法", "Drawn as")}, {Label: p.Say("数据", "Data")}}}
	for _, l := range d.Layers {
		data := entry{Text: "—"}
		if l.Layer != "" {
			data = entry{Text: collectionWords.of(p.tongue, l.Layer)}
		}
		t.Rows = append(t.Rows, []entry{{Text: l.ID, Code: true}, {Text: l.Type, Code: true}, data})
	}
	p.Parts = []part{{Title: t.Label, Table: t}}
	for _, name := range slices.Sorted(maps.Keys(d.Sources)) {
		p.Links = append(p.Links, anchor{Text: p.Say("数据源 ", "Source ") + name, Href: d.Sources[name].URL, Type: tileJSONType})
	}
	return nil
}
