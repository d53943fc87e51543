package features

// tileOperations are those of tiles and what describes them. Their ids end as
// OGC API – Tiles (table 5) asks.
func (s *Server) tileOperations() []operation {
	text := object{"type": "string"}
	place := []object{
		inPathOf("tileMatrix", "the zoom", text),
		inPathOf("tileRow", "the row, counted from the north", object{"type": "integer", "minimum": 0}),
		inPathOf("tileCol", "the column, counted from the west", object{"type": "integer", "minimum": 0}),
	}
	dataset := append([]object{inQuery("collections", "only these collections, in this order", object{"type": "array", "items": text})}, revisionParams()...)
	out := []operation{
		{path: "/tileMatrixSets", id: "getTileMatrixSetsList", summary: "The tile matrix sets", route: "ogc-tile-matrix-sets", schema: "tileMatrixSets"},
		{path: "/tileMatrixSets/" + webMercatorQuad, id: "getTileMatrixSet", summary: "The tile matrix set " + webMercatorQuad,
			route: "ogc-tile-matrix-set", schema: "tileMatrixSet"},
		{path: "/styles", id: "getStyles", summary: "The styles", route: "ogc-styles", schema: "styles", parameters: dataset},
		{path: "/styles/" + defaultStyle, id: "getStyle", summary: "A MapLibre style of all collections", route: "ogc-style", schema: "style", parameters: dataset},
	}
	of := func(id, path, route, suffix, title string, own []object) {
		base := path + "/tiles"
		set := base + "/" + webMercatorQuad
		out = append(out,
			operation{path: base, id: id + suffix + ".getTileSetsList", summary: "Tilesets: " + title, route: route + "tilesets", schema: "tilesets", parameters: own},
			operation{path: set, id: id + suffix + ".getTileSet", summary: "The tileset: " + title, route: route + "tileset", schema: "tileset", parameters: own},
			operation{path: set + "/metadata.json", id: id + ".metadata", summary: "The tileset as TileJSON: " + title, route: route + "tile-metadata",
				schema: "tileJSON", parameters: own},
			operation{path: set + "/{tileMatrix}/{tileRow}/{tileCol}", id: id + suffix + ".getTile", summary: "A tile: " + title, route: route + "tile",
				parameters: append(append([]object{}, place...), own...)},
			operation{path: set + "/{tileMatrix}/{tileCol}/{tileRow}.pbf", id: id + ".folderTile", summary: "A tile as in a folder, the column first: " + title,
				route: route + "tile-of-folder", parameters: append(append([]object{}, place...), own...), empty: true})
	}
	of("dataset", "", "ogc-", ".dataset.vector", "all collections", dataset)
	for _, id := range s.drawn() {
		var own []object
		if s.revised(id) {
			own = revisionParams()
		}
		of(id, "/collections/"+id, "ogc-collection-", ".collection.vector", id, own)
	}
	for i := range out {
		out[i].tag = tagTiles
	}
	return out
}
