package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// TestPlanEditing makes, undoes and redoes operations over HTTP, by two people.
func TestPlanEditing(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	ann, bob := s.desk(t, access.Planner), s.desk(t, access.Planner)
	created, got := ask[planJSON](ann, 201, "POST", "/api/v1/plans", `{"title":" 北部调整 "}`)
	path := "/api/v1/plans/" + created.ID
	if got.header.Get("Location") != path || got.header.Get("ETag") != `"`+created.ETag+`"` {
		t.Errorf("Location %q, ETag %q of plan %+v", got.header.Get("Location"), got.header.Get("ETag"), created)
	}
	if created.Title != "北部调整" || created.Status != "draft" || created.BaseRevision != 1 || created.CurrentRevision != 1 || created.Behind ||
		!created.CreatedBy.Me || created.Operations != 0 || !slices.Contains(created.Allow, "edit") || slices.Contains(created.Allow, "publish") {
		t.Errorf("a new plan is %+v", created)
	}

	free, locked := s.crossroads(t)
	to := free
	to.Lon += 300 // about 2.4 m
	moved := ann.operate(path, fmt.Sprintf(`{"op":"move_node","from":%s,"to":%s,"based_on":%q}`, position(free), position(to), created.ETag))
	if len(moved.Changed) < 2 || moved.Plan.Operations != 1 {
		t.Errorf("a node moved changed %d areas, want two grids at least: %+v", len(moved.Changed), moved.Plan)
	}
	for _, c := range moved.Changed {
		if c.Change != "changed" || c.ID != c.Kind+":"+c.Code || c.Before == nil || c.Before.Code != c.Code || c.Geometry == nil || c.Properties.Name == "" {
			t.Errorf("changed area %+v", c)
		}
	}

	refused := ann.refuse(409, "locked", "POST", path+"/operations", fmt.Sprintf(`{"op":"move_node","from":%s,"to":%s}`, position(locked), position(to)))
	if refused.Problem != "LOCKED" || len(refused.Problems) != 1 || len(refused.Problems[0].Areas) == 0 || len(refused.Areas) == 0 {
		t.Errorf("a locked line is refused with %+v, want the line named", refused)
	}
	if at := locked.Point(); refused.Problems[0].Lon != at[0] || refused.Problems[0].Lat != at[1] {
		t.Errorf("the locked line is at %v %v, want %v", refused.Problems[0].Lon, refused.Problems[0].Lat, at)
	}
	ann.refuse(422, "unknown-node", "POST", path+"/operations", `{"op":"remove_node","at":[125.7000001,43.5]}`)

	// Bob knows the state before Ann's: elsewhere he may go on, there not.
	far := s.boundaries.Current().Index.Areas(geo.Grid)[60]
	renamed := bob.operate(path, fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"新名","based_on":%q}`, far.Code, created.ETag))
	if len(renamed.Changed) != 1 || renamed.Changed[0].Properties.Name != "新名" || renamed.Changed[0].Code != far.Code {
		t.Errorf("a rename changed %+v", renamed.Changed)
	}
	clash := bob.refuse(409, "areas-changed", "POST", path+"/operations",
		fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"又名","based_on":%q}`, far.Code, moved.ETag))
	if !slices.Contains(clash.Areas, "grid:"+far.Code) || clash.ETag != renamed.ETag {
		t.Errorf("a clash is %+v, want the area and ETag %s", clash, renamed.ETag)
	}
	stale := bob.refuse(412, "version-conflict", "DELETE", path+"/operations/last", "", "If-Match", `"`+moved.ETag+`"`)
	if stale.ETag != renamed.ETag {
		t.Errorf("a stale If-Match hears of ETag %q, want %q", stale.ETag, renamed.ETag)
	}
	bob.refuse(412, "version-conflict", "DELETE", path+"/operations/last", "", "If-Match", `W/"`+renamed.ETag+`"`)

	undone, _ := ask[changeJSON](ann, 200, "DELETE", path+"/operations/last", "", "If-Match", `"`+renamed.ETag+`"`)
	if undone.ETag != moved.ETag || undone.Operation == nil || undone.Operation.Op["op"] != "rename" || undone.Operation.N != 2 || undone.Operation.By.Me ||
		len(undone.Changed) != 1 || undone.Changed[0].Properties.Name != far.Name || undone.Plan.Undone != 1 {
		t.Errorf("undo answered %+v, want Bob's rename taken back", undone)
	}
	redone, _ := ask[changeJSON](ann, 200, "POST", path+"/operations/redo", "")
	if redone.ETag != renamed.ETag || redone.Operation == nil || redone.Operation.Op["name"] != "新名" {
		t.Errorf("redo answered %+v", redone)
	}
	ann.refuse(409, "nothing-to-redo", "POST", path+"/operations/redo", "{}")

	detail, _ := ask[planJSON](bob, 200, "GET", path, "")
	if len(detail.History) != 2 || detail.History[0].Op["op"] != "move_node" || detail.History[0].By.Me || !detail.History[1].By.Me ||
		detail.Undo == nil || detail.Undo.N != 2 || detail.Redo != nil || detail.CreatedBy.Me || detail.History[0].By.Name == "" {
		t.Errorf("the plan is %+v, want two operations of two people", detail)
	}
	retitled, _ := ask[planJSON](bob, 200, "PATCH", path, `{"title":"另一个"}`)
	if retitled.Title != "另一个" || retitled.ETag != renamed.ETag {
		t.Errorf("retitled %+v", retitled)
	}
	list, _ := ask[struct{ Plans []planJSON }](bob, 200, "GET", "/api/v1/plans?status=draft", "")
	if len(list.Plans) != 1 || list.Plans[0].Title != "另一个" {
		t.Errorf("the list of drafts is %+v", list.Plans)
	}
	ask[struct{}](ann, 204, "DELETE", path, "")
	ann.refuse(409, "plan-closed", "POST", path+"/operations/redo", "")
	if list, _ = ask[struct{ Plans []planJSON }](bob, 200, "GET", "/api/v1/plans?status=discarded", ""); len(list.Plans) != 1 || len(list.Plans[0].Allow) != 0 {
		t.Errorf("the list of what was discarded is %+v", list.Plans)
	}
}

