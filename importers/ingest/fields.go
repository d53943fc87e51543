package ingest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What a file may hold, as commands and requests name it.
const (
	WhatAreas   = "areas"
	WhatRoster  = "roster"
	WhatReports = "reports"
	WhatRoads   = "roads"
)

// Field is something that a column of a file may say.
type Field struct {
	Name     string // such as "code", as Options.Columns has it
	Required bool
	// Names are names of columns that mean the field, Chinese and English, the
	// surest first. Case, blanks and signs between words do not count.
	Names []string
}

// Fields lists the fields of what a file holds, in the order in which columns
// are given to them. The caller does not change it; nil for an unknown word.
func Fields(what string) []Field {
	switch what {
	case WhatAreas:
		return areaFields
	case WhatRoster:
		return rosterFields
	case WhatReports:
		return reportFields
	case WhatRoads:
		return roadFields
	}
	return nil
}

var areaFields = []Field{
	{Name: "code", Required: true, Names: []string{
		"code", "编码", "代码", "网格编码", "网格代码", "屯组编码", "屯编码", "组编码", "小区编码", "村编码", "村代码", "社区编码", "乡镇编码", "乡镇代码", "街道编码",
		"区划编码", "区划代码", "行政区划代码", "行政区代码", "统计用区划代码", "统计区划代码", "统一编码", "唯一编码", "编号", "网格编号", "屯组编号", "小区编号", "area code", "grid code", "group code",
		"village code", "town code", "township code", "compound code", "XZQDM", "ZLDWDM", "QSDWDM", "id code", "bm", "dm",
	}},
	{Name: "name", Names: []string{
		"name", "名称", "网格名称", "网格名", "屯组名称", "屯名", "屯组", "组名", "村名", "村名称", "社区名称", "小区名称", "小区名", "乡镇名称", "乡镇", "街道名称", "行政区名称", "单位名称",
		"区划名称", "name zh", "area name", "grid name", "group name", "village name", "township name", "compound name", "XZQMC", "ZLDWMC", "QSDWMC", "mc",
	}},
	{Name: "name_en", Names: []string{"name_en", "english name", "英文名", "英文名称", "name english"}},
	{Name: "alias", Names: []string{"alias", "aliases", "别名", "曾用名", "俗称", "又名"}},
	{Name: "parent", Names: []string{
		"parent", "parent code", "上级", "上级编码", "上级代码", "父编码", "父级编码", "所属编码", "所属村编码", "所属村代码", "所属社区编码", "所属乡镇编码", "所属街道编码", "所属网格编码", "所属单位编码", "隶属", "pid",
	}},
	{Name: "parent_kind", Names: []string{"parent_kind", "上级类型", "上级层级"}},
	{Name: "kind", Names: []string{"kind", "层级", "区域类型"}},
	{Name: "unit_type", Names: []string{"unit_type", "单位类型", "村社类型", "村居类型", "类型"}},
	{Name: "class", Names: []string{"class", "类别", "网格类别", "网格类型", "城乡分类", "城乡类别", "城乡"}},
	{Name: "households", Names: []string{"households", "户数", "总户数", "户籍户数", "常住户数", "家庭户数"}},
	{Name: "population", Names: []string{"population", "人口", "人口数", "总人口", "人数", "户籍人口", "常住人口"}},
	{Name: "synthetic", Names: []string{"synthetic", "虚构"}},
}

// Fold gives text as codes and words are compared: full-width forms made
// half-width, without blanks at its ends or marks that cannot be seen.
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] < ' ' {
			plain = false
			break
		}
	}
	if plain {
		return strings.Trim(s, " ")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e: // full-width ASCII
			return r - 0xff01 + '!'
		case r == 0x3000 || r == 0xa0:
			return ' '
		case unicode.Is(unicode.Cf, r), r == 0:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

// FoldName gives the name of a column as names are compared: as Fold, in small
// letters, letters and digits alone.
func FoldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, Fold(s))
}
