package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// reading is a name spelt in pinyin, in full and by initials: "yujiacun" and
// "yjc" for 于家村.
type reading struct{ full, initials string }

// readings gives the ways a folded name can be read aloud, the usual one first.
// Where a character has several readings each is tried with the usual ones of
// the others: place names seldom hold two odd ones, and all combinations would
// be many. It is nil for a name without Chinese characters.
func readings(name string) []reading {
	args := pinyin.NewArgs() // without tones, ü as v
	args.Heteronym = true
	var syllables [][]string
	chinese := false
	for _, r := range name {
		options := []string{string(r)} // digits and letters read as themselves
		if unicode.Is(unicode.Han, r) {
			if found := pinyin.SinglePinyin(r, args); len(found) > 0 {
				options, chinese = distinct(found), true
			}
		}
		syllables = append(syllables, options)
	}
	if !chinese {
		return nil
	}
	usual := make([]string, len(syllables))
	for i, options := range syllables {
		usual[i] = options[0]
	}
	out := []reading{spell(usual)}
	for i, options := range syllables {
		for _, odd := range options[1:] {
			other := slices.Clone(usual)
			other[i] = odd
			out = append(out, spell(other))
		}
	}
	return out
}

// distinct gives the readings of a character without their tones, each once,
// in the order of the dictionary.
func distinct(found []string) []string {
	var out []string
	for _, f := range found {
		if f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func spell(syllables []string) reading {
	var initials strings.Builder
	for _, s := range syllables {
		first, _ := utf8.DecodeRuneInString(s)
		initials.WriteRune(first)
	}
	return reading{strings.Join(syllables, ""), initials.String()}
}
