package features

import (
	"maps"
	"net/http"
	"slices"
)

// object is a JSON object of the OpenAPI document.
type object = map[string]any

// openAPI answers with the description of what there is below /ogc, in OpenAPI
// 3.0.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.asked(r); err != nil {
		return err
	}
	return write(w, r, openAPIType, s.apiDocument(s.url(r, "")))
}

// apiDocument gives the document. Every collection stands by itself with its own
// parameters: GDAL asks for features by a property only where it finds it here,
// and takes the size of its pages from the maximum of limit. What a collection
// is called in it, and how its features look, is taken from the collections, and
// the forms of answers from the routes.
func (s *Server) apiDocument(url string) object {
	paths := object{}
	for _, o := range slices.Concat(s.wholeOperations(), s.collectionOperations(), s.tileOperations()) {
		paths[o.path] = object{"get": s.operationObject(o)}
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": "gridpatrol: OGC API – Features and Tiles",
			"description": "Areas of grassroots governance, reports and hot spots. All of it can only be read; HEAD works wherever GET does. " +
				"Errors are problems (RFC 9457), told apart by type.",
			"version": "1",
		},
		"servers": []object{{"url": url}},
		// Nobody needs an account for what is public; how much that is, the server decides.
		"security": []object{{}, {"token": []string{}}, {"session": []string{}}},
		"tags": []object{
			{"name": tagWhole, "description": "What there is."},
			{"name": tagFeatures, "description": "Collections and their features, by OGC API – Features."},
			{"name": tagTiles, "description": "Vector tiles and styles, by OGC API – Tiles and Styles."},
		},
		"paths": paths,
		"components": object{
			"schemas": s.schemas(),
			"headers": object{
				"ETag":         header("what to send as If-None-Match, to have the answer only if it is another"),
				"Content-Crs":  header("the coordinate system of the answer, in angle brackets"),
				"Link":         header("the links of the document (RFC 8288)"),
				"Retry-After":  object{"description": "seconds after which it is worth trying again", "schema": object{"type": "integer"}},
				"X-Request-Id": header("the id of the request, as in the log of the server"),
				"RateLimit":    header("how much of the limit is left, and when there is more"), "RateLimit-Policy": header("what the limit is"),
				"WWW-Authenticate": header("how to say who is asking"),
			},
			"securitySchemes": object{
				"token": object{"type": "http", "scheme": "bearer", "description": "an API token"},
				"session": object{"type": "apiKey", "in": "cookie", "name": "__Host-gp_session",
					"description": "who has signed in on the web page; gp_session over plain HTTP on a loopback address"},
			},
		},
	}
}

// The groups of operations.
const (
	tagWhole    = "Capabilities"
	tagFeatures = "Features"
	tagTiles    = "Tiles"
)

func header(description string) object {
	return object{"description": description, "schema": object{"type": "string"}}
}

// operation is a GET as the document has it.
type operation struct {
	path, id, summary, tag string

	route      string // that answers, and says in which forms
	schema     string // of the answer as JSON, by its name
	parameters []object

	headers []string // besides ETag and those of every answer
	empty   bool     // there may be nothing to answer with
}

// operationObject writes an operation out, with every status that there may be.
func (s *Server) operationObject(o operation) object {
	forms := s.forms[o.route]
	content := object{}
	var names []string
	for _, f := range forms {
		names = append(names, f.names...)
		switch f.names[0] {
		case formatTile:
			content[f.types[0]] = object{"schema": object{"type": "string", "format": "binary"}}
		case formatHTML:
			content[f.types[0]] = object{"schema": object{"type": "string"}}
		case formatTileJSON:
			content[f.types[0]] = object{"schema": refTo("tileJSON")}
		default:
			mediaType := f.types[0]
			if mediaType == asOpenAPI.types[0] {
				mediaType = openAPIType // which says the version too
			}
			content[mediaType] = object{"schema": refTo(o.schema)}
		}
	}
	headers := object{}
	for _, name := range append([]string{"ETag"}, o.headers...) {
		headers[name] = object{"$ref": "#/components/headers/" + name}
	}
	responses := object{}
	responses["304"] = object{"description": "what the client has, by If-None-Match, is as it would be now", "headers": maps.Clone(headers)}
	responses["200"] = object{"description": "as asked", "content": content, "headers": headers}
	if o.empty {
		responses["204"] = object{"description": "there is nothing in it", "headers": maps.Clone(headers)}
	}
	for status, what := range refusals {
		if status == "404" && !o.mayMiss() {
			continue
		}
		own := object{}
		switch status {
		case "401":
			own["WWW-Authenticate"] = object{"$ref": "#/components/headers/WWW-Authenticate"}
		case "429", "503":
			own["Retry-After"] = object{"$ref": "#/components/headers/Retry-After"}
		}
		responses[status] = object{"description": what, "content": s.problemContent(), "headers": own}
	}
	for _, answer := range responses {
		// Link: where else, and in which forms, it is to be had.
		for _, name := range []string{"Link", "X-Request-Id", "RateLimit", "RateLimit-Policy"} {
			answer.(object)["headers"].(object)[name] = object{"$ref": "#/components/headers/" + name}
		}
	}
	format := object{"type": "string", "enum": names, "default": names[0]}
	return object{
		"operationId": o.id, "summary": o.summary, "tags": []string{o.tag}, "responses": responses,
		"parameters": append(slices.Clone(o.parameters), inQuery("f", "the form of the answer, which beats the header Accept", format)),
	}
}

