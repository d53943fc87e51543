// Package importers reads and writes files, one format a file of source: what
// comes in is checked and put on the lattice of package geo, what goes out can
// be read back.
package importers