// TestPlanRequestsAreStrict sends what cannot be taken: each is one clear error,
// and the plan stays as it was.
func TestPlanRequestsAreStrict(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	d := s.desk(t, access.Planner)
	plan, path := d.plan("x")
	code := s.boundaries.Current().Index.Areas(geo.Grid)[0].Code
	rename := fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"名"`, code)
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     string
		pointer                  string
	}{
		{"a title too long", "POST", "/api/v1/plans", fmt.Sprintf(`{"title":%q}`, strings.Repeat("长", 201)), 422, "invalid-values", "/title"},
		{"no title", "POST", "/api/v1/plans", `{}`, 422, "invalid-values", "/title"},
		{"a blank title", "PATCH", path, `{"title":"  "}`, 422, "invalid-values", "/title"},
		{"an unknown member", "POST", "/api/v1/plans", `{"title":"x","colour":1}`, 400, "invalid-body", "/colour"},
		{"a needs_approval of text", "POST", "/api/v1/plans", `{"title":"x","needs_approval":"yes"}`, 400, "invalid-body", "/needs_approval"},
		{"a member twice in two cases", "POST", path + "/operations", rename + `,"NAME":"b"}`, 400, "malformed-json", "/NAME"},
		{"an array", "POST", path + "/operations", `[]`, 400, "malformed-json", ""},
		{"no operation", "POST", path + "/operations", `{"op":"explode"}`, 400, "invalid-body", "/op"},
		{"an unknown member of an operation", "POST", path + "/operations", rename + `,"extra":1}`, 400, "invalid-body", "/extra"},
		{"a based_on that is a number", "POST", path + "/operations", rename + `,"based_on":5}`, 400, "invalid-body", "/based_on"},
		{"a based_on that never was", "POST", path + "/operations", rename + `,"based_on":"abc"}`, 409, "unknown-state", ""},
		{"a based_on that is empty", "POST", path + "/operations", rename + `,"based_on":""}`, 422, "invalid-values", "/based_on"},
		{"a weak based_on", "POST", path + "/operations", rename + `,"based_on":"W/\"` + plan.ETag + `\""}`, 409, "unknown-state", ""},
		{"nesting", "POST", path + "/operations", `{"op":"replace","kind":"grid","code":"1","geometry":{"type":"MultiPolygon","coordinates":` + deep + `}}`, 400, "malformed-json", ""},
		{"an area nobody has", "POST", path + "/operations", `{"op":"retire","kind":"grid","code":"220112999999999"}`, 422, "unknown-area", "/code"},
		{"nothing to undo", "DELETE", path + "/operations/last", "", 409, "nothing-to-undo", ""},
		{"words for an undo", "DELETE", path + "/operations/last", `{"why":"because"}`, 400, "invalid-body", "/why"},
		{"an unknown parameter", "GET", path + "?days=1", "", 400, "invalid-parameters", "days"},
		{"an unknown status", "GET", "/api/v1/plans?status=lost", "", 400, "invalid-parameters", "status"},
		{"an id in capitals", "GET", "/api/v1/plans/" + strings.ToUpper(plan.ID), "", 404, "not-found", ""},
		{"another id", "GET", "/api/v1/plans/01900000-0000-7000-8000-000000000001", "", 404, "not-found", ""},
		{"an operation of another id", "POST", "/api/v1/plans/01900000-0000-7000-8000-000000000001/operations", rename + "}", 404, "not-found", ""},
		{"a publish in the past", "POST", path + "/publish", `{"at":"2026-01-01T00:00:00Z"}`, 422, "invalid-values", "/at"},
		{"a note too long", "POST", path + "/publish", fmt.Sprintf(`{"note":%q}`, strings.Repeat("n", 2001)), 422, "invalid-values", "/note"},
		{"a publish of nothing", "POST", path + "/publish", `{"note":"n"}`, 409, "nothing-to-publish", ""},
		{"what is not scheduled", "DELETE", path + "/publish", "", 409, "not-scheduled", ""},
		{"a revision that is none", "POST", "/api/v1/revisions/zero/undo", "", 404, "not-found", ""},
		{"a revision to come", "POST", "/api/v1/revisions/9/undo", "", 404, "not-found", ""},
		{"another method", "PUT", path, "{}", 405, "method-not-allowed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{t, s, d.header}
			r := d.refuse(c.status, c.code, c.method, c.path, c.body)
			if c.pointer != "" && (len(r.Errors) == 0 || r.Errors[0].Pointer != c.pointer) {
				t.Errorf("the fault is at %v, want %s", r.Errors, c.pointer)
			}
		})
	}
	for _, tag := range []string{"", `"`, `""`, `"` + plan.ETag, plan.ETag + `"`, "W/" + plan.ETag, `"x", "` + plan.ETag + `"`} {
		d.refuse(412, "version-conflict", "POST", path+"/operations", rename+"}", "If-Match", tag)
	}
	if now, _ := ask[planJSON](d, 200, "GET", path, ""); now.Version != plan.Version || now.ETag != plan.ETag {
		t.Errorf("after refused requests the plan is %+v, want it as it was", now)
	}
	// An ETag is taken as the header has it and as answers have it.
	for _, tag := range []string{plan.ETag, `"` + plan.ETag + `"`} {
		d.operate(path, rename+fmt.Sprintf(`,"based_on":%q}`, tag))
		ask[changeJSON](d, 200, "DELETE", path+"/operations/last", "")
		ask[changeJSON](d, 200, "POST", path+"/operations", rename+"}", "If-Match", tag)
		ask[changeJSON](d, 200, "DELETE", path+"/operations/last", "")
	}
	if r := d.do(t, "POST", path+"/operations", rename+"}", append(slices.Clone(d.header), "Content-Type", "text/plain")...); r.status != 415 {
		t.Errorf("an operation as text/plain = %d, want 415", r.status)
	}
	big := `{"op":"rename","kind":"grid","code":"1","name":"` + strings.Repeat("a", 8<<20) + `"}`
	if r := d.do(t, "POST", path+"/operations", big, d.header...); r.status != 413 {
		t.Errorf("an operation of more than 8 MiB = %d, want 413", r.status)
	}
}
