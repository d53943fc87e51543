// Package ingest makes areas, rosters, reports and base-map lines of what the
// readers of package importers give: it finds out coordinate system and
// columns, checks everything, repairs what it is told to, and compares with
// what is in force. It writes nothing.
package ingest
