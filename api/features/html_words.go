package features

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// tongue is the language of a page: Chinese or else English.
type tongue bool

// tongueOf reads the header Accept-Language; English where it names neither.
func tongueOf(r *http.Request) tongue {
	wanted, _, err := language.ParseAcceptLanguage(strings.Join(r.Header.Values("Accept-Language"), ","))
	if err != nil {
		return false
	}
	for _, t := range wanted {
		switch base, _ := t.Base(); base.String() {
		case "zh":
			return true
		case "en":
			return false
		}
	}
	return false
}

// Lang is the language as HTML and HTTP name it.
func (zh tongue) Lang() string { return zh.Say("zh-CN", "en") }

// Say gives what to say in the language of the page.
func (zh tongue) Say(chinese, english string) string {
	if zh {
		return chinese
	}
	return english
}

// words are what names of JSON are called in Chinese and in English.
type words map[string][2]string

func (w words) of(zh tongue, name string) string {
	if both, ok := w[name]; ok {
		return zh.Say(both[0], both[1])
	}
	return name
}

// collectionWords are the titles of collections.
var collectionWords = words{
	"districts":      {"区", "District"},
	"townships":      {"乡镇(街道)", "Townships and streets"},
	"villages":       {"村、社区与专属单元", "Villages, communities and special units"},
	"village_groups": {"屯组", "Village groups"},
	"grids":          {"网格", "Patrol grids"},
	"compounds":      {"居民小区(楼院)", "Residential compounds"},
	"roads":          {"道路", "Roads"},
	"reports":        {"上报事件", "Reports"},
	"hotspots":       {"热点", "Hot spots"},
}

// descriptionWords are what collections have, in Chinese; in English it stands
// in their documents.
var descriptionWords = map[string]string{
	"districts":      "已发布的区界",
	"townships":      "已发布的乡镇(街道)边界",
	"villages":       "已发布的村、社区和专属单元边界",
	"village_groups": "已发布的屯组边界",
	"grids":          "已发布的网格边界",
	"compounds":      "已发布的居民小区(楼院)边界",
	"roads":          "底图中的道路与小路",
	"reports":        "上报事件，最新的在前。未登录时位置约略到 50 米，涉及私人生活的约略到 500 米。",
	"hotspots":       "按 H3 六边形统计的上报事件，附每千户件数和分辨率 8 六边形的 Getis-Ord Gi* 统计量。未登录时统计最近 7、30、90、365 天或某个自然月，数目少处不显示件数和比率；负责部分区域的账号只统计这些区域，不含比率和统计量。",
}

// fieldWords are the properties of features, and the parameters of requests.
var fieldWords = words{
	"code": {"代码", "Code"}, "name": {"名称", "Name"}, "name_en": {"英文名称", "Name in English"},
	"parent": {"上级代码", "Code of the area above"}, "area_m2": {"面积(m²)", "Area (m²)"}, "synthetic": {"虚构数据", "Synthetic"},
	"households": {"户数", "Households"}, "population": {"人口", "Population"},
	"unit_type": {"单元类型", "Type of unit"}, "class": {"类型", "Class"},
	"category": {"类别", "Category"}, "status": {"状态", "Status"}, "grid": {"网格", "Grid"},
	"created_at": {"上报时间", "Reported at"}, "updated_at": {"更新时间", "Updated at"},
	"overdue": {"超时", "Overdue"}, "due_at": {"办理期限", "Due at"},
	"h3": {"H3 编号", "H3 index"}, "count": {"件数", "Reports"}, "suppressed": {"因数目少不显示", "Withheld as too few"},
	"rate": {"每千户件数", "Reports per 1,000 households"}, "z_score": {"z 值", "z score"}, "p_value": {"p 值", "p value"},
	"significant": {"显著", "Significant"}, "analysis_h3": {"统计所用 H3 编号", "H3 index of the statistics"},
	"resolution": {"H3 分辨率", "H3 resolution"}, "variable": {"统计变量", "Variable of the statistics"},
	"geometry": {"几何", "Geometry"}, "id": {"编号", "Id"},
	"bbox": {"范围框", "Box"}, "datetime": {"时间", "Time"}, "limit": {"每页要素数", "Features a page"},
	"sortby": {"排序", "Order"}, "filter": {"筛选条件(CQL2)", "Filter (CQL2)"},
}

// statusWords are the states of reports.
var statusWords = words{
	string(patrol.Reported): {"待核实", "To verify"}, string(patrol.Verified): {"待派遣", "To dispatch"},
	string(patrol.Dispatched): {"待接收", "To accept"}, string(patrol.Accepted): {"处置中", "In progress"},
	string(patrol.Returned): {"已退回", "Returned"}, string(patrol.Handled): {"已处置", "Handled"},
	string(patrol.Closed): {"已结案", "Closed"}, string(patrol.Rejected): {"不予立案", "Rejected"},
	string(patrol.Parked): {"挂账", "Parked"}, string(patrol.Duplicate): {"重复上报", "Duplicate"},
}

