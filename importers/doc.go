// Package importers reads and writes files, one format a file of source: what
// comes in is checked and put on the lattice of package geo, what goes out can
// be read back.
//
// # Reading
//
// [Open] asks the table in open.go who knows what a file holds and gives a
// [Source]: layers, and a layer's records one by one, in the file's own
// coordinates, each with what is wrong with it. A reader holds one record at a
// time and believes no length that a header claims: it takes memory for bytes
// that have come. What records mean is for package ingest to find out.
//
// A new format is one file with a type that is a Source, a line in openers, a
// fuzz target, and a test that reads what other programs write.
//
// # Writing
//
// A [Table] is a collection by rows. Table.Write writes it as GeoJSON,
// GeoPackage, CSV or XLSX; the same rows give the same bytes.
package importers
