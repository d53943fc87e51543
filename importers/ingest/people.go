package ingest

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/gridpatrol/gridpatrol/importers"
)

// parsePhone reads a telephone number: its digits, for a landline with one
// stroke after the area code. changed tells that more than blanks had to go.
// ok is false for what is no number; empty is "".
func parsePhone(v importers.Value) (phone string, changed, ok bool) {
	text := Fold(v.Text)
	if text == "" || vacancies[strings.ToLower(text)] {
		return "", false, true
	}
	plain := text
	if scientific(text) { // exact where all digits are there
		x, err := strconv.ParseFloat(text, 64)
		mantissa := strings.IndexAny(strings.ToUpper(text), "E")
		if err != nil || x != float64(int64(x)) || len(strings.Trim(text[:mantissa], "+-0."))-1 < 9 {
			return "", false, false
		}
		plain = strconv.FormatInt(int64(x), 10)
	}
	whole, fraction, dotted := strings.Cut(plain, ".")
	if dotted && v.Type == importers.Number && strings.Trim(fraction, "0") == "" {
		plain = whole
	}
	var b strings.Builder
	for _, r := range plain {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -()+.·—–", r) || unicode.IsSpace(r):
		default:
			return "", false, false
		}
	}
	phone = b.String()
	if rest, cut := strings.CutPrefix(phone, "86"); cut && len(rest) == 11 && rest[0] == '1' {
		phone = rest
	}
	if rest, cut := strings.CutPrefix(phone, "0086"); cut && len(rest) == 11 {
		phone = rest
	}
	switch mobile := len(phone) == 11 && phone[0] == '1'; {
	case mobile, len(phone) >= 3 && len(phone) <= 8: // a desk's own number may be short
	case phone != "" && phone[0] == '0' && len(phone) >= 10 && len(phone) <= 12:
		at := 4
		if strings.HasPrefix(phone, "010") || strings.HasPrefix(phone, "02") {
			at = 3
		}
		phone = phone[:at] + "-" + phone[at:]
	default:
		return "", false, false
	}
	return phone, phone != v.Text, true
}

// parseName reads the name of a person: without the blanks that spreadsheets
// are lined up with between two Chinese characters. deputy is true for
// 张三(代理). phone is the number that stands beside the name in the same
// cell. ok is false for what is no name; nobody is "".
func parseName(text string) (name, phone string, deputy, ok bool) {
	text = Fold(text)
	if vacancies[strings.ToLower(text)] {
		return "", "", false, true
	}
	for _, mark := range []string{"(代理)", "(代)", "代理:", "代理：", "[代理]"} {
		if strings.Contains(text, mark) {
			text, deputy = strings.Replace(text, mark, "", 1), true
		}
	}
	if at := strings.IndexAny(text, "0123456789"); at >= 0 {
		end := strings.LastIndexAny(text, "0123456789") + 1
		number, _, good := parsePhone(importers.Value{Text: text[at:end], Type: importers.Text})
		if !good || number == "" {
			return "", "", deputy, false
		}
		phone, text = number, text[:at]+text[end:]
	}
	text = strings.Trim(text, " ()[]:：,，、/-\t\n\r")
	runes := []rune(text)
	out := runes[:0]
	for i, r := range runes {
		if unicode.IsSpace(r) && (i+1 < len(runes) && unicode.Is(unicode.Han, runes[i+1]) || len(out) > 0 && unicode.IsSpace(out[len(out)-1])) {
			continue
		}
		out = append(out, r)
	}
	name = strings.TrimSpace(string(out))
	if vacancies[strings.ToLower(name)] {
		return "", "", deputy, phone == ""
	}
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsControl(r), unicode.IsDigit(r), r == unicode.ReplacementChar, unicode.IsSymbol(r):
			return "", "", deputy, false
		}
	}
	return name, phone, deputy, letters > 0 && len(out) <= 60
}

// splitPeople parts a cell with several people or numbers.
func splitPeople(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;；/／\n\r|", r) })
}