// classWords are the classes of roads and grids, and the types of units.
var classWords = words{
	"road_main": {"干道", "Main road"}, "road": {"道路", "Road"}, "track": {"小路", "Track"},
	"rural": {"农村", "Rural"}, "urban": {"城区", "Urban"},
}

// geometryWords are the types of geometries.
var geometryWords = words{
	"Point": {"点", "Point"}, "MultiLineString": {"多线", "Lines"}, "Polygon": {"面", "Polygon"}, "MultiPolygon": {"多面", "Polygons"},
}

// relWords are what links lead to, by their relations.
var relWords = words{
	"service-desc": {"API 说明(OpenAPI 3.0)", "The API as OpenAPI 3.0"}, "service-doc": {"API 说明", "The API, to read"},
	"conformance": {"符合的标准", "The parts of the standard that are kept"}, "data": {"集合", "The collections"},
	relTilesets: {"矢量瓦片", "Vector tiles"}, relTilingSchemes: {"瓦片矩阵集", "The tile matrix sets"}, relTilingScheme: {"瓦片矩阵集", "The tile matrix set"},
	relStyles: {"样式", "The styles"}, relQueryables: {"可查询属性", "What features can be asked for by"}, relGeodata: {"集合", "The collection"},
	"items": {"要素", "The features"}, "collection": {"集合", "The collection"}, "next": {"下一页", "Next page"}, "item": {"瓦片", "The tiles"},
	"stylesheet": {"MapLibre 样式", "A MapLibre style"},
}

func (p *htmlPage) linkTitle(l link) string {
	if _, ok := relWords[l.Rel]; ok {
		return relWords.of(p.tongue, l.Rel)
	}
	if l.Title != "" {
		return l.Title
	}
	return l.Rel
}

// mapTexts are what the map says.
func mapTexts(zh tongue) []anchor {
	return []anchor{
		{Rel: "map", Text: zh.Say("地图", "Map")},
		{Rel: "in", Text: zh.Say("放大", "Zoom in")}, {Rel: "out", Text: zh.Say("缩小", "Zoom out")},
		{Rel: "close", Text: zh.Say("关闭", "Close")},
		{Rel: "view", Text: zh.Say("取地图当前范围", "Take what the map shows")},
		{Rel: "scroll", Text: zh.Say("按住 Ctrl 滚动以缩放地图", "Hold Ctrl and scroll to zoom the map")},
		{Rel: "scrollmac", Text: zh.Say("按住 ⌘ 滚动以缩放地图", "Hold ⌘ and scroll to zoom the map")},
		{Rel: "fingers", Text: zh.Say("用双指移动地图", "Move the map with two fingers")},
		{Rel: "undrawable", Text: zh.Say("此浏览器不能显示地图，下面的列表有同样的要素。", "This browser cannot draw the map; the list below has the same features.")},
		{Rel: "failed", Text: zh.Say("地图的数据未能加载。", "The data of the map could not be loaded.")},
	}
}

// collectionTitle is what a collection is called.
func (p *htmlPage) collectionTitle(id, title string) string {
	if _, ok := collectionWords[id]; ok {
		return collectionWords.of(p.tongue, id)
	}
	return title
}

// describe says what a collection has.
func (p *htmlPage) describe(id, description string) string {
	if text, ok := descriptionWords[id]; ok && bool(p.tongue) {
		return text
	}
	return description
}

// value is a property of a feature as it is shown: the code of something that
// has a name is that name.
func (p *htmlPage) value(name string, v any) entry {
	switch v := v.(type) {
	case nil:
		return entry{Text: "—"}
	case bool:
		if v {
			return entry{Text: p.Say("是", "yes")}
		}
		return entry{Text: p.Say("否", "no")}
	case json.Number:
		return entry{Text: grouped(v.String()), Number: true}
	case string:
		return p.textValue(name, v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return entry{Text: string(data), Code: true}
}

func (p *htmlPage) textValue(name, v string) entry {
	switch name {
	case "category":
		if c, ok := p.server.c.Duties.Current().Rulebook.Category(v); ok {
			return entry{Text: p.Say(c.Name, c.NameEn)}
		}
	case "status":
		return entry{Text: statusWords.of(p.tongue, v)}
	case "class":
		return entry{Text: classWords.of(p.tongue, v)}
	case "grid":
		return entry{Text: v, Href: p.to("/collections/grids/items/" + v), Code: true}
	case "code", "parent", "h3", "analysis_h3":
		return entry{Text: v, Code: true}
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return entry{Text: t.Format("2006-01-02 15:04 MST"), Time: v}
	}
	return entry{Text: v}
}

// grouped writes the whole part of a number with a comma every three digits, and
// no more than six decimals, or two of a number from a thousand up.
func grouped(s string) string {
	if strings.ContainsAny(s, "eE") {
		return s
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, rest, broken := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if broken {
		most := 6
		if len(whole) > 3 {
			most = 2
		}
		rest = rest[:min(len(rest), most)]
		whole += "." + rest
	}
	return sign + whole
}

// count is a number of things as text.
func count(n int) string { return grouped(strconv.Itoa(n)) }
