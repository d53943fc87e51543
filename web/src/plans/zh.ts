/** Texts of the screen in Chinese. */
export const zh = {
  title: "边界调整方案",
  lead: "规划员拟定的边界调整方案列在这里。",
};
