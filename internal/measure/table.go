package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
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
	if i := slices.IndexFunc(t.Rows, r.same); i >= 0 {
		t.Rows[i] = r
		return
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
// together: first the areas named, in their order, then others as they came.
func (t *Table) Markdown(w io.Writer, areas ...string) error {
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
	for _, r := range t.Rows {
		if !slices.Contains(areas, r.Area) {
			areas = append(areas[:len(areas):len(areas)], r.Area)
		}
	}
	for _, area := range areas {
		name := area
		for _, r := range t.Rows {
			if r.Area != area {
				continue
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", cell(name), cell(r.What),
				r.ours(), cell(r.Against), r.reference(), r.ratio(), cell(r.Aim), r.verdict())
			name = ""
		}
	}
	return out.Flush()
}

// String gives the row as one line of text.
func (r Row) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.Area, r.What)
	if ours := r.ours(); ours != "" {
		fmt.Fprintf(&b, ": %s", ours)
	}
	if r.Against != "" {
		fmt.Fprintf(&b, ", %s %s", r.Against, r.reference())
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

// ours is empty for a row that names a reference alone.
func (r Row) ours() string {
	if r.Ours == 0 && r.Against != "" {
		return ""
	}
	return figure(r.Ours, r.Unit)
}

func (r Row) reference() string {
	if r.Against == "" {
		return ""
	}
	return figure(r.Reference, r.Unit)
}

func figure(v float64, unit string) string {
	switch {
	case unit == "ratio", unit == "":
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
