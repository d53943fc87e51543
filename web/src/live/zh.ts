export const zh = {
  changed: "边界已更新：第 {n} 版",
};
