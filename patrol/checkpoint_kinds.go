package patrol

// DefaultCheckpointKinds gives the kinds that a district begins with. The caller
// owns the slice.
func DefaultCheckpointKinds() []CheckpointKind {
	const day, week = 24, 7 * 24
	return []CheckpointKind{
		{"school", "学校", "School", "school", day, []string{"校门口秩序与拦路车辆", "周边流动摊贩", "围墙与监控"}},
		{"kindergarten", "幼儿园", "Kindergarten", "school", day, []string{"接送时段秩序", "大门与围墙"}},
		{"hospital", "医院(卫生院)", "Hospital", "hospital", 2 * day, []string{"急救通道是否畅通", "消防器材"}},
		{"elder_home", "养老院(敬老院)", "Home for the elderly", "home", 2 * day, []string{"用火用电", "疏散通道", "值班人员在岗"}},
		{"petrol_station", "加油站", "Petrol station", "fuel", 2 * day, []string{"灭火器与消防沙", "禁火标识", "散装汽油登记"}},
		{"gas_station", "液化气站", "Gas depot", "fuel", 2 * day, []string{"气瓶存放", "泄漏报警器", "禁火标识"}},
		{"boiler_house", "锅炉房", "Boiler house", "boiler", 3 * day, []string{"值守记录", "压力表与安全阀", "煤堆与灰渣"}},
		{"substation", "变电所(配电房)", "Substation", "power", week, []string{"门锁与围栏", "堆放杂物"}},
		{"warehouse", "仓库", "Warehouse", "warehouse", week, []string{"消防通道", "违规住人", "电线老化"}},
		{"market", "集市(商场)", "Market", "market", 2 * day, []string{"安全出口", "占道经营", "用电负荷"}},
		{"construction", "工地", "Building site", "construction", 3 * day, []string{"围挡", "扬尘", "工人宿舍用电"}},
		{"rental", "出租房", "Rented house", "home", week, []string{"人员登记", "电动车充电", "消防通道"}},
		{"water", "水域(水库、河塘)", "Water", "water", 2 * day, []string{"警示牌与救生器材", "私自下水", "护栏"}},
		{"bridge", "桥梁(路口)", "Bridge or crossing", "bridge", week, []string{"护栏与路灯", "积水结冰"}},
		{"other", "其他重点部位", "Other", "place", week, []string{}},
	}
}
