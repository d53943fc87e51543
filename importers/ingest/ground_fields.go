package ingest

// roadFields are those of a file of roads, rivers and houses.
var roadFields = []Field{}
