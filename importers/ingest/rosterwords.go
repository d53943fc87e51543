package ingest

import (
	"strings"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// postWords are what posts are called. Some words mean one post in a village group and
// another in a compound: the first is the group's.
var postWords = []struct {
	word  string
	posts []patrol.Post
}{
	{"专职网格员", []patrol.Post{patrol.GridMember}}, {"兼职网格员", []patrol.Post{patrol.GridMember}}, {"网格员", []patrol.Post{patrol.GridMember}},
	{"网格长", []patrol.Post{patrol.GridChief}},
	{"网格民警", []patrol.Post{patrol.GridPolice}}, {"社区民警", []patrol.Post{patrol.GridPolice}}, {"包片民警", []patrol.Post{patrol.GridPolice}},
	{"驻村民警", []patrol.Post{patrol.GridPolice}}, {"民警", []patrol.Post{patrol.GridPolice}},
	{"屯委会主任", []patrol.Post{patrol.GroupDirector}}, {"屯委主任", []patrol.Post{patrol.GroupDirector}},
	{"小区主任", []patrol.Post{patrol.CompoundDirector}}, {"管委会主任", []patrol.Post{patrol.CompoundDirector}}, {"楼院主任", []patrol.Post{patrol.CompoundDirector}},
	{"综治协管员", []patrol.Post{patrol.GroupSecurity, patrol.CompoundSecurity}}, {"协管员", []patrol.Post{patrol.GroupSecurity, patrol.CompoundSecurity}},
	{"妇女委员", []patrol.Post{patrol.GroupWomen}}, {"妇女主任", []patrol.Post{patrol.GroupWomen}},
	{"服务保障员", []patrol.Post{patrol.CompoundService}}, {"保障员", []patrol.Post{patrol.CompoundService}},
	{"志愿者", []patrol.Post{patrol.Volunteer}},
	{"乡镇平台", []patrol.Post{patrol.TownshipDesk}}, {"街道平台", []patrol.Post{patrol.TownshipDesk}}, {"镇街平台", []patrol.Post{patrol.TownshipDesk}},
	{"区平台", []patrol.Post{patrol.DistrictDesk}}, {"区指挥中心", []patrol.Post{patrol.DistrictDesk}},
	{"主任", []patrol.Post{patrol.GroupDirector, patrol.CompoundDirector}},
}

// postNamed gives the posts that a text begins with the name of, and what comes after
// it. Deputy is true for 代理网格长. A post of ours is known by its own name too,
// with or without what stands between its words. A 副网格长 is no 网格长: nothing is
// given for it.
func postNamed(text string) (posts []patrol.Post, rest string, deputy bool) {
	text = FoldName(text)
	text, deputy = strings.CutPrefix(text, "代理")
	longest := 0
	for _, w := range postWords {
		if after, ok := strings.CutPrefix(text, w.word); ok && len(w.word) > longest {
			posts, rest, longest = w.posts, after, len(w.word)
		}
	}
	for _, p := range patrol.Posts() {
		word := FoldName(string(p))
		if after, ok := strings.CutPrefix(text, word); ok && len(word) > longest {
			posts, rest, longest = []patrol.Post{p}, after, len(word)
		}
	}
	return posts, rest, deputy
}

// postFor chooses among the posts that a word may mean, by the kind of area.
func postFor(posts []patrol.Post, kind geo.Kind) patrol.Post {
	for _, p := range posts {
		if p.AreaKind() == kind {
			return p
		}
	}
	return posts[0]
}

// postColumn is a column that says something of one post.
type postColumn struct {
	index     int
	posts     []patrol.Post
	ordinal   int    // 网格员2: 2; 0 for none
	attribute string // "name", "phone", "deputy_name", "deputy_phone", "from", "to", "public_contact"
}

// attributes are what a column may say of a post, after its name.
var attributes = map[string]string{
	"": "name", "姓名": "name", "名字": "name", "名单": "name", "name": "name", "人员": "name",
	"电话": "phone", "手机": "phone", "手机号": "phone", "手机号码": "phone", "联系电话": "phone", "联系方式": "phone", "电话号码": "phone", "phone": "phone", "mobile": "phone", "tel": "phone",
	"代理": "deputy_name", "代理人": "deputy_name", "代理人姓名": "deputy_name", "deputy": "deputy_name", "deputyname": "deputy_name",
	"代理人电话": "deputy_phone", "代理人手机": "deputy_phone", "deputyphone": "deputy_phone",
	"任职时间": "from", "任职日期": "from", "上任时间": "from", "上岗时间": "from", "from": "from", "since": "from",
	"离任时间": "to", "卸任时间": "to", "to": "to", "until": "to",
	"公示": "public_contact", "是否公示": "public_contact", "publiccontact": "public_contact", "public": "public_contact",
}

// readPostColumn reads the name of a column such as 网格长/姓名, 网格员2电话 or
// grid_chief_phone. ok is false for one that says nothing of a post.
func readPostColumn(name string) (c postColumn, ok bool) {
	posts, rest, deputy := postNamed(name)
	if len(posts) == 0 {
		return c, false
	}
	c.posts = posts
	var words strings.Builder
	for _, r := range rest {
		switch n := strings.IndexRune("一二三四五六七八九", r); {
		case r >= '0' && r <= '9':
			c.ordinal = 10*c.ordinal + int(r-'0')
		case n >= 0:
			c.ordinal = n/utf8.RuneLen(r) + 1
		default:
			words.WriteRune(r)
		}
	}
	c.attribute, ok = attributes[words.String()]
	if deputy {
		c.attribute = map[string]string{"name": "deputy_name", "phone": "deputy_phone"}[c.attribute]
	}
	return c, ok && c.attribute != "" && c.ordinal <= 99
}

// vacancies are what stands for nobody in a cell.
var vacancies = map[string]bool{"": true, "空缺": true, "暂缺": true, "缺": true, "待定": true, "待补": true, "无": true, "暂无": true, "空": true,
	"未配": true, "未配备": true, "-": true, "—": true, "——": true, "/": true, "vacant": true, "none": true, "n/a": true}

// parseFlag reads yes or no. ok is false for another text; empty is no.
func parseFlag(s string) (yes, ok bool) {
	switch strings.ToLower(Fold(s)) {
	case "是", "true", "yes", "y", "1", "√", "✓", "有", "代理", "公示", "公开", "t":
		return true, true
	case "", "否", "false", "no", "n", "0", "×", "无", "不公示", "f":
		return false, true
	}
	return false, false
}

// committeeKind stands for committees where a kind of area is named.
const committeeKind = geo.Kind("committee")

// rosterKind reads what sort of area a post is for. ok is false for another text.
func rosterKind(s string) (k geo.Kind, ok bool) {
	switch FoldName(s) {
	case "":
		return "", true
	case "committee", "屯委会":
		return committeeKind, true
	case "grid", "网格":
		return geo.Grid, true
	case "villagegroup", "屯组", "屯", "村民小组", "小组":
		return geo.VillageGroup, true
	case "compound", "小区", "楼院", "居民小区":
		return geo.Compound, true
	case "township", "乡镇", "街道", "乡", "镇", "乡镇街道":
		return geo.Township, true
	case "district", "区", "县":
		return geo.District, true
	}
	return "", false
}
