//go:build race

package locate

// Thin says by how much tests do less under the race detector, which makes
// them many times slower and has nothing to find in them.
const Thin = 10
