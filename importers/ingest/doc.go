// Package ingest makes areas, rosters, reports and base-map lines of what the
// readers of package importers give: it finds out coordinate system and
// columns, checks everything, repairs what it is told to, and compares with
// what is in force. It writes nothing.
//
// # Values of problems
//
// What the sentence of a problem says besides its other members stands in its
// Values too, for who says it in another language. Of areas:
//
//   - AXIS_SWAPPED, CRS_OUT_OF_ZONE: reading (the one that fits, for people), expected
//     (its system), value (the system that was asked for), count (features that fit
//     it, where the whole file is meant)
//   - CRS_UNKNOWN, DATUM_REFUSED: value (what was asked for), reading (one that fits)
//   - LOOKS_GCJ02: reading, value, distance_m (how far away), count (areas compared)
//   - OUTSIDE_DISTRICT: value (the system), distance_m (from the middle of the
//     district), where a feature is not even near
//   - RING_NOT_CLOSED: distance_m (between its ends)
//   - RING_WINDING, Z_DROPPED, HOLE_OUTSIDE, HOLE_NESTING: count (features; rings)
//   - WRONG_TYPE: value (the type)
//   - CODE_DAMAGED: value. VALUE_NORMALISED: value, expected (what it was taken for);
//     or nodes, distance_m (how many corners of lines so near were made common)
//   - VALUE_DAMAGED: column, value; expected, where just one will do
//   - DUP_CODE, OVERLAP: features (both numbers)
//   - CODE_UNKNOWN_PARENT: column, value (what the file says); expected (the code of
//     the one that it should be by its own code)
//   - GAP: kind (that does not cover the place)
//   - LIMIT: value, limit. NO_COLUMN: field, column. NO_LAYER: layer, layers.
//     NO_REPAIR: value
//
// Of shapefiles and extracts of OpenStreetMap, which package importers finds:
//
//   - FILE_TRUNCATED: part (".shp"), bytes (where it ends). FILE_CORRUPT: part, why;
//     or bytes (near which), why. FILE_MISSING_PART: part (".shx", or "memo" with column)
//   - ROW_COUNT_MISMATCH: shapes, rows. ENCODING_GUESSED: encoding
//   - VALUE_DAMAGED: column, value, encoding; bytes (that the column holds), where it
//     cut the text off. NO_POSITION: vertex
//   - FORMAT_REFUSED: format. LIMIT: what, value, limit
//
// Of base maps:
//
//   - OUTSIDE_DISTRICT, CRS_OUT_OF_ZONE, AXIS_SWAPPED: count (features, none of which
//     lies in the district), value (the system), reading (one that fits)
//   - VALUE_DAMAGED: value (a class that nobody knows), count
//   - VALUE_NORMALISED: field ("class"), value (what lines were taken for, as no column says)
//   - WRONG_TYPE: value (the type), count
//
// Of rosters; layer names the sheet, where several are read:
//
//   - VALUE_DAMAGED: column, value, but never of names and phones; post; first (the row
//     that has the same phone beside another name). VALUE_NORMALISED: column, count
//   - CARDINALITY: post; most (that there may be), count (that there are), first (the row that names the
//     person already), kind (of area, which has no such post), other (the committee
//     that serves the group), or as a warning count (areas without a row for the post)
//   - CODE_UNKNOWN_PARENT: column, value, kinds (that it may be of), count (that are called so)
//   - DUP_CODE: value, first (the row)
//
// Of past reports:
//
//   - VALUE_DAMAGED: column, value, but never of reporters. VALUE_NORMALISED: column, count
//   - DUP_CODE: first (the row with the same number; as a warning with the same report), count
//   - AXIS_SWAPPED, CRS_OUT_OF_ZONE: reading (the system that fits), swapped
//   - WRONG_TYPE: value (the type). LIMIT: column, most
package ingest
