package features

import (
	"maps"
	"slices"
)

// schemas gives the schemas of answers, by name. What they name is all that
// answers have: the tests of the package hold each answer against them.
func (s *Server) schemas() object {
	out := object{
		"link": members(object{
			"href": texts("where it leads; templated, in braces, of tiles"), "rel": texts("what it is to what it stands in"),
			"type": texts("the media type there"), "title": texts("in words"), "hreflang": texts("the language there"),
			"templated": truths("href is a template"),
		}, "href", "rel"),
		"landingPage": members(object{"title": texts(""), "description": texts(""), "attribution": texts(""), "links": listOf(refTo("link"))}, "links"),
		"conformance": members(object{"conformsTo": listOf(texts("the address of a conformance class"))}, "conformsTo"),
		"openAPI":     object{"type": "object", "description": "OpenAPI 3.0"},
		"collection":  collectionSchema(),
		"collections": members(object{"links": listOf(refTo("link")), "collections": listOf(refTo("collection"))}, "links", "collections"),
		"queryables": members(object{
			"$schema": texts("the dialect of JSON schema"), "$id": texts("where this is"), "type": oneOf("object"), "title": texts(""),
			"description": texts(""), "properties": object{"type": "object", "additionalProperties": object{"type": "object"}},
			"additionalProperties": truths("whether features may be asked for by anything else"),
		}, "$schema", "$id", "type", "properties"),
		"problem": members(object{
			"type": texts("never changes for one kind of problem"), "title": texts("the kind in words"),
			"status": whole("of HTTP"), "detail": texts("what is wrong here"), "request_id": texts("as in the log of the server"),
			"errors": listOf(members(object{"pointer": texts("the name of a parameter"), "detail": texts("what is wrong with it")}, "pointer", "detail")),
		}, "type", "title", "status"),
	}
	maps.Copy(out, tileSchemas())
	for _, c := range s.collections {
		kind := c.geometry()
		out[kind+"GeoJSON"] = geometrySchema(kind)
		out["feature."+c.id] = members(object{
			"type": oneOf("Feature"), "id": texts(""), "geometry": refTo(kind + "GeoJSON"), "properties": c.propertiesSchema(), "links": listOf(refTo("link")),
		}, "type", "id", "geometry", "properties")
		out["features."+c.id] = members(object{
			"type": oneOf("FeatureCollection"), "features": listOf(refTo("feature." + c.id)), "links": listOf(refTo("link")),
			"timeStamp": object{"type": "string", "format": "date-time"}, "numberReturned": whole("of the features here"),
			"numberMatched": whole("of the features on all pages; absent where counting costs too much"),
		}, "type", "features", "links")
	}
	return out
}

// propertiesSchema is that of the properties of a feature. Those that are not
// asked for are absent, those that nobody knows are null.
func (c *collection) propertiesSchema() object {
	out := object{}
	for _, f := range append(slices.Clone(c.fields), c.inside...) {
		out[f.name] = f.schema()
	}
	return members(out)
}

func (f field) schema() object {
	out := schemaOf(f.kind)
	out["nullable"] = true
	return out
}

// dimensions are how many lists a position is within.
var dimensions = map[string]int{"point": 0, "multilinestring": 2, "polygon": 2, "multipolygon": 3}

// geometryNames are what GeoJSON calls the types of geometry.
var geometryNames = map[string]string{"point": "Point", "multilinestring": "MultiLineString", "polygon": "Polygon", "multipolygon": "MultiPolygon"}

func geometrySchema(kind string) object {
	at := object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 3}
	for range dimensions[kind] {
		at = listOf(at)
	}
	return members(object{"type": oneOf(geometryNames[kind]), "coordinates": at}, "type", "coordinates")
}

func collectionSchema() object {
	number := object{"type": "number"}
	moment := object{"type": "string", "format": "date-time", "nullable": true}
	return members(object{
		"id": texts("what the collection is called in addresses"), "title": texts(""), "description": texts(""), "attribution": texts("whose data it is"),
		"extent": members(object{
			"spatial": members(object{
				"bbox": listOf(object{"type": "array", "items": number, "minItems": 4, "maxItems": 6}), "crs": oneOf(crs84),
			}, "bbox"),
			"temporal": members(object{
				"interval": listOf(object{"type": "array", "items": moment, "minItems": 2, "maxItems": 2}), "trs": texts("the calendar"),
			}, "interval"),
		}),
		"itemType": oneOf("feature"), "crs": listOf(texts("a coordinate system that features can be had in")), "storageCrs": oneOf(crs84),
		"links": listOf(refTo("link")),
	}, "id", "links")
}

