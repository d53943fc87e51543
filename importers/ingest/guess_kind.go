package ingest

import (
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// kindWords are words in names of layers and columns that tell a kind; the
// first that is found counts.
var kindWords = []struct {
	kind  geo.Kind
	words []string
}{
	{geo.VillageGroup, []string{"village_group", "villagegroup", "village group", "屯组", "村民小组", "小组", "屯"}},
	{geo.Grid, []string{"grid", "网格", "wangge", "wg"}},
	{geo.Compound, []string{"compound", "小区", "楼院"}},
	{geo.Township, []string{"township", "乡镇", "街道", "xiangzhen"}},
	{geo.Village, []string{"village", "村", "社区"}},
	{geo.District, []string{"district", "区县", "县区", "区界", "县界"}},
}

// guessKind tells the kind of areas by a column that says it, else by the form
// of the codes, else by words.
func guessKind(layer importers.Layer, c Columns, samples [][]importers.Value) geo.Kind {
	counts := map[geo.Kind]int{}
	fifteen := 0
	for _, row := range samples {
		if k, ok := parseKindWord(c.Value("kind", row).Text); ok {
			counts[k] += 100
			continue
		}
		code, _ := ParseCode(c.Value("code", row))
		switch {
		case len(code) == 16 && code[12] == 'C':
			counts[geo.Compound]++
		case !digits(code):
		case len(code) == 6:
			counts[geo.District]++
		case len(code) == 9:
			counts[geo.Township]++
		case len(code) == 12:
			counts[geo.Village]++
		case len(code) == 15:
			fifteen++ // a grid or a group
		}
	}
	var best geo.Kind
	for _, k := range geo.Kinds() {
		if counts[k] > counts[best] {
			best = k
		}
	}
	if best != "" && counts[best] >= fifteen {
		return best
	}
	texts := []string{layer.Name, c.Name("code"), c.Name("name")}
	if fifteen > 0 {
		for _, row := range samples {
			texts = append(texts, c.Value("name", row).Text)
		}
	}
	for _, text := range texts {
		for _, w := range kindWords {
			if fifteen > 0 && w.kind != geo.Grid && w.kind != geo.VillageGroup {
				continue
			}
			if slices.ContainsFunc(w.words, func(s string) bool { return strings.Contains(strings.ToLower(text), s) }) {
				return w.kind
			}
		}
	}
	return ""
}

// parseKindWord reads a kind in the singular or plural, or in Chinese.
func parseKindWord(text string) (geo.Kind, bool) {
	text = strings.ToLower(Fold(text))
	if k, err := geo.ParseKind(text); err == nil {
		return k, true
	}
	if k, ok := geo.ParsePlural(text); ok {
		return k, true
	}
	switch text {
	case "区", "县", "区县":
		return geo.District, true
	case "乡镇", "乡", "镇", "街道", "乡镇(街道)":
		return geo.Township, true
	case "村", "社区", "行政村":
		return geo.Village, true
	case "屯组", "屯", "组", "村民小组":
		return geo.VillageGroup, true
	case "网格":
		return geo.Grid, true
	case "小区", "楼院", "居民小区":
		return geo.Compound, true
	}
	return "", false
}
