package ingest

import (
	"encoding/json"
	"strings"
	"unicode"
)

// cleanText gives text of a name: without blanks at its ends or characters that
// cannot be seen.
func cleanText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == 0xfeff {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// destroyed tells names that an export could not write: question marks in place of
// characters, the mark that stands for what is no text, and what becomes of this
// mark when it is read as GBK.
func destroyed(s string) bool {
	return strings.ContainsAny(s, "?\ufffd") || strings.Contains(s, "锟斤") || strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 && r < 0xa0 })
}

// parseAlias reads other names: a JSON list, names with separators between, or a
// list as GDAL writes it.
func parseAlias(s string) []string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") {
		var list []string
		if json.Unmarshal([]byte(s), &list) == nil {
			return list
		}
	}
	// GDAL writes lists as (2:a,b) into formats that know none.
	if count, list, ok := strings.Cut(s, ":"); ok && strings.HasPrefix(count, "(") && strings.HasSuffix(list, ")") && digits(count[1:]) {
		s = strings.TrimSuffix(list, ")")
	}
	out := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;，；、|\n", r) })
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// parseUnitType reads what sort of village-level unit an area is.
func parseUnitType(s string) (string, bool) {
	switch strings.ToLower(s) {
	case "village", "村", "行政村", "村委会", "村民委员会", "建制村":
		return "village", true
	case "community", "社区", "居委会", "居民委员会", "社区居委会", "城市社区":
		return "community", true
	case "special", "特殊", "特殊单位", "其他", "类似居委会", "类似村委会":
		return "special", true
	}
	return "", false
}

// unitTypeOf tells the sort of a unit by its code, whose last three digits are
// 001 to 199 for communities and 200 to 399 for villages (GB/T 10114).
func unitTypeOf(code string) string {
	if len(code) != 12 || !digits(code) {
		return ""
	}
	switch {
	case code[9] == '0' || code[9] == '1':
		return "community"
	case code[9] == '2' || code[9] == '3':
		return "village"
	}
	return "special"
}

// parseClass reads whether a grid is urban or rural.
func parseClass(s string) (string, bool) {
	switch strings.ToLower(s) {
	case "urban", "城市", "城区", "城镇", "城市网格", "城区网格", "社区网格":
		return "urban", true
	case "rural", "农村", "乡村", "农村网格", "乡村网格":
		return "rural", true
	}
	return "", false
}