func tileSchemas() object {
	number := object{"type": "number"}
	pair := object{"type": "array", "items": number, "minItems": 2, "maxItems": 2}
	numbers := func(n int) object { return object{"type": "array", "items": number, "minItems": n, "maxItems": n} }
	box := members(object{"lowerLeft": pair, "upperRight": pair, "crs": oneOf(crs84)}, "lowerLeft", "upperRight")
	item := object{
		"title": texts(""), "dataType": oneOf("vector"), "crs": oneOf(webMercator), "tileMatrixSetURI": oneOf(tileMatrixURI), "tileMatrixSetId": oneOf(webMercatorQuad),
		"tileMatrixSetLimits": object{"type": "array", "nullable": true, "items": members(object{
			"tileMatrix": texts("the zoom"), "minTileRow": whole(""), "maxTileRow": whole(""), "minTileCol": whole(""), "maxTileCol": whole(""),
		}, "tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol")},
		"links": listOf(refTo("link")),
	}
	layer := members(object{
		"id": texts(""), "title": texts(""), "description": texts(""), "dataType": oneOf("vector"), "geometryDimension": whole("0 of points to 2 of areas"),
		"minTileMatrix": texts("the first zoom that has it"), "maxTileMatrix": texts("the last"), "boundingBox": box,
		"propertiesSchema": object{"type": "object"}, "links": listOf(refTo("link")),
	}, "id", "dataType")
	full := maps.Clone(item)
	maps.Copy(full, object{
		"description": texts(""), "layers": listOf(layer), "boundingBox": box,
		"centerPoint": members(object{"coordinates": pair, "crs": oneOf(crs84)}, "coordinates"), "mediaTypes": listOf(texts("")),
	})
	set := object{"id": oneOf(webMercatorQuad), "title": texts(""), "uri": oneOf(tileMatrixURI), "crs": oneOf(webMercator), "links": listOf(refTo("link"))}
	definition := maps.Clone(set)
	maps.Copy(definition, object{
		"orderedAxes": listOf(texts("")), "wellKnownScaleSet": texts(""),
		"tileMatrices": listOf(members(object{
			"id": texts("the zoom"), "scaleDenominator": number, "cellSize": number, "cornerOfOrigin": oneOf("topLeft"), "pointOfOrigin": pair,
			"tileWidth": whole("pixels"), "tileHeight": whole("pixels"), "matrixWidth": whole("tiles"), "matrixHeight": whole("tiles"),
		}, "id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth", "tileHeight", "matrixWidth", "matrixHeight")),
	})
	return object{
		"tilesets":       members(object{"links": listOf(refTo("link")), "tilesets": listOf(members(item, "dataType", "crs", "links"))}, "tilesets"),
		"tileset":        members(full, "dataType", "crs", "tileMatrixSetURI", "links"),
		"tileMatrixSets": members(object{"links": listOf(refTo("link")), "tileMatrixSets": listOf(members(set, "id", "links"))}, "tileMatrixSets"),
		"tileMatrixSet":  members(definition, "id", "crs", "tileMatrices"),
		"tileJSON": members(object{
			"tilejson": oneOf("3.0.0"), "name": texts(""), "description": texts(""), "attribution": texts(""), "scheme": oneOf("xyz"), "format": oneOf("pbf"),
			"tiles": listOf(texts("a template")), "minzoom": whole(""), "maxzoom": whole(""), "bounds": numbers(4), "center": numbers(3),
			"revision": whole("of the boundaries"),
			"vector_layers": listOf(members(object{
				"id": texts(""), "description": texts(""), "minzoom": whole(""), "maxzoom": whole(""),
				"fields": object{"type": "object", "additionalProperties": texts("the type")},
			}, "id", "fields")),
		}, "tilejson", "tiles", "vector_layers"),
		"styles": members(object{
			"default": texts("the id of a style"), "links": listOf(refTo("link")),
			"styles": listOf(members(object{"id": texts(""), "title": texts(""), "links": listOf(refTo("link"))}, "id", "links")),
		}, "styles"),
		"style": object{"type": "object", "description": "a MapLibre style", "required": []string{"version", "sources", "layers"}},
	}
}

// members is the schema of an object with these members, of which some are always
// there.
func members(of object, required ...string) object {
	out := object{"type": "object", "properties": of}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func listOf(of object) object { return object{"type": "array", "items": of} }

func oneOf(texts ...string) object { return object{"type": "string", "enum": texts} }

func texts(description string) object { return typed("string", description) }

func whole(description string) object { return typed("integer", description) }

func truths(description string) object { return typed("boolean", description) }

func typed(kind, description string) object {
	if description == "" {
		return object{"type": kind}
	}
	return object{"type": kind, "description": description}
}