// refusals are the problems that there may be.
var refusals = map[string]string{
	"400": "parameters that cannot be taken", "401": "an account or token is needed", "403": "not allowed with this account",
	"404": "there is no such thing, or was none then", "406": "it cannot be had in that form", "429": "too many requests",
	"500": "a fault of the server", "503": "not ready to answer",
}

// mayMiss reports whether what is asked for may not be there: one of several, or
// the boundaries of a time or plan.
func (o *operation) mayMiss() bool {
	return slices.ContainsFunc(o.parameters, func(p object) bool { return p["in"] == "path" || p["name"] == "at" })
}

// problemContent is what problems come as: as a page to who would have had one.
func (s *Server) problemContent() object {
	content := object{problemType: object{"schema": refTo("problem")}}
	for _, forms := range s.forms {
		if slices.ContainsFunc(forms, func(f format) bool { return f.names[0] == formatHTML }) {
			content[htmlType] = object{"schema": object{"type": "string"}}
		}
	}
	return content
}

const problemType = "application/problem+json"

// wholeOperations are those about everything there is.
func (s *Server) wholeOperations() []operation {
	when := revisionParams()
	return []operation{
		{path: "/", id: "getLandingPage", summary: "Landing page", tag: tagWhole, route: "ogc-landing", schema: "landingPage", parameters: when},
		{path: "/conformance", id: "getConformance", summary: "Parts of the standards that are kept", tag: tagWhole, route: "ogc-conformance",
			schema: "conformance", parameters: when},
		{path: "/api", id: "getAPI", summary: "This document", tag: tagWhole, route: "ogc-api", schema: "openAPI", parameters: when},
		{path: "/collections", id: "getCollections", summary: "The collections", tag: tagFeatures, route: "ogc-collections",
			schema: "collections", parameters: when},
	}
}

// collectionOperations are those of each collection and its features.
func (s *Server) collectionOperations() (out []operation) {
	for _, c := range s.collections {
		var when []object
		if c.ofRevision() {
			when = revisionParams()
		}
		path := "/collections/" + c.id
		item := []object{inPathOf("featureId", "the id of the feature", object{"type": "string"}), inQuery("crs", "the coordinate system of the answer", anySystem())}
		for _, p := range c.extra {
			item = append(item, p.described())
		}
		out = append(out,
			operation{path: path, id: c.id + ".getCollection", summary: c.title, tag: tagFeatures, route: "ogc-collection", schema: "collection", parameters: when},
			operation{path: path + "/queryables", id: c.id + ".getQueryables", summary: "What features can be asked for by: " + c.title, tag: tagFeatures,
				route: "ogc-queryables", schema: "queryables", parameters: when},
			operation{path: path + "/items", id: c.id + ".getFeatures", summary: c.title + " as GeoJSON", tag: tagFeatures, route: "ogc-items",
				schema: "features." + c.id, parameters: c.itemsParameters(), headers: []string{"Content-Crs"}},
			operation{path: path + "/items/{featureId}", id: c.id + ".getFeature", summary: "One of: " + c.title, tag: tagFeatures, route: "ogc-item",
				schema: "feature." + c.id, parameters: item, headers: []string{"Content-Crs"}})
	}
	return out
}

// itemsParameters are those of a page of features.
func (c *collection) itemsParameters() []object {
	out := []object{
		inQuery("limit", "how many features a page has at most", object{
			"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
		inQuery("bbox", "features that touch the box: minLon,minLat,maxLon,maxLat", object{
			"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6}),
		inQuery("datetime", "an RFC 3339 time, or two with a slash between; .. is an open end", object{"type": "string"}),
		inQuery("crs", "the coordinate system of the answer", anySystem()),
		inQuery("bbox-crs", "the coordinate system of bbox", anySystem()),
		inQuery("cursor", "where a page begins, from the next link of the page before", object{"type": "string"}),
	}
	var names, keys []string
	for _, f := range c.fields {
		names = append(names, f.name)
		keys = append(keys, f.name, "+"+f.name, "-"+f.name)
	}
	several := func(texts []string) object {
		return object{"type": "array", "items": object{"type": "string", "enum": texts}}
	}
	out = append(out, inQuery("properties", "the properties that features come with", several(names)))
	out = append(out, inQuery("sortby", "the properties to sort by, downwards with - before the name", several(keys)),
		inQuery("filter", "what features must be, in CQL2 text", object{"type": "string"}),
		inQuery("filter-lang", "the language of filter", object{"type": "string", "enum": []string{"cql2-text"}, "default": "cql2-text"}),
		inQuery("filter-crs", "the coordinate system of the geometries in filter", anySystem()))
	for _, p := range c.parameters() {
		out = append(out, p.described())
	}
	return out
}

// described gives the parameter as the document has it.
func (p parameter) described() object {
	schema := schemaOf(p.kind)
	if p.name == "at" {
		schema["format"] = "date-time"
	}
	return inQuery(p.name, p.description, schema)
}

// revisionParams are the parameters of what belongs to a revision.
func revisionParams() (out []object) {
	for _, p := range revisionParameters {
		out = append(out, p.described())
	}
	return out
}

func anySystem() object {
	return object{"type": "string", "format": "uri", "enum": systemURIs(), "default": crs84}
}

func inQuery(name, description string, schema object) object {
	return object{
		"name": name, "in": "query", "description": description, "required": false,
		"style": "form", "explode": false, "schema": schema,
	}
}

func inPathOf(name, description string, schema object) object {
	return object{"name": name, "in": "path", "description": description, "required": true, "schema": schema}
}

// refTo refers to a schema of the document.
func refTo(name string) object { return object{"$ref": "#/components/schemas/" + name} }
