package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Table is what a run reported.
type Table struct {
	Rows  []Row
	Notes [][2]string // name and text
}

// Read reads the file of a run.
func Read(r io.Reader) (*Table, error) {
	var t Table
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d of the rows: %w", n, err)
		}
		switch {
		case e.Row != nil:
			t.setRow(*e.Row)
		case e.Note != "":
			t.setNote(e.Note, e.Text)
		default:
			return nil, fmt.Errorf("line %d of the rows is neither a row nor a note", n)
		}
	}
	return &t, lines.Err()
}

func (t *Table) setRow(r Row) {
	for i, old := range t.Rows {
		if old.Area == r.Area && old.What == r.What && old.Against == r.Against {
			t.Rows[i] = r
			return
		}
	}
	t.Rows = append(t.Rows, r)
}

func (t *Table) setNote(name, text string) {
	for i, old := range t.Notes {
		if old[0] == name {
			t.Notes[i][1] = text
			return
		}
	}
	t.Notes = append(t.Notes, [2]string{name, text})
}

// Markdown writes the notes and one table of all rows, those of an area
// together.
func (t *Table) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	for i, n := range t.Notes {
		if i > 0 {
			out.WriteString(" · ")
		}
		fmt.Fprintf(out, "%s: %s", cell(n[0]), cell(n[1]))
	}
	if len(t.Notes) > 0 {
		out.WriteString("\n\n")
	}
	out.WriteString("| area | measured | ours | reference | its figure | ratio | aim | |\n|---|---|---:|---|---:|---:|---|---|\n")
	done := make(map[string]bool)
	for _, first := range t.Rows {
		if done[first.Area] {
			continue
		}
		done[first.Area] = true
		area := first.Area
		for _, r := range t.Rows {
			if r.Area != first.Area {
				continue
			}
			reference := ""
			if r.Against != "" {
				reference = figure(r.Reference, r.Unit)
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", cell(area), cell(r.What),
				figure(r.Ours, r.Unit), cell(r.Against), reference, r.ratio(), cell(r.Aim), r.verdict())
			area = ""
		}
	}
	return out.Flush()
}

// String gives the row as one line of text.
func (r Row) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s", r.Area, r.What, figure(r.Ours, r.Unit))
	if r.Against != "" {
		fmt.Fprintf(&b, ", %s %s", r.Against, figure(r.Reference, r.Unit))
	}
	if ratio := r.ratio(); ratio != "" {
		fmt.Fprintf(&b, ", %s", ratio)
	}
	if r.Aim != "" {
		fmt.Fprintf(&b, " (aim %s%s)", r.Aim, strings.TrimRight(" "+r.verdict(), " "))
	}
	return b.String()
}

// verdict is short, as the aim stands before it.
func (r Row) verdict() string {
	switch meets, known := r.Meets(); {
	case !known:
		return ""
	case meets:
		return "reached"
	default:
		return "missed"
	}
}

func (r Row) ratio() string {
	ratio, ok := r.Ratio()
	switch {
	case !ok:
		return ""
	case isTime(r.Unit) || strings.HasSuffix(r.Unit, "/s"):
		return short(ratio) + "x"
	default:
		return short(ratio) + " of it"
	}
}

func figure(v float64, unit string) string {
	switch {
	case unit == "ratio":
		return short(v)
	case strings.HasPrefix(unit, "/"):
		return short(v) + unit
	}
	return short(v) + " " + unit
}

// short writes a number with three digits that count, thousands apart.
func short(v float64) string {
	switch abs := math.Abs(v); {
	case abs == 0 || abs >= 99.95:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	case abs >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case abs >= 0.0995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
}

func thousands(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// cell keeps a text within its cell of the table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
