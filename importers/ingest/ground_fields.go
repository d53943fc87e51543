package ingest

import (
	"strings"

	"github.com/gridpatrol/gridpatrol/importers"
)

// roadFields are those of a file of roads, rivers and houses: a class in our own
// words, Chinese ones or those of extracts of OpenStreetMap ("fclass"), or the
// tags of OpenStreetMap.
var roadFields = []Field{
	{Name: "class", Names: []string{"class", "fclass", "类别", "类型", "地物类型", "要素类型", "道路类型", "道路等级", "道路类别", "技术等级", "河流类型", "水系类型", "要素名称", "type"}},
	{Name: "name_zh", Names: []string{"name:zh", "name zh", "中文名", "中文名称"}},
	{Name: "name", Names: []string{"name", "名称", "道路名称", "路名", "道路名", "路线名称", "河流名称", "河名", "水系名称", "村屯名称"}},
	{Name: "ref", Names: []string{"ref", "路线编号", "道路编号", "路线代码"}},
	{Name: "highway", Names: []string{"highway"}},
	{Name: "waterway", Names: []string{"waterway"}},
	{Name: "building", Names: []string{"building"}},
	{Name: "landuse", Names: []string{"landuse"}},
}

// The classes of the base map, see geo.Feature.
const (
	classMain   = "road_main"
	classRoad   = "road"
	classTrack  = "track"
	classRiver  = "river"
	classStream = "stream"
	classHouses = "houses"
)

// groundWords are what the classes are called. Those of OpenStreetMap that are
// in none (footways under construction, dams) are not drawn.
var groundWords = map[string][]string{
	classMain: {"motorway", "trunk", "primary", "secondary", "motorway link", "trunk link", "primary link", "secondary link",
		"高速", "高速公路", "快速路", "国道", "省道", "县道", "一级公路", "二级公路", "三级公路", "主干道", "主干路", "次干道", "次干路", "干线", "公路", "主要道路"},
	classRoad: {"tertiary", "tertiary link", "unclassified", "residential", "living street", "service",
		"道路", "乡道", "村道", "专用公路", "四级公路", "等外公路", "支路", "街道", "乡村道路", "县乡道", "一般道路", "城市道路"},
	classTrack: {"path", "footway", "bridleway", "cycleway", "steps", "pedestrian", "track grade1", "track grade2", "track grade3", "track grade4", "track grade5",
		"小路", "小道", "机耕路", "机耕道", "大车路", "便道", "田间道", "田间路", "山路", "土路", "林道", "步道"},
	classRiver:  {"canal", "河", "河流", "江", "干流", "主河道", "运河", "常年河", "地面河流"},
	classStream: {"ditch", "drain", "brook", "溪", "溪流", "沟", "沟渠", "渠", "水渠", "支流", "小河", "时令河", "干渠", "支渠", "排水沟"},
	classHouses: {"building", "house", "village", "居民地", "居民点", "房屋", "建筑", "建筑物", "村庄", "农村居民点", "宅基地", "农村宅基地", "屯落", "街区"},
}

// groundClasses gives the class of a folded word.
var groundClasses = func() map[string]string {
	out := map[string]string{}
	for class, words := range groundWords {
		out[FoldName(class)] = class
		for _, w := range words {
			out[FoldName(w)] = class
		}
	}
	return out
}()

// groundKeys are the tags of OpenStreetMap, in the order in which one beats another.
var groundKeys = []string{"highway", "waterway", "building", "landuse"}

// groundClass says what a row is of; "" for nothing of the base map. own is
// true for our own word for it. unknown is a word that is no class.
func groundClass(c Columns, row []importers.Value) (class string, own bool, unknown string) {
	if word := cleanWord(c.Value("class", row)); word != "" {
		if class, ok := groundClasses[FoldName(word)]; ok {
			return class, word == class, ""
		}
		unknown = word
	}
	for _, key := range groundKeys {
		word := cleanWord(c.Value(key, row))
		if word == "" || word == "no" {
			continue
		}
		class := groundClasses[FoldName(word)]
		switch {
		case key == "building":
			return classHouses, false, ""
		case key == "landuse" && word == "residential":
			return classHouses, false, ""
		case key == "highway" && class != classRiver && class != classStream && class != classHouses && class != "",
			key == "waterway" && (class == classRiver || class == classStream):
			return class, false, ""
		}
		// A tag of another value is none of the base map, and no fault.
	}
	return "", false, unknown
}

// cleanWord gives a value as words are compared.
func cleanWord(v importers.Value) string { return strings.ToLower(Fold(v.Text)) }

// groundName gives the name of a row: Chinese before any other, a road's number
// where there is no name.
func groundName(c Columns, row []importers.Value) string {
	for _, field := range []string{"name_zh", "name", "ref"} {
		if name := Fold(c.Value(field, row).Text); name != "" {
			return name
		}
	}
	return ""
}
