/** Texts of the search in Chinese. */
export const zh = {
  searchLabel: "搜索区域、代码或道路",
  searchHint: "名称、代码、拼音首字母或道路",
  searchResults: "搜索结果",
  searchNothing: "没有找到“{text}”。可试试名称中的几个字、代码或拼音首字母。",
  searchFailed: "搜索没有得到答复，请稍后再试。",
  searchCount: "{n} 条结果",
};
