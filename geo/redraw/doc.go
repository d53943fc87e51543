// Package redraw changes boundaries on shared topology. A State is all areas of
// a revision, of all kinds, with their corners as shared nodes on the lattice: a
// boundary that several areas have is moved once for all of them. An Operation
// makes a new State from one; a Draft is a State and the operations that led to
// it. Everything is a value that never changes, so that going back is keeping
// the older one. All geometry is exact. The package is pure.
package redraw
