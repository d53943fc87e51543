//go:build !race

package locate

// Thin is 1: tests do all they can.
const Thin = 1
