/** Texts of the map's controls in Chinese. */
export const zh = {
  mapName: "网格地图。方向键移动，加减号缩放，回车查询地图中心。",
  layerGround: "道路、河流、房屋",
  layerLabels: "名称",
  layerBaseMap: "底图",
  wholeDistrict: "全区",
  myPosition: "我的位置",
};
