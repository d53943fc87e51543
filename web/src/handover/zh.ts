/** Texts of handovers, in Chinese. */
export const zh = {
  waiting: "待确认的交接",
  waitingHelp: "您接任了以下岗位。请核对移交给您的未结事件，然后确认接收。",
  above: "上级",
  unknown: "姓名未知",
  fromTo: "由 {from} 交给 {to}",
  reports: "{n} 件未结事件随岗移交",
  noReports: "没有未结事件需要移交",
  report: "事件",
  gone: "此事件已不在您的权限内",
  acknowledge: "确认接收",
  acknowledging: "正在确认…",
  acknowledged: "已确认接收：{post}",
  failed: "没有确认成功，请稍后重试。",
  notTaken: "等待接任人确认",
  moreReports: "另有 {n} 件，见事件列表。",
};
