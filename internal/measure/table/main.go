// Command table prints what benchmarks reported as one Markdown table. Without
// a file it prints the lines about the machine that such a file begins with.
//
//	table >rows; GRIDPATROL_BENCH=rows go test -run '^$' -bench . …; table rows
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// areas is the order of the table; areas that are not here come last.
var areas = []string{
	"lookup in memory", "lookup in memory, growth", "lookup over HTTP, one point", "lookup over HTTP, batch",
	"publish", "boundary tiles", "hot spots", "durable report",
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch len(args) {
	case 0:
		return measure.WriteNotes(os.Stdout, measure.Machine(time.Now()))
	case 1:
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		t, err := measure.Read(f)
		if err != nil {
			return err
		}
		return t.Markdown(os.Stdout, areas...)
	default:
		return fmt.Errorf("%d arguments, want the file of rows or nothing", len(args))
	}
}
