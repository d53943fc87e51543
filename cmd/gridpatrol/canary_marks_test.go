package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// mark is something that must not come out, in the forms in which it could.
// Where both is set it is out only where a form of each half is: numbers of few
// digits are in many files by chance.
type mark struct {
	label string
	forms [][]byte
	both  [2][][]byte
}

// in reports in which form data has the mark.
func (m *mark) in(data []byte) (form string, found bool) {
	for _, f := range m.forms {
		if bytes.Contains(data, f) {
			return fmt.Sprintf("%q", f), true
		}
	}
	has := func(forms [][]byte) bool {
		return slices.ContainsFunc(forms, func(f []byte) bool { return bytes.Contains(data, f) })
	}
	return "both halves", has(m.both[0]) && has(m.both[1])
}

// textMark gives a text as it stands, escaped as addresses and JSON do, in
// base64 at every offset, in hexadecimal, in UTF-16, and reversed.
func textMark(label, text string) mark {
	m := mark{label: label}
	add := func(forms ...string) {
		for _, f := range forms {
			if !slices.ContainsFunc(m.forms, func(g []byte) bool { return string(g) == f }) {
				m.forms = append(m.forms, []byte(f))
			}
		}
	}
	backwards := []rune(text)
	slices.Reverse(backwards)
	add(text, string(backwards), url.QueryEscape(text), url.PathEscape(text), strings.ToLower(url.QueryEscape(text)),
		hex.EncodeToString([]byte(text)), strings.ToUpper(hex.EncodeToString([]byte(text))))
	units := utf16.Encode([]rune(text))
	little, big, escaped := []byte{}, []byte{}, ""
	for _, u := range units {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		escaped += fmt.Sprintf(`\u%04x`, u)
	}
	add(string(little), string(big), escaped, strings.ToUpper(escaped), strings.ReplaceAll(strings.ToUpper(escaped), `\U`, `\u`))
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for offset := range 3 {
			// The characters at both ends also depend on what stands beside.
			whole := encoding.EncodeToString(append(make([]byte, offset), text...))
			first := (offset*8 + 5) / 6
			last := (offset + len(text)) * 8 / 6
			add(whole[first:last])
		}
	}
	return m
}

// phoneMark gives a number of eleven digits as textMark does, and in groups of
// three and four as people write them, in this order and in the other.
func phoneMark(label, phone string) mark {
	m := textMark(label, phone)
	groups := []string{phone[:3], phone[3:7], phone[7:]}
	for range 2 {
		for _, between := range []string{"", " ", "-", ".", "%20", "+"} {
			m.forms = append(m.forms, []byte(strings.Join(groups, between)))
		}
		slices.Reverse(groups)
	}
	return m
}

// positionMark gives a place in degrees, to seven digits or both to six, in whole
// 1e-7°, and as floating-point numbers in either order of bytes.
func positionMark(label string, p orb.Point) mark {
	m := mark{label: label}
	q, _ := geo.Snap(p)
	for axis, v := range p {
		seven := fmt.Sprintf("%.7f", v)
		whole := []string{seven, fmt.Sprint([]int32{q.Lon, q.Lat}[axis]), textMark("", seven).String()}
		bits := math.Float64bits(v)
		little, big := binary.LittleEndian.AppendUint64(nil, bits), binary.BigEndian.AppendUint64(nil, bits)
		for _, b := range [][]byte{little, big} {
			whole = append(whole, string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)))
		}
		for _, f := range whole {
			m.forms = append(m.forms, []byte(f))
		}
		m.both[axis] = [][]byte{[]byte(fmt.Sprintf("%.6f", v)), []byte(seven[:len(seven)-1])}
	}
	return m
}

// String gives the base64 of a mark's text.
func (m mark) String() string { return base64.StdEncoding.EncodeToString(m.forms[0]) }

// leaks gives the marks that data has, also inside archives and what is
// compressed.
func leaks(data []byte, marks []mark) (out []string) {
	for i := range marks {
		if form, found := marks[i].in(data); found {
			out = append(out, marks[i].label+" as "+form)
		}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		if archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, f := range archive.File {
				out = append(out, leaks([]byte(f.Name), marks)...)
				if r, err := f.Open(); err == nil {
					inside, _ := io.ReadAll(r)
					r.Close()
					out = append(out, leaks(inside, marks)...)
				}
			}
		}
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if r, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			inside, _ := io.ReadAll(r)
			out = append(out, leaks(inside, marks)...)
		}
	}
	return out
}

// TestLeaks finds marks in every form that the canary looks for, and does not
// find them in what only resembles them.
func TestLeaks(t *testing.T) {
	at := orb.Point{125.6437219, 43.5318472}
	name, phone, place := textMark("name", "鸟雀Zq"), phoneMark("phone", "13971946820"), positionMark("place", at)
	zipped := func(inside string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.Create("xl/sharedStrings.xml")
		if err == nil {
			_, err = io.WriteString(f, inside)
		}
		if err = errorsOf(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var squeezed bytes.Buffer
	w := gzip.NewWriter(&squeezed)
	io.WriteString(w, "鸟雀Zq")
	w.Close()
	for _, c := range []struct {
		what string
		data string
		want string
	}{
		{"plain", "x鸟雀Zqx", "name"},
		{"query", "q=" + url.QueryEscape("鸟雀Zq"), "name"},
		{"JSON", `"\u9e1f\u96c0\u005a\u0071"`, "name"},
		{"base64", base64.StdEncoding.EncodeToString([]byte("鸟雀Zq")), "name"},
		{"base64 within", base64.StdEncoding.EncodeToString([]byte("ab鸟雀Zqcd")), "name"},
		{"base64 within, by two", base64.URLEncoding.EncodeToString([]byte("a鸟雀Zqcd")), "name"},
		{"a bytea", hex.EncodeToString([]byte("鸟雀Zq")), "name"},
		{"a workbook", zipped("<t>鸟雀Zq</t>"), "name"},
		{"compressed", squeezed.String(), "name"},
		{"groups", "139-7194-6820", "phone"},
		{"groups backwards", "6820 7194 139", "phone"},
		{"digits backwards", "02864917931", "phone"},
		{"degrees", "[125.6437219,1]", "place"},
		{"six digits", "[125.643722,43.531847]", "place"},
		{"six digits of one", "[125.643722,43.5]", ""},
		{"whole", "1256437219", "place"},
		{"a shape", string(binary.LittleEndian.AppendUint64(nil, math.Float64bits(43.5318472))), "place"},
		{"a row", hex.EncodeToString(binary.LittleEndian.AppendUint64(nil, math.Float64bits(125.6437219))), "place"},
		{"a masked phone", "****6820", ""},
		{"a masked name", "鸟**", ""},
		{"near", "[125.64376,43.53183]", ""},
	} {
		got := leaks([]byte(c.data), []mark{name, phone, place})
		if (c.want == "") != (len(got) == 0) || c.want != "" && !strings.HasPrefix(got[0], c.want+" ") {
			t.Errorf("%s: found %v, want %q", c.what, got, c.want)
		}
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
