package features

import "maps"

// tilePaths gives the part of the OpenAPI document that describes tiles. The ids
// of its operations end as OGC API – Tiles (table 5) asks.
func (s *Server) tilePaths() object {
	text := object{"type": "string"}
	format := func(names ...string) object {
		return inQuery("f", "the format of the answer, which beats the header Accept", object{"type": "string", "enum": names, "default": names[0]})
	}
	boundaries := []object{
		inQuery("at", "the boundaries in force at this time", object{"type": "string", "format": "date-time"}),
		inQuery("plan", "the boundaries of a draft", text),
	}
	selection := inQuery("collections", "only these collections, in this order", object{"type": "array", "items": text})
	place := []object{
		inPathOf("tileMatrix", "the zoom", text),
		inPathOf("tileRow", "the row, counted from the north", object{"type": "integer", "minimum": 0}),
		inPathOf("tileCol", "the column, counted from the west", object{"type": "integer", "minimum": 0}),
	}
	paths := object{
		"/tileMatrixSets": tileOperation("getTileMatrixSetsList", "The tile matrix sets", nil, []object{format(formatJSON)}, "application/json"),
		"/tileMatrixSets/" + webMercatorQuad: tileOperation("getTileMatrixSet", "The tile matrix set "+webMercatorQuad, nil,
			[]object{format(formatJSON)}, "application/json"),
	}
	dataset := append([]object{selection}, boundaries...)
	paths["/styles"] = tileOperation("getStyles", "The styles", dataset, []object{format(formatJSON)}, "application/json")
	paths["/styles/"+defaultStyle] = tileOperation("getStyle", "A MapLibre style of all collections", dataset, []object{format(formatStyle, formatJSON)}, styleType, "application/json")
	of := func(id, path, suffix, title string, own []object) {
		base := path + "/tiles"
		paths[base] = tileOperation(id+suffix+".getTileSetsList", "Tilesets: "+title, own, []object{format(formatJSON)}, "application/json")
		base += "/" + webMercatorQuad
		paths[base] = tileOperation(id+suffix+".getTileSet", "The tileset: "+title, own, []object{format(formatJSON, formatTileJSON)}, "application/json", tileJSONType)
		paths[base+"/metadata.json"] = tileOperation(id+".metadata", "The tileset as TileJSON: "+title, own, []object{format(formatJSON)}, "application/json")
		paths[base+"/{tileMatrix}/{tileRow}/{tileCol}"] = tileOperation(id+suffix+".getTile", "A tile: "+title, own, append([]object{format(formatTile)}, place...), tileType)
	}
	of("dataset", "", ".dataset.vector", "all collections", dataset)
	for _, id := range s.drawn() {
		var own []object
		if s.revised(id) {
			own = boundaries
		}
		of(id, "/collections/"+id, ".collection.vector", id, own)
	}
	return paths
}

func inPathOf(name, description string, schema object) object {
	return object{"name": name, "in": "path", "description": description, "required": true, "schema": schema}
}

// tileOperation describes a GET whose answers are of the media types.
func tileOperation(id, summary string, own, more []object, types ...string) object {
	content := make(object, len(types))
	for _, t := range types {
		schema := object{"type": "object"}
		if t == tileType {
			schema = object{"type": "string", "format": "binary"}
		}
		content[t] = object{"schema": schema}
	}
	responses := object{"200": object{"description": "as asked", "content": content}, "304": object{"description": "as the client has it already"}}
	if types[0] == tileType {
		responses["204"] = object{"description": "nothing is to be seen in the tile"}
	}
	for status, what := range map[string]string{
		"400": "parameters that cannot be taken", "401": "an account or token is needed", "403": "not allowed with this account", "404": "there is no such thing",
		"406": "it cannot be had in that format", "429": "too many requests", "500": "a fault of the server", "503": "not ready to answer",
	} {
		responses[status] = object{"description": what, "content": object{"application/problem+json": object{"schema": object{"type": "object"}}}}
	}
	operation := object{"operationId": id, "summary": summary, "tags": []string{"Tiles"}, "responses": responses}
	operation["parameters"] = append(append([]object{}, own...), more...)
	return object{"get": operation}
}

// addTiles adds what describes tiles to the paths of the OpenAPI document.
func (s *Server) addTiles(paths object) { maps.Copy(paths, s.tilePaths()) }
