// Package impact tells what other boundaries would mean for reports: which would
// change hands, and what each grid has before and after. It is exact: both sets
// of boundaries are asked by the lookup that routes reports, for the true place
// of each. The package is pure.
package impact
