package features

import (
	"net/http"
	"strconv"
)

// problemDocument is what is wrong with a request, as Config.Problem writes it.
type problemDocument struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	} `json:"errors"`
	RequestID string `json:"request_id"`
}

// problemTexts say what is wrong and the way out, in Chinese and in English.
var problemTexts = map[int][2]string{
	http.StatusBadRequest:          {"请求中有不能接受的参数。改正后重试。", "The request has parameters that cannot be taken. Mend them and try again."},
	http.StatusUnauthorized:        {"这里需要登录。", "This needs an account: sign in first."},
	http.StatusForbidden:           {"当前账号不能查看这里。", "This account may not see this."},
	http.StatusNotFound:            {"没有这个资源。它可能已被撤销，或地址有误。", "There is no such thing here. It may have gone, or the address is mistaken."},
	http.StatusNotAcceptable:       {"这个资源没有所要的格式。", "This cannot be had in that form."},
	http.StatusTooManyRequests:     {"请求太频繁，请稍后再试。", "Too many requests: wait a moment."},
	http.StatusServiceUnavailable:  {"服务暂时不能应答，请稍后再试。", "The server cannot answer now: try again in a moment."},
	http.StatusInternalServerError: {"服务器出错了。已记入日志。", "Something went wrong here. It stands in the log."},
}

// show fills the page that says what is wrong.
func (d *problemDocument) show(p *htmlPage, status int) {
	p.Title = strconv.Itoa(status) + " " + problemTitle(p.tongue, status, d.Title)
	p.crumbs()
	if both, ok := problemTexts[status]; ok {
		p.Text = []string{p.Say(both[0], both[1])}
	}
	var facts []fact
	for _, e := range d.Errors {
		facts = append(facts, fact{Label: e.Pointer, Value: entry{Text: e.Detail}})
	}
	if len(facts) == 0 && d.Detail != "" {
		facts = append(facts, fact{Label: p.Say("详情", "Detail"), Value: entry{Text: d.Detail}})
	}
	if d.RequestID != "" {
		facts = append(facts, fact{Label: p.Say("请求编号", "Request id"), Value: entry{Text: d.RequestID, Code: true}})
	}
	if facts != nil {
		p.Parts = []part{{Facts: facts, Wide: true}}
	}
}

func problemTitle(zh tongue, status int, title string) string {
	chinese := map[int]string{
		http.StatusBadRequest: "参数有误", http.StatusUnauthorized: "需要登录", http.StatusForbidden: "没有权限", http.StatusNotFound: "找不到",
		http.StatusNotAcceptable: "没有此格式", http.StatusTooManyRequests: "请求过多", http.StatusServiceUnavailable: "暂不可用", http.StatusInternalServerError: "服务器错误",
		http.StatusMethodNotAllowed: "只能读取",
	}
	if text, ok := chinese[status]; ok && bool(zh) {
		return text
	}
	if text := http.StatusText(status); text != "" {
		return text
	}
	return title
}
