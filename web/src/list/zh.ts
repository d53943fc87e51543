/** Texts of the list of areas in Chinese. */
export const zh = {
  listTitle: "区域列表",
  listHelp: "按乡镇、村和社区、网格和屯组逐级展开；点选名称查看负责人。",
  listNoMap: "此浏览器不能绘制地图（缺少 WebGL2），因此以列表显示。查询和负责人信息完整可用。",
  listOpen: "展开{name}",
  listEmpty: "下面没有区域。",
  listNothing: "尚未发布边界。发布后这里会列出全部区域。想先看演示，请在服务器上运行 gridpatrol demo。",
};
