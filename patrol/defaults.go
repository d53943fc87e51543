package patrol

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// DefaultRulebook gives the rules a district starts with, in the time zone
// given: twelve categories, who gets a report, who takes over, and the
// calendar. Every call gives a new one, which the caller owns.
func DefaultRulebook(loc *time.Location) *Rulebook {
	return &Rulebook{
		Categories: defaultCategories(),
		Rules:      defaultRules(),
		Fallbacks:  defaultFallbacks(),
		Calendar:   DefaultCalendar(loc),
	}
}

// defaultCategories are what people report, in the list of the district's own
// published account. The limits are settings of the demo: those of real cities
// differ about twofold, and a district enters its own. A working day has 7.5
// working hours here.
func defaultCategories() []Category {
	list := []Category{
		{Code: "fire_safety", Name: "消防安全", NameEn: "Fire safety", Group: "safety", LeadPost: GridChief, TargetHours: 4, HardHours: 8, AroundClock: true},
		{Code: "theft_prevention", Name: "防盗安全", NameEn: "Theft prevention", Group: "safety", LeadPost: GridPolice, TargetHours: 15, HardHours: 30},
		{Code: "illegal_building", Name: "违章建筑", NameEn: "Illegal building", Group: "order", LeadPost: GridChief, TargetHours: 37.5, HardHours: 75},
		{Code: "stairway_clutter", Name: "楼道堆物", NameEn: "Clutter in stairways", Group: "environment", LeadPost: GridChief, TargetHours: 15, HardHours: 30},
		{Code: "occupied_green", Name: "侵占绿地", NameEn: "Occupied public green", Group: "environment", LeadPost: GridChief, TargetHours: 22.5, HardHours: 45},
		{Code: "garbage_environment", Name: "垃圾与环境卫生", NameEn: "Garbage and environment", Group: "environment", LeadPost: GroupDirector, TargetHours: 7.5, HardHours: 15},
		{Code: "neighbour_dispute", Name: "邻里纠纷", NameEn: "Neighbour disputes", Group: "people", LeadPost: GroupSecurity, TargetHours: 15, HardHours: 37.5, Private: true},
		{Code: "lonely_elder", Name: "独居老人", NameEn: "Lonely elders", Group: "people", LeadPost: GroupDirector, TargetHours: 7.5, HardHours: 15, Private: true},
		{Code: "left_behind_child", Name: "留守儿童", NameEn: "Left-behind children", Group: "people", LeadPost: GroupDirector, TargetHours: 7.5, HardHours: 15, Private: true},
		{Code: "police_call", Name: "治安求助", NameEn: "Calls for the police", Group: "order", LeadPost: GridPolice, TargetHours: 2, HardHours: 4, AroundClock: true},
		{Code: "infrastructure", Name: "基础设施", NameEn: "Infrastructure", Group: "facilities", LeadPost: GridChief, TargetHours: 22.5, HardHours: 52.5},
		{Code: "other", Name: "其他", NameEn: "Other", Group: "order", LeadPost: GridChief, TargetHours: 22.5, HardHours: 45},
	}
	for i := range list {
		list[i].Sort = i + 1
	}
	return list
}

// defaultRules: in the country the group's committee and the grid, in town the
// grid. A place that no grid covers is a fault of the map; its reports go to
// the township rather than to nobody.
func defaultRules() []Rule {
	return []Rule{
		{Name: "group-and-grid", Priority: 10, Kind: geo.VillageGroup, Posts: []Post{GridChief, GridPolice, GroupDirector, GroupSecurity}},
		{Name: "grid", Priority: 20, Kind: geo.Grid, Posts: []Post{GridChief, GridPolice}},
		{Name: "no-grid", Priority: 90, Kind: geo.District, Posts: []Post{TownshipDesk}},
	}
}

// defaultFallbacks: small matters stay in the group, large ones go to the grid,
// and what the grid has nobody for goes up.
func defaultFallbacks() []Fallback {
	return []Fallback{
		{GroupSecurity, GroupDirector},
		{GroupWomen, GroupDirector},
		{Volunteer, GroupDirector},
		{GroupDirector, GridChief},
		{CompoundSecurity, CompoundDirector},
		{CompoundService, CompoundDirector},
		{CompoundDirector, GridChief},
		{GridMember, GridChief},
		{GridChief, TownshipDesk},
		{GridPolice, TownshipDesk},
		{TownshipDesk, DistrictDesk},
	}
}

// DefaultCalendar gives working hours of 08:30 to 11:30 and 13:00 to 17:30 from
// Monday to Friday, with the public holidays and make-up days of China.
//
// Those of 2024 to 2026 are the State Council's, as its General Office
// announced them (国办发明电〔2023〕7号, 〔2024〕12号 and the notice of
// 4 November 2025). Of 2027 it has only the days fixed by the regulation on
// public holidays whatever is arranged round them; the rest is to be entered
// when it is announced.
func DefaultCalendar(loc *time.Location) Calendar {
	return Calendar{
		Location: loc,
		Hours: []Span{
			{8*time.Hour + 30*time.Minute, 11*time.Hour + 30*time.Minute},
			{13 * time.Hour, 17*time.Hour + 30*time.Minute},
		},
		Workdays: [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true},
		Off: []string{
			// New Year, Spring Festival, Qingming, Labour Day, Dragon Boat, Mid-Autumn, National Day
			"2024-01-01",
			"2024-02-10", "2024-02-11", "2024-02-12", "2024-02-13", "2024-02-14", "2024-02-15", "2024-02-16", "2024-02-17",
			"2024-04-04", "2024-04-05", "2024-04-06",
			"2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", "2024-05-05",
			"2024-06-08", "2024-06-09", "2024-06-10",
			"2024-09-15", "2024-09-16", "2024-09-17",
			"2024-10-01", "2024-10-02", "2024-10-03", "2024-10-04", "2024-10-05", "2024-10-06", "2024-10-07",

			"2025-01-01",
			"2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03", "2025-02-04",
			"2025-04-04", "2025-04-05", "2025-04-06",
			"2025-05-01", "2025-05-02", "2025-05-03", "2025-05-04", "2025-05-05",
			"2025-05-31", "2025-06-01", "2025-06-02",
			"2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04", "2025-10-05", "2025-10-06", "2025-10-07", "2025-10-08",

			"2026-01-01", "2026-01-02", "2026-01-03",
			"2026-02-15", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-21", "2026-02-22", "2026-02-23",
			"2026-04-04", "2026-04-05", "2026-04-06",
			"2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05",
			"2026-06-19", "2026-06-20", "2026-06-21",
			"2026-09-25", "2026-09-26", "2026-09-27",
			"2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07",

			"2027-01-01", "2027-05-01", "2027-05-02", "2027-10-01", "2027-10-02", "2027-10-03",
		},
		Makeup: []string{
			"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
			"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
			"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
		},
	}
}
