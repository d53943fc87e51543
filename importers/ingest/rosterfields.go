package ingest

// rosterFields are those of a file of posts, and of one of committees and
// Party branches (area is then the village, groups what they serve). Columns
// of one post, such as 网格长电话, are found besides, see postColumn.
var rosterFields = []Field{
	{Name: "area", Names: []string{"area", "area code", "grid code", "编码", "网格编码", "网格代码", "网格编号", "所属网格编码", "屯组编码", "屯组代码", "屯编码", "小组编码",
		"小区编码", "小区编号", "区域编码", "屯委会编码", "单位编码", "代码", "code"}},
	{Name: "area_name", Names: []string{"area name", "网格名称", "网格名", "所属网格", "所在网格", "网格", "grid", "grid name", "屯组名称", "屯组", "所属屯组", "村民小组", "小组名称", "屯名", "屯",
		"小区名称", "所属小区", "小区", "区域名称", "屯委会名称", "屯委会", "单位名称", "名称"}},
	{Name: "area_kind", Names: []string{"area_kind", "区域类型", "层级", "区域层级", "kind"}},
	{Name: "village", Names: []string{"village", "village code", "村编码", "村代码", "社区编码", "所属村", "所属社区", "村", "村名", "行政村", "社区", "村社区", "村居"}},
	{Name: "post", Names: []string{"post", "职务", "岗位", "职位", "身份", "角色", "网格职务", "岗位名称", "担任职务", "人员类别"}},
	{Name: "seat", Names: []string{"seat", "seat number", "席位", "席位号"}},
	{Name: "name", Names: []string{"name", "姓名", "名字", "人员姓名", "负责人", "负责人姓名", "full name"}},
	{Name: "phone", Names: []string{"phone", "mobile", "telephone", "tel", "电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "联系方式手机", "值班电话"}},
	{Name: "deputy", Names: []string{"deputy", "是否代理", "代理"}},
	{Name: "deputy_name", Names: []string{"deputy name", "代理人", "代理人姓名"}},
	{Name: "deputy_phone", Names: []string{"deputy phone", "代理人电话", "代理人手机", "代理人联系电话"}},
	{Name: "from", Names: []string{"from", "since", "start", "任职时间", "任职日期", "任期开始", "上任时间", "上任日期", "上岗时间", "到岗时间", "开始时间", "开始日期", "起始日期", "聘用时间"}},
	{Name: "to", Names: []string{"to", "until", "end", "离任时间", "离任日期", "卸任时间", "任期结束", "离岗时间", "结束时间", "结束日期", "截止日期"}},
	{Name: "public_contact", Names: []string{"public_contact", "public", "公示", "是否公示", "公开", "是否公开"}},
	{Name: "groups", Names: []string{"groups", "village groups", "屯组列表", "管辖屯组", "服务屯组", "包含屯组", "所辖屯组", "覆盖屯组", "管辖小组", "所辖小组"}},
	{Name: "synthetic", Names: []string{"synthetic", "虚构"}},
}
