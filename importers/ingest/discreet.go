package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// A file of people has names and phones, and where its cells are shifted, or a
// column is taken for another, they stand where a post or a day should. So what
// such a file says is told only where it can be no person's: see harmless.

// discreet takes out of a problem of such a file what may be a person's. What a cell
// says stands in its details in quotes, and among its values.
func discreet(p *importers.Problem, codes func(code string) bool) {
	if !harmless(p.Code) && (codes == nil || !codes(p.Code)) {
		p.Code = ""
	}
	for _, key := range []string{"value", "expected"} {
		text, ok := p.Values[key].(string)
		if !ok || harmless(text) {
			continue
		}
		p.Detail = strings.ReplaceAll(p.Detail, strconv.Quote(text), "what stands there")
		delete(p.Values, key)
	}
}

// told gives a text of the file for a sentence, or what stands for it.
func told(text string) string {
	if harmless(text) {
		return clip(text)
	}
	return "of what stands there"
}

// harmless tells of a text that it is no name and no phone of anybody, by a closed
// test: it is a day or a time, a code, a small number, or made of known words.
func harmless(text string) bool {
	text = Fold(text)
	return text == "" || isDay(text) || isCode(text) || knownWords(text)
}

// isDay tells of texts such as 2024-13-45, 2024年3月 or 2024/3/1 08:30.
func isDay(text string) bool {
	if !strings.HasPrefix(text, "19") && !strings.HasPrefix(text, "20") {
		return false
	}
	groups := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("-/.年月日时分秒:T +Z", r) })
	if len(groups) < 2 || len(groups) > 7 || len(groups[0]) != 4 || strings.HasPrefix(text[4:], " ") {
		return false
	}
	for i, g := range groups {
		if !digits(g) || i > 0 && len(g) > 2 {
			return false
		}
	}
	return true
}

// isCode tells of codes of areas, also those that a spreadsheet damaged, and of small
// numbers. Digits as many as a phone or an identity card has are none.
func isCode(text string) bool {
	if mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E"); ok && scientific(text) {
		switch strings.TrimLeft(exponent, "+") {
		case "8", "11", "14":
			return len(mantissa) < 9
		}
		return false
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(fraction, "0") != "" || len(text) > 20 {
		return false
	}
	letters := 0
	for i, r := range whole {
		switch {
		case r >= '0' && r <= '9':
		case r >= 'A' && r <= 'Z' && i > 0: // as in 220112001001C001
			letters++
		default:
			return false
		}
	}
	if whole == "" || letters > 2 || letters > 0 && len(whole) < 13 {
		return false
	}
	switch n := len(whole) - letters; {
	case n <= 6, letters > 0 && n >= 12:
		return true
	case n == 9, n == 12, n == 14, n == 15:
		return whole[0] != '0' && whole[0] != '1' // neither an area's number nor a mobile's
	}
	return false
}

// words are those that rosters and reports have for posts, areas, states, yes and no,
// and what their columns are called.
var words = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	add := func(list ...string) {
		for _, w := range list {
			if w = FoldName(w); utf8.RuneCountInString(w) > 1 {
				out[w] = true
			}
		}
	}
	for _, w := range postWords {
		add(w.word)
	}
	for _, p := range patrol.Posts() {
		add(string(p))
	}
	for w := range statusWords {
		add(w)
	}
	for _, s := range patrol.Statuses() {
		add(string(s))
	}
	for code, list := range categoryWords {
		add(code)
		add(list...)
	}
	for w := range attributes {
		add(w)
	}
	for w := range vacancies {
		add(w)
	}
	for _, fields := range [][]Field{rosterFields, reportFields, areaFields} {
		for _, f := range fields {
			add(f.Names...)
		}
	}
	add("committee", "branch", "党支部", "支部", "屯委会", "grid", "网格", "village_group", "屯组", "村民小组", "compound", "小区", "楼院", "township", "乡镇", "街道",
		"district", "yes", "no", "true", "false", "请假", "组长", "副组长", "书记", "委员", "leave")
	return out
})

// knownWords tells of a text that it is made of known words, with numbers and 副
// between them.
func knownWords(text string) bool {
	rest := []rune(FoldName(text))
	found, numbers := false, 0
	for len(rest) > 0 {
		n := 0
		for k := min(len(rest), 24); k > 1 && n == 0; k-- {
			if words()[string(rest[:k])] {
				n = k
			}
		}
		switch {
		case n > 0:
			found = true
		case unicode.IsDigit(rest[0]) && numbers < 3:
			n, numbers = 1, numbers+1
		case strings.ContainsRune("副第一二三四五六七八九十", rest[0]):
			n = 1
		default:
			return false
		}
		rest = rest[n:]
	}
	return found
}

// surnames are those of nine people of ten.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅付沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"

var longSurnames = []string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯", "宇文", "长孙", "司空", "轩辕", "端木", "百里", "南宫"}

// unlikelyName tells of the name of a column that it is more likely data: that
// the file has no header, and its first row was taken for one.
func unlikelyName(column string) bool {
	return manyDigits(column) || !knownWords(column) && likelyPerson(column)
}

func manyDigits(column string) bool {
	n := 0
	for _, r := range column {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n >= 6
}

// likelyPerson tells of 张三, 网格长张三, 欧阳小三 and Zhang San.
func likelyPerson(text string) bool {
	text = Fold(text)
	if parts := strings.Fields(text); len(parts) == 2 || len(parts) == 3 {
		capital := func(s string) bool { return len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' }
		if !slices.ContainsFunc(parts, func(s string) bool { return !capital(s) }) {
			return true
		}
	}
	if posts, rest, _ := postNamed(text); posts != nil && rest != "" {
		text = rest
	}
	name := []rune(FoldName(text))
	if slices.ContainsFunc(name, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
		return false
	}
	long := slices.ContainsFunc(longSurnames, func(s string) bool { return strings.HasPrefix(string(name), s) })
	return long && len(name) >= 3 && len(name) <= 4 || (len(name) == 2 || len(name) == 3) && strings.ContainsRune(surnames, name[0])
}

// columnName gives the name of a column for a report, its number where that is more
// likely data.
func columnName(columns []string, i int) string {
	if unlikelyName(columns[i]) {
		return fmt.Sprintf("(column %d)", i+1)
	}
	return columns[i]
}

// How many columns are listed, and how much of the name of each.
const mostListed, mostListedName = 20, 40

// columnList lists the columns of a file for a sentence.
func columnList(columns []string) string {
	var list []string
	left := 0
	for _, c := range columns {
		switch text := []rune(cleanText(c)); {
		case len(text) == 0:
		case manyDigits(c):
			return fmt.Sprintf("its first row looks like data, not like names of columns; there are %d columns", len(columns))
		case unlikelyName(c) || len(list) == mostListed:
			left++
		case len(text) > mostListedName:
			list = append(list, string(text[:mostListedName])+"…")
		default:
			list = append(list, string(text))
		}
	}
	out := "the columns are " + strings.Join(list, ", ")
	switch {
	case len(list) == 0:
		return fmt.Sprintf("there are %d columns", len(columns))
	case left > 0:
		out += fmt.Sprintf(" and %d others", left)
	}
	return out
}
