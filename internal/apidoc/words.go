package apidoc

// words are the texts of the frame in one language.
type words struct {
	Lang, Skip, Contents, Home, Version                      string
	Access, Parameters, Name, In, Type, Meaning              string
	Body, Required, Optional, Responses, Headers, Problems   string
	Example, Schemas, Deprecated, More, Media, Curl, Nothing string
	Default, Pattern, MinLength, MaxLength, MinItems         string
	MaxItems, Or, And, Any, ArrayOf, MapOf                   string
	Colon, Operations                                        string
	in, who                                                  map[string]string
	may                                                      string
}

var english = words{
	Lang: "en", Skip: "To the content", Contents: "Contents", Home: "All groups", Version: "version",
	Access: "Who may", Parameters: "Parameters", Name: "Name", In: "Where", Type: "Type", Meaning: "Meaning",
	Body: "Request body", Required: "required", Optional: "optional", Responses: "Answers", Headers: "Headers", Problems: "Problems",
	Example: "example", Schemas: "Schemas", Deprecated: "deprecated", More: "and further members", Media: "Media type", Curl: "Example", Nothing: "no body",
	Default: "default", Pattern: "pattern", MinLength: "characters ≥", MaxLength: "characters ≤", MinItems: "items ≥",
	MaxItems: "items ≤", Or: " or ", And: " with ", Any: "any", ArrayOf: "array of ", MapOf: "object, each member ",
	Colon: ": ", Operations: "Operations",
	in: map[string]string{"path": "path", "query": "query", "header": "header", "cookie": "cookie"},
	who: map[string]string{
		"anyone":    "everybody; nobody is asked who they are",
		"signed_in": "every account and token",
		"none":      "everybody, and accounts and tokens with what they may see besides",
		"lookup":    "everybody where the server is open for lookups or more; accounts and tokens always",
		"map":       "everybody where the server shows its map; accounts and tokens always",
	},
	may: "accounts and tokens with the right ",
}

var chinese = words{
	Lang: "zh-CN", Skip: "跳到正文", Contents: "目录", Home: "全部分组", Version: "版本",
	Access: "谁可以使用", Parameters: "参数", Name: "名称", In: "位置", Type: "类型", Meaning: "说明",
	Body: "请求体", Required: "必填", Optional: "可选", Responses: "响应", Headers: "响应头", Problems: "错误",
	Example: "示例", Schemas: "数据结构", Deprecated: "已弃用", More: "另可有其他成员", Media: "媒体类型", Curl: "示例", Nothing: "无响应体",
	Default: "默认", Pattern: "格式", MinLength: "字符数 ≥", MaxLength: "字符数 ≤", MinItems: "项数 ≥",
	MaxItems: "项数 ≤", Or: " 或 ", And: " 并且 ", Any: "任意", ArrayOf: "数组，每项为 ", MapOf: "对象，每个成员为 ",
	Colon: "：", Operations: "接口",
	in: map[string]string{"path": "路径", "query": "查询", "header": "请求头", "cookie": "Cookie"},
	who: map[string]string{
		"anyone":    "任何人，不核对身份",
		"signed_in": "所有账号和令牌",
		"none":      "任何人；账号和令牌按各自权限看到更多",
		"lookup":    "服务器开放查询时任何人均可；账号和令牌始终可以",
		"map":       "服务器公开地图时任何人均可；账号和令牌始终可以",
	},
	may: "具有此权限的账号和令牌：",
}

// access says who may do something that asks for this.
func (w words) access(need string) string {
	if who, ok := w.who[need]; ok || need == "" {
		return who
	}
	return w.may + "`" + need + "`"
}

// Place says where a parameter stands.
func (w words) Place(in string) string { return w.in[in] }
