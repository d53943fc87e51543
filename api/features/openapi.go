package features

import (
	"net/http"
)

// object is a JSON object of the OpenAPI document.
type object = map[string]any

// openAPI answers with the description of what there is below /ogc, in OpenAPI
// 3.0. Every collection stands by itself with its own parameters: GDAL asks
// for features by a property only where it finds it here, and takes the size
// of its pages from the maximum of limit.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.asked(r); err != nil {
		return err
	}
	get := func(id, summary, contentType string, parameters ...object) object {
		operation := object{
			"operationId": id,
			"summary":     summary,
			"responses": object{
				"200":     object{"description": "as asked", "content": object{contentType: object{"schema": object{"type": "object"}}}},
				"default": object{"description": "a problem, RFC 9457", "content": object{"application/problem+json": object{"schema": object{"type": "object"}}}},
			},
		}
		if parameters != nil {
			operation["parameters"] = parameters
		}
		return object{"get": operation}
	}
	when := []object{formatParam(formatJSON)}
	for _, p := range revisionParameters {
		when = append(when, inQuery(p.name, p.description, schemaOf(p.kind)))
	}
	paths := object{
		"/":            get("landing", "Landing page", "application/json", when...),
		"/conformance": get("conformance", "Parts of the standard that are kept", "application/json", when...),
		"/api":         get("api", "This document", openAPIType, when...),
		"/collections": get("collections", "The collections", "application/json", when...),
	}
	anyCRS := object{"type": "string", "format": "uri", "enum": systemURIs(), "default": crs84}
	for _, c := range s.collections {
		own := []object{
			inQuery("limit", "how many features a page has at most", object{
				"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
			{"name": "bbox", "in": "query", "description": "minLon,minLat,maxLon,maxLat", "required": false,
				"style": "form", "explode": false, "schema": object{
					"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6}},
			inQuery("datetime", "an RFC 3339 time, or two with a slash between; .. is an open end", object{"type": "string"}),
			inQuery("crs", "the coordinate system of the answer", anyCRS),
			inQuery("bbox-crs", "the coordinate system of bbox", anyCRS),
			formatParam(formatJSON, "geojson"),
			inQuery("cursor", "where a page begins, from the next link of the page before", object{"type": "string"}),
		}
		names := make([]string, len(c.fields))
		var keys []string
		for i, f := range c.fields {
			names[i] = f.name
			keys = append(keys, f.name, "+"+f.name, "-"+f.name)
		}
		several := func(texts []string) object {
			return object{"type": "array", "items": object{"type": "string", "enum": texts}}
		}
		own = append(own, inQuery("properties", "the properties that features come with", several(names)))
		own = append(own, inQuery("sortby", "the properties to sort by, downwards with - before the name", several(keys)),
			inQuery("filter", "what features must be, in CQL2 text", object{"type": "string"}),
			inQuery("filter-lang", "the language of filter", object{"type": "string", "enum": []string{"cql2-text"}, "default": "cql2-text"}),
			inQuery("filter-crs", "the coordinate system of the geometries in filter", anyCRS))
		for _, p := range c.parameters() {
			own = append(own, inQuery(p.name, p.description, schemaOf(p.kind)))
		}
		item := []object{{"name": "featureId", "in": "path", "required": true, "schema": object{"type": "string"}}}
		item = append(item, formatParam(formatJSON, "geojson"), inQuery("crs", "the coordinate system of the answer", anyCRS))
		for _, p := range c.extra {
			item = append(item, inQuery(p.name, p.description, schemaOf(p.kind)))
		}
		described := []object{formatParam(formatJSON)}
		if c.ofRevision() {
			described = when
		}
		paths["/collections/"+c.id] = get(c.id, c.title, "application/json", described...)
		paths["/collections/"+c.id+"/queryables"] = get(c.id+"Queryables", "What features can be asked for by: "+c.title, schemaType, described...)
		paths["/collections/"+c.id+"/items"] = get(c.id+"Items", c.title+" as GeoJSON", geoJSON, own...)
		paths["/collections/"+c.id+"/items/{featureId}"] = get(c.id+"Item", "One of: "+c.title, geoJSON, item...)
	}
	s.addTiles(paths)
	return write(w, r, openAPIType, object{
		"openapi": "3.0.3",
		"info": object{
			"title":       "gridpatrol: OGC API – Features",
			"description": "Areas of grassroots governance, reports and hot spots",
			"version":     "1",
		},
		"servers": []object{{"url": s.url(r, "")}},
		"paths":   paths,
	})
}

func inQuery(name, description string, schema object) object {
	return object{
		"name": name, "in": "query", "description": description, "required": false,
		"style": "form", "explode": false, "schema": schema,
	}
}

func formatParam(formats ...string) object {
	return inQuery("f", "the format of the answer, whatever the header Accept says", object{"type": "string", "enum": formats})
}
