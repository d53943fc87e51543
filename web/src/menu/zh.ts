/** Names of the screens for people with an account, in Chinese. */
export const zh = {
  myAreas: "我的辖区",
  myPatrols: "我的巡查",
  morningSheets: "今日巡查单",
  coverage: "巡查覆盖",
  patrols: "巡查安排",
  livePatrols: "实时巡查",
  cases: "事件办理",
  gridTable: "网格一览",
  people: "岗位与人员",
  boundaryPlans: "边界调整",
  importExport: "导入导出",
  admin: "系统管理",
  sync: "离线与同步",
  account: "我的账号",
};
