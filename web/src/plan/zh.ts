/** Texts of the screen in Chinese. */
export const zh = {
  title: "调整边界",
  lead: "边界调整由规划员在桌面或手机上进行。",
};
