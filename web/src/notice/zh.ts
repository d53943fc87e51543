/** Texts of the screen in Chinese. */
export const zh = {
  title: "网格公示牌",
  lead: "每个网格可打印一张公示牌：地图、公示的联系人和上报二维码。",
};
