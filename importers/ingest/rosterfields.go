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

// reportFields are those of a file of past reports.
var reportFields = []Field{
	{Name: "number", Names: []string{"id", "number", "report id", "case id", "case number", "编号", "事件编号", "案件编号", "案卷编号", "任务编号", "任务号", "案卷号", "工单编号", "工单号",
		"受理编号", "流水号", "上报编号"}},
	{Name: "category", Required: true, Names: []string{"category", "type", "类别", "事件类别", "事件类型", "案件类别", "案件类型", "问题类别", "问题类型", "隐患类别", "隐患类型", "类型", "小类", "大类"}},
	{Name: "description", Names: []string{"description", "detail", "描述", "事件描述", "问题描述", "案件描述", "隐患描述", "内容", "事件内容", "上报内容", "详情", "情况说明", "问题"}},
	{Name: "lon", Names: []string{"lon", "lng", "longitude", "经度", "东经", "坐标经度", "x", "X坐标", "easting", "横坐标"}},
	{Name: "lat", Names: []string{"lat", "latitude", "纬度", "北纬", "坐标纬度", "y", "Y坐标", "northing", "纵坐标"}},
	{Name: "position", Names: []string{"position", "坐标", "经纬度", "位置坐标", "坐标位置"}},
	{Name: "time", Required: true, Names: []string{"created_at", "time", "reported at", "上报时间", "发生时间", "受理时间", "创建时间", "登记时间", "时间", "采集时间", "报案时间", "发现时间", "上报日期", "日期",
		"date", "created"}},
	{Name: "status", Names: []string{"status", "state", "状态", "处理状态", "办理状态", "事件状态", "案件状态", "处置状态", "当前状态", "办理情况", "处理结果"}},
	{Name: "closed", Names: []string{"closed_at", "closed", "结案时间", "办结时间", "完成时间", "处理时间", "处置时间", "结束时间", "解决时间"}},
	{Name: "updated", Names: []string{"updated_at", "updated", "更新时间", "最后更新", "修改时间"}},
	{Name: "due", Names: []string{"due_at", "due", "截止时间", "办理期限", "处理时限", "应办结时间", "期限"}},
	{Name: "accuracy_m", Names: []string{"accuracy_m", "accuracy", "精度", "定位精度"}},
	{Name: "reporter", Names: []string{"reporter", "reporter name", "上报人", "报告人", "举报人", "联系人", "上报人姓名", "反映人"}},
	{Name: "phone", Names: []string{"phone", "reporter phone", "上报人电话", "联系电话", "联系方式", "电话", "手机", "手机号", "举报人电话", "反映人电话"}},
}
