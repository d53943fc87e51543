package main

import (
	"github.com/gridpatrol/gridpatrol/access"
)

// scopeExpectations says of every route who may use it and what of scope holds.
// A new route is put here by whoever has looked at both.
func scopeExpectations() map[string]expected {
	const (
		refused  = 403
		conflict = 409
		unread   = 422
	)
	table := map[string]expected{}
	put := func(needs string, routes map[string][]question) {
		for key, asks := range routes {
			table[key] = expected{needs: needs, asks: asks}
		}
	}
	one := func(a question) []question { return []question{a} }
	plain := []question{{}}
	put("anyone", map[string][]question{
		"GET /api/v1/app":             plain,
		"GET /api/v1/openapi.json":    plain,
		"GET /api/v1/docs":            plain,
		"GET /api/v1/docs/{tag}":      {{path: "/api/v1/docs/reports"}, {path: "/api/v1/docs/none", ok: 404}},
		"POST /api/v1/session":        one(question{body: `{}`, ok: unread}),
		"DELETE /api/v1/session":      one(question{ok: 204, fresh: true, finally: renewed}),
		"POST /api/v1/password-reset": one(question{body: `{"secret":"none","password":"a long password"}`, ok: unread}),
		"GET /api/v1/oidc":            plain,
		"GET /api/v1/oidc/start":      one(question{ok: 404}), // there is no provider here
		"GET /api/v1/oidc/callback":   one(question{ok: 404}),
		"GET /healthz":                plain,
		"GET /readyz":                 plain,
		"GET /metrics":                plain,
		"GET /":                       plain,
		"GET /assets/*":               one(question{path: "/assets/none.js", ok: 404}),
		"GET /sw.js":                  plain,
		"GET /manifest.webmanifest":   plain,
		"GET /about":                  plain,
	})
	put("public lookup", map[string][]question{
		"GET /api/v1/locate": {{query: "?lon=125.62&lat=43.55"}, {query: "?lon=126.62&lat=43.55"},
			{of: "plan", query: "?lon=125.62&lat=43.55&plan={id}", also: access.PlanBoundaries}},
		"POST /api/v1/locate":    {{body: `{"points":[[125.62,43.55],[125.68,43.55],[126.62,43.55]]}`}},
		"POST /api/v1/reports":   {{body: `{"category":"infrastructure","lon":125.62,"lat":43.51}`, ok: 201}},
		"GET /api/v1/categories": plain,
	})
	put("public map", map[string][]question{
		"GET /api/v1/areas/{kind}":                 one(question{path: "/api/v1/areas/grid"}),
		"GET /api/v1/areas/{kind}/{code}":          {{of: "grid", path: "/api/v1/areas/grid/{id}"}, {of: "township", path: "/api/v1/areas/township/{id}"}, {of: "plan", path: "/api/v1/areas/grid", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /api/v1/search":                       one(question{of: "grid", query: "?q={id}", absent: 200, bad: 400}),
		"GET /api/v1/revisions":                    plain,
		"POST /api/v1/hotspots":                    one(question{body: `{}`}),
		"GET /api/v1/export/{collection}":          {{path: "/api/v1/export/grids", query: "?format=geojson"}, {path: "/api/v1/export/reports", query: "?format=geojson"}, {path: "/api/v1/export/reports", query: "?format=csv"}, {path: "/api/v1/export/none", query: "?format=csv", ok: 404}},
		"GET tile":                                 {{path: "/tiles/grids/10/869/374.mvt"}, {path: "/tiles/reports/10/869/374.mvt"}, {path: "/tiles/hotspots/10/869/374.mvt"}, {path: "/tiles/coverage/10/869/374.mvt", also: access.ReadPatrols, without: refused}, {of: "plan", path: "/tiles/grids/10/869/374.mvt", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /tiles/style.json":                    plain,
		"GET /tiles/{layer:[a-z_]+}.json":          {{path: "/tiles/grids.json"}, {path: "/tiles/coverage.json", also: access.ReadPatrols, without: refused}},
		"GET /tiles/{layer:[a-z_]+}/metadata.json": {{path: "/tiles/reports/metadata.json"}, {path: "/tiles/coverage/metadata.json", also: access.ReadPatrols, without: refused}},
		"GET /basemap/{z}/{x}/{y}":                 one(question{path: "/basemap/10/869/374", ok: 404}), // there is none here
		"GET /ogc":                                 plain,
		"GET /ogc/":                                plain,
		"GET /ogc/conformance":                     plain,
		"GET /ogc/api":                             plain,
		"GET /ogc/collections":                     plain,
		"GET /ogc/collections/{collection}":        one(question{path: "/ogc/collections/reports"}),
		"GET /ogc/collections/{collection}/queryables": {
			{path: "/ogc/collections/reports/queryables"},
			{of: "plan", path: "/ogc/collections/grids/queryables", query: "?plan={id}", also: access.PlanBoundaries},
		},
		"GET /ogc/collections/{collection}/items": {{path: "/ogc/collections/reports/items"}, {path: "/ogc/collections/grids/items"}, {path: "/ogc/collections/hotspots/items"},
			{of: "grid", path: "/ogc/collections/reports/items", query: "?grid={id}", absent: 200},
			{of: "plan", path: "/ogc/collections/grids/items", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /ogc/collections/{collection}/items/{item}": {{of: "grid", path: "/ogc/collections/grids/items/{id}"},
			{of: "report", path: "/ogc/collections/reports/items/{id}", scope: "public areas"}},
		"GET /ogc/tiles":                               plain,
		"GET /ogc/tiles/WebMercatorQuad":               plain,
		"GET /ogc/tiles/WebMercatorQuad/metadata.json": plain,
		"GET /ogc/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": {{path: "/ogc/tiles/WebMercatorQuad/10/374/869"}, {path: "/ogc/tiles/WebMercatorQuad/10/374/869", query: "?collections=reports,hotspots"},
			{of: "plan", path: "/ogc/tiles/WebMercatorQuad/10/374/869", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /ogc/tiles/WebMercatorQuad/{tileMatrix}/{tileCol}/{tileRow}.pbf":   {{path: "/ogc/tiles/WebMercatorQuad/10/869/374.pbf"}},
		"GET /ogc/collections/{collection}/tiles":                               one(question{path: "/ogc/collections/reports/tiles"}),
		"GET /ogc/collections/{collection}/tiles/WebMercatorQuad":               one(question{path: "/ogc/collections/reports/tiles/WebMercatorQuad"}),
		"GET /ogc/collections/{collection}/tiles/WebMercatorQuad/metadata.json": one(question{path: "/ogc/collections/reports/tiles/WebMercatorQuad/metadata.json"}),
		"GET /ogc/collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": {{path: "/ogc/collections/reports/tiles/WebMercatorQuad/10/374/869"}, {path: "/ogc/collections/hotspots/tiles/WebMercatorQuad/10/374/869"},
			{of: "plan", path: "/ogc/collections/grids/tiles/WebMercatorQuad/10/374/869", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /ogc/collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileCol}/{tileRow}.pbf": {{path: "/ogc/collections/reports/tiles/WebMercatorQuad/10/869/374.pbf"},
			{of: "plan", path: "/ogc/collections/grids/tiles/WebMercatorQuad/10/869/374.pbf", query: "?plan={id}", also: access.PlanBoundaries}},
		"GET /ogc/tileMatrixSets":                   plain,
		"GET /ogc/tileMatrixSets/{tileMatrixSetId}": one(question{path: "/ogc/tileMatrixSets/WebMercatorQuad"}),
		"GET /ogc/styles":                           plain,
		"GET /ogc/styles/{styleId}":                 one(question{path: "/ogc/styles/gridpatrol"}),
	})
	// With the secret of a report whoever has it, without by role and areas.
	put("public none", map[string][]question{
		"GET /api/v1/reports/{id}":            one(question{of: "report", scope: "areas", also: access.ReadReports}),
		"GET /api/v1/reports/{id}/photos/{n}": one(question{of: "report", path: "/api/v1/reports/{id}/photos/1", scope: "areas", also: access.ReadDescriptions}),
		"GET /api/v1/events":                  {{head: true}, {head: true, of: "report", query: "?report={id}", ok: 404}},
	})
	put(string(access.ReadReports), map[string][]question{
		"GET /api/v1/reports": {{}, {of: "grid", query: "?area=grid:{id}", absent: 400}},
	})
	put(string(access.ReadPatrols), map[string][]question{
		"GET /api/v1/pack": plain, // what it holds follows from who asks, see TestPack
	})
	put(string(access.ActOnReports), map[string][]question{
		"POST /api/v1/reports/{id}/events": one(question{of: "report", scope: "areas", body: `{"type":"comment","note":"n{n}"}`, header: []string{"Idempotency-Key", "matrix-{n}-0123456789abcdef"}}),
	})
	put(string(access.ReadContacts), map[string][]question{
		"GET /api/v1/reports/{id}/contact":  one(question{of: "report", scope: "areas"}),
		"POST /api/v1/reports/{id}/contact": one(question{of: "report", scope: "areas", body: `{"reason":"to ask back"}`}),
	})
	// Every planner sees every draft; who is limited changes what lies in the own
	// areas, and decides on plans that change nothing else.
	ofPlan := one(question{of: "plan"})
	change := func(ok int) []question {
		return one(question{of: "plan", ok: ok, scope: "areas", beyond: refused})
	}
	withBody := func(asks []question, body string) []question { asks[0].body = body; return asks }
	anew := func(asks []question) []question { asks[0].fresh = true; return asks }
	put(string(access.PlanBoundaries), map[string][]question{
		"GET /api/v1/plans":                         plain,
		"POST /api/v1/plans":                        one(question{body: `{"title":"new"}`, ok: 201}),
		"GET /api/v1/plans/{id}":                    ofPlan,
		"PATCH /api/v1/plans/{id}":                  withBody(change(0), `{"title":"other"}`),
		"DELETE /api/v1/plans/{id}":                 anew(change(204)),
		"POST /api/v1/plans/{id}/operations":        withBody(change(0), `{"op":"rename","kind":"grid","code":"{code}","name":"n{n}"}`),
		"POST /api/v1/plans/{id}/operations/redo":   one(question{of: "plan", ok: conflict}), // there is nothing to redo
		"DELETE /api/v1/plans/{id}/operations/last": anew(change(0)),
		"GET /api/v1/plans/{id}/check":              ofPlan,
		"GET /api/v1/plans/{id}/impact":             ofPlan,
		"GET /api/v1/plans/{id}/basis":              ofPlan,
		"POST /api/v1/plans/{id}/rebase":            change(0),
		"GET /api/v1/compare":                       one(question{query: "?from=revision:1&to=revision:1"}),
	})
	put(string(access.Publish), map[string][]question{
		"POST /api/v1/plans/{id}/approve":   anew(change(0)),
		"POST /api/v1/plans/{id}/publish":   change(conflict),
		"DELETE /api/v1/plans/{id}/publish": change(conflict),
		"POST /api/v1/revisions/{n}/undo":   one(question{path: "/api/v1/revisions/99/undo", ok: 404, scope: "whole first", beyond: refused}),
	})
	ofImport := func(ok int, body string) []question {
		return one(question{of: "import", scope: "own", ok: ok, body: body})
	}
	put("signed-in", map[string][]question{
		"GET /api/v1/imports": plain,
		"POST /api/v1/imports": {{query: "?what=areas", body: importForm, header: []string{"Content-Type", importFormType}, ok: 201, also: access.PlanBoundaries, without: refused, finally: discarded},
			{query: "?what=roster", body: importForm, header: []string{"Content-Type", importFormType}, ok: 201, also: access.ManageDuties, without: refused, scope: "whole first", beyond: refused, finally: discarded}},
		"GET /api/v1/imports/{id}":          ofImport(0, ""),
		"DELETE /api/v1/imports/{id}":       one(question{of: "import", scope: "own", ok: 204, fresh: true}),
		"POST /api/v1/imports/{id}/check":   ofImport(unread, `{"kind":"none"}`),
		"DELETE /api/v1/imports/{id}/check": ofImport(204, ""),
		"GET /api/v1/imports/{id}/layers":   ofImport(0, ""),
		"POST /api/v1/imports/{id}/write":   ofImport(conflict, ""),
		"GET /api/v1/imports/{id}/preview":  ofImport(0, ""),
		"GET /api/v1/imports/{id}/shapes":   ofImport(conflict, ""),
		"GET /api/v1/imports/{id}/problems": ofImport(conflict, ""),
	})
	for key, asks := range map[string][]question{
		"GET /api/v1/session":          plain,
		"PUT /api/v1/session/password": one(question{body: `{"old":"x","new":"short"}`, ok: unread}),
		"GET /api/v1/sessions":         plain,
		"DELETE /api/v1/sessions":      plain,
		"DELETE /api/v1/sessions/{id}": one(question{of: "session", scope: "own", ok: 204}),
	} {
		table[key] = expected{needs: "signed-in", own: true, asks: asks}
	}
	put(string(access.ReadRoster), map[string][]question{
		"GET /api/v1/posts":        {{}, {of: "township", query: "?area=township:{id}", absent: 400}},
		"GET /api/v1/people":       {{}, {of: "grid", query: "?area=grid:{id}", absent: 400}},
		"GET /api/v1/vacancies":    plain,
		"GET /api/v1/posts/{seat}": one(question{of: "seat", path: "/api/v1/posts/{id}", scope: "areas"}),
		"GET /api/v1/people/{id}":  one(question{of: "person", scope: "areas"}),
		"GET /api/v1/committees":   plain,
		"GET /api/v1/branches":     plain,
		"GET /api/v1/handovers":    plain,
		// Only who takes over does, who is none of these.
		"POST /api/v1/handovers/{id}/acknowledge": one(question{of: "handover", scope: "areas", ok: refused}),
		"GET /api/v1/export/posts":                {{query: "?format=geojson"}, {query: "?format=csv"}},
		"GET /api/v1/export/roster":               {{query: "?format=csv"}},
		"GET /api/v1/export/committees":           {{query: "?format=csv"}},
	})
	put(string(access.ReadPatrols), map[string][]question{
		"GET /api/v1/areas/{kind}/{code}/coverage": {{of: "grid", path: "/api/v1/areas/grid/{id}/coverage", scope: "areas"}, {of: "township", path: "/api/v1/areas/township/{id}/coverage", scope: "areas"}},
	})
	ofAccount := func(ok int, body string) []question {
		return one(question{of: "account", scope: "areas", ok: ok, body: body})
	}
	ofWhole := func(body string, ok int) []question {
		return one(question{scope: "whole first", beyond: refused, body: body, ok: ok})
	}
	put(string(access.ManageAccounts), map[string][]question{
		"GET /api/v1/accounts":                  plain,
		"POST /api/v1/accounts":                 one(question{of: "township", scope: "areas", beyond: refused, ok: 201, absent: unread, body: `{"login":"new-{n}","role":"consumer","areas":["township:{id}"]}`}),
		"GET /api/v1/accounts/{id}":             ofAccount(0, ""),
		"PATCH /api/v1/accounts/{id}":           ofAccount(0, `{"name":"other"}`),
		"POST /api/v1/accounts/{id}/reset":      ofAccount(201, ""),
		"GET /api/v1/accounts/{id}/sessions":    ofAccount(0, ""),
		"DELETE /api/v1/accounts/{id}/sessions": one(question{of: "account", scope: "areas", fresh: true}),
		"PUT /api/v1/accounts/{id}/identity":    one(question{of: "account", scope: "areas", ok: unread, body: `{"pending":"01900000-0000-7000-8000-000000000001"}`, partly: refused}),
		"DELETE /api/v1/accounts/{id}/identity": one(question{of: "account", scope: "areas", ok: 404, partly: refused}),
		"GET /api/v1/identities":                one(question{query: "?state=pending", scope: "whole first", beyond: refused}),
		"GET /api/v1/tokens":                    plain,
		"POST /api/v1/tokens":                   one(question{of: "township", scope: "areas", beyond: refused, ok: 201, absent: unread, body: `{"name":"new-{n}","role":"consumer","areas":["township:{id}"]}`}),
		"POST /api/v1/tokens/{id}/rotate":       one(question{of: "token", scope: "areas", ok: 201, fresh: true}),
		"DELETE /api/v1/tokens/{id}":            one(question{of: "token", scope: "areas", ok: 204, fresh: true}),
		"POST /api/v1/personal/search":          ofWhole(`{"phone":"13911112222"}`, 200),
		"POST /api/v1/personal/export":          ofWhole(`{"phone":"13911112222"}`, 200),
		"POST /api/v1/personal/erase":           ofWhole(`{"subject":{"phone":"13911112222"},"reason":"asked for it"}`, 404),
		"GET /api/v1/personal/erasures":         ofWhole("", 200),
	})
	put(string(access.ManageDuties), map[string][]question{
		"POST /api/v1/roster/changes": one(question{of: "seat", scope: "areas", beyond: unread, absent: unread,
			body: `{"changes":[{"change":"public_contact","seat":"{id}","public":false}],"dry_run":true}`}),
	})
	put(string(access.ReadAudit), map[string][]question{
		"GET /api/v1/audit": {{}, {query: "?format=csv"}, {of: "report", query: "?subject=report:{id}", absent: 200}, {of: "account", query: "?subject=account:{id}", absent: 200}},
	})
	for needs, routes := range trackExpectations() {
		put(needs, routes)
	}
	for needs, routes := range patrolExpectations() {
		put(string(needs), routes)
	}
	return table
}
