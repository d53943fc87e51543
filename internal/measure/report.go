package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
)

// FileVariable is the environment variable that names the file for the rows.
const FileVariable = "GRIDPATROL_BENCH"

// entry is one line of that file: a row, or a note.
type entry struct {
	Row  *Row   `json:",omitempty"`
	Note string `json:",omitempty"`
	Text string `json:",omitempty"`
}

// Report prints the rows, and appends them to the file that $GRIDPATROL_BENCH
// names, if it does. A row that is reported again, with the same area, text and
// reference, takes the place of the first: a benchmark may run several times.
// Two of those in one call are an error.
func Report(tb testing.TB, rows ...Row) {
	tb.Helper()
	lines := "\n" // ends the line that a benchmark's name begins
	for i, r := range rows {
		if slices.ContainsFunc(rows[:i], r.same) {
			tb.Errorf("two rows are one and the same: %v", r)
		}
		lines += r.String() + "\n"
		add(tb, entry{Row: &r})
	}
	fmt.Fprint(os.Stderr, lines) // a benchmark's log is cut after ten lines
}

// Note reports a fact of the machine that stands over the table, such as the
// version of PostGIS. The last text of a name counts.
func Note(tb testing.TB, name, text string) {
	tb.Helper()
	tb.Logf("%s: %s", name, text)
	add(tb, entry{Note: name, Text: text})
}

// add writes one line in one write, so that several processes can.
func add(tb testing.TB, e entry) {
	tb.Helper()
	name := os.Getenv(FileVariable)
	if name == "" {
		return
	}
	line, err := json.Marshal(e)
	if err != nil {
		tb.Fatalf("line of the table: %v", err) // a figure that is no number
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		tb.Fatal(err)
	}
	_, err = f.Write(append(line, '\n'))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// WriteNotes writes notes as lines of a file of rows.
func WriteNotes(w io.Writer, notes [][2]string) error {
	lines := json.NewEncoder(w)
	for _, n := range notes {
		if err := lines.Encode(entry{Note: n[0], Text: n[1]}); err != nil {
			return err
		}
	}
	return nil
}
