package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// How much may be said of how a file is to be understood.
const (
	maxImportText   = 200 // characters of a name
	maxImportPairs  = 100 // columns that are named
	maxImportRepair = 20
)

// readImportOptions reads the body of a check.
func readImportOptions(r *http.Request, what string) (ImportOptions, error) {
	body, err := readPerhaps(r)
	if err != nil {
		return ImportOptions{}, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	o := ImportOptions{Options: ingest.Options{
		Layer: f.text("layer", maxImportText), CRS: f.crsOfFile(), Columns: f.columns("map"),
		Repairs: f.texts("repair", maxImportRepair), Partial: f.truth("partial"),
	}}
	o.Encoding = f.text("encoding", 40)
	if what == ingest.WhatAreas {
		f.required("kind")
		if s := f.text("kind", 40); s != "" {
			if o.Kind, err = geo.ParseKind(s); err != nil {
				f.impossible(f.pointer("kind"), "is no kind of area")
			}
		}
		if s := f.text("plan", 64); s != "" {
			if o.Plan, err = uuid.Parse(s); err != nil {
				f.impossible(f.pointer("plan"), "is no id of a plan")
			}
		}
	}
	f.done()
	return o, bad.bodyError()
}

// crsOfFile reads a coordinate system as geo.ParseCRS takes it; empty where the
// file is to say.
func (f *fields) crsOfFile() string {
	s := f.text("crs", 40)
	if s == "" {
		return ""
	}
	if _, err := geo.ParseCRS(s); err != nil {
		f.impossible(f.pointer("crs"), "%s", geo.Text(err))
	}
	return s
}

// columns reads which column each field is in.
func (f *fields) columns(name string) map[string]string {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	o, ok := v.(*object)
	if !ok || len(o.names) > maxImportPairs {
		f.unread(f.pointer(name), "must be an object of at most %d names of columns", maxImportPairs)
		return nil
	}
	inner := newFields(f.faults, f.pointer(name), o)
	out := make(map[string]string, len(o.names))
	for _, field := range o.names {
		out[field] = inner.text(field, 1000) // empty: none
	}
	return out
}

// texts reads a list of names.
func (f *fields) texts(name string, most int) (out []string) {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) > most || slices.ContainsFunc(list, func(x any) bool { _, ok := x.(string); return !ok }) {
		f.unread(f.pointer(name), "must be a list of at most %d texts", most)
		return nil
	}
	for _, x := range list {
		out = append(out, x.(string))
	}
	return out
}

// importQuery reads from the URL of a preview what readImportOptions reads from
// a body; columns are map=field:column, as often as there are any.
func importQuery(q *query) ImportOptions {
	o := ImportOptions{Options: ingest.Options{Layer: q.text("layer", 4*maxImportText), CRS: q.text("crs", 40)}}
	o.Encoding = q.text("encoding", 40)
	if o.CRS != "" {
		if _, err := geo.ParseCRS(o.CRS); err != nil {
			q.unread("crs", "%s", geo.Text(err))
		}
	}
	q.read["map"] = true
	for _, pair := range q.values["map"] {
		field, column, ok := strings.Cut(pair, ":")
		if !ok || len(o.Columns) >= maxImportPairs {
			q.unread("map", "must be field:column, at most %d times", maxImportPairs)
			break
		}
		if o.Columns == nil {
			o.Columns = map[string]string{}
		}
		o.Columns[field] = column
	}
	return o
}
