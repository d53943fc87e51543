package ingest

import (
	"strings"
	"sync"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// statusWords are the states of a report as other systems call them.
var statusWords = map[string]patrol.Status{
	"已上报": patrol.Reported, "上报": patrol.Reported, "新建": patrol.Reported, "待核实": patrol.Reported, "待立案": patrol.Reported, "待受理": patrol.Reported,
	"已核实": patrol.Verified, "核实": patrol.Verified, "立案": patrol.Verified, "已立案": patrol.Verified, "待派遣": patrol.Verified,
	"派遣": patrol.Dispatched, "已派遣": patrol.Dispatched, "待处理": patrol.Dispatched, "待处置": patrol.Dispatched, "未处理": patrol.Dispatched, "待办": patrol.Dispatched, "未办结": patrol.Dispatched, "open": patrol.Dispatched,
	"接收": patrol.Accepted, "已接收": patrol.Accepted, "受理": patrol.Accepted, "已受理": patrol.Accepted, "处理中": patrol.Accepted, "办理中": patrol.Accepted, "处置中": patrol.Accepted, "进行中": patrol.Accepted, "在办": patrol.Accepted,
	"退回": patrol.Returned, "已退回": patrol.Returned,
	"处置": patrol.Handled, "已处置": patrol.Handled, "已处理": patrol.Handled, "待核查": patrol.Handled, "待结案": patrol.Handled, "处理完毕": patrol.Handled,
	"结案": patrol.Closed, "已结案": patrol.Closed, "办结": patrol.Closed, "已办结": patrol.Closed, "完成": patrol.Closed, "已完成": patrol.Closed, "已解决": patrol.Closed, "解决": patrol.Closed, "已关闭": patrol.Closed, "归档": patrol.Closed, "已归档": patrol.Closed, "done": patrol.Closed,
	"不予立案": patrol.Rejected, "驳回": patrol.Rejected, "已驳回": patrol.Rejected, "无效": patrol.Rejected, "作废": patrol.Rejected, "已作废": patrol.Rejected, "不予受理": patrol.Rejected,
	"挂账": patrol.Parked, "已挂账": patrol.Parked, "挂起": patrol.Parked, "暂缓": patrol.Parked,
	"重复": patrol.Duplicate, "重复上报": patrol.Duplicate, "合并": patrol.Duplicate, "已合并": patrol.Duplicate,
}

// parseStatus reads a state, in our word or in others'.
func parseStatus(text string) (patrol.Status, bool) {
	text = FoldName(text)
	if s, ok := statusWords[text]; ok {
		return s, true
	}
	for _, s := range patrol.Statuses() {
		if text == string(s) {
			return s, true
		}
	}
	return "", false
}

// categoryWords are further words for the categories that a district starts with.
var categoryWords = map[string][]string{
	"fire_safety": {"消防", "火灾隐患", "消防隐患"}, "theft_prevention": {"防盗", "盗窃"}, "illegal_building": {"违建", "私搭乱建", "违法建设"},
	"stairway_clutter": {"楼道堆积", "楼道杂物", "堆物堆料"}, "occupied_green": {"毁绿", "占绿", "绿地"}, "garbage_environment": {"垃圾", "环境卫生", "环境"},
	"neighbour_dispute": {"矛盾纠纷", "纠纷", "邻里矛盾"}, "lonely_elder": {"孤寡老人", "空巢老人", "老人"}, "left_behind_child": {"儿童"},
	"police_call": {"治安", "报警", "求助"}, "infrastructure": {"市政设施", "设施", "道路"}, "other": {"其它"},
}

// categories finds a category by code, name or a word for it. Safe for concurrent use.
type categories struct {
	book *patrol.Rulebook
	seen sync.Map // text → *patrol.Category, nil for none
}

func (c *categories) find(text string) *patrol.Category {
	if found, ok := c.seen.Load(text); ok {
		return found.(*patrol.Category)
	}
	found := c.look(FoldName(text))
	if len(text) < 100 {
		c.seen.Store(text, found)
	}
	return found
}

// look tries the whole word first, then a name that only one category has in it.
func (c *categories) look(word string) *patrol.Category {
	if word == "" {
		return nil
	}
	var partly []*patrol.Category
	for i := range c.book.Categories {
		one := &c.book.Categories[i]
		names := append([]string{one.Code, one.Name, one.NameEn}, categoryWords[one.Code]...)
		part := false
		for _, n := range names {
			n = FoldName(n)
			if n == word {
				return one
			}
			part = part || n != "" && (strings.Contains(word, n) || strings.Contains(n, word) && len(word) >= len("网格"))
		}
		if part {
			partly = append(partly, one)
		}
	}
	if len(partly) == 1 {
		return partly[0]
	}
	return nil
}
