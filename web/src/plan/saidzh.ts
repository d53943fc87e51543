/** What is wrong with a plan, as a sentence, in Chinese. */
export const zh = {
  GAP: "{m2}没有归属，在{areas}之间",
  GAP_loose: "{areas}的边界在此重合，却没有共用节点",
  OVERLAP: "{areas}重叠，共 {m2}",
  OUTSIDE_DISTRICT: "{areas}超出本区范围 {m2}",
  OUTSIDE_PARENT: "{first}超出其所属的{rest} {m2}",
  NOT_CONTIGUOUS: "{first}分成了 {n} 块",
  UNIT_SPLIT: "{first}分在 {n} 个网格：{rest}",
  UNIT_SPLIT_refused: "{first}不能整体划入{rest}",
  UNITS_MIXED: "{first}涉及{rest}；城区网格应在一个社区内，农村网格应由同一乡镇的整村组成",
  HOUSEHOLDS_more: "{first}有 {n} 户，比{of}平均 {norm} 户多 {percent}%",
  HOUSEHOLDS_fewer: "{first}有 {n} 户，比{of}平均 {norm} 户少 {percent}%",
  NOT_COMPACT: "{first}的紧凑度为 {n}，低于 {norm}（圆为 1）",
  VACANT_POST: "{first}的{posts}还没有人担任",
  CODE_RULE: "{first}的代码 {code} 应以 {prefix} 开头，{form}",
  form_digits: "共 {n} 位数字",
  form_compound: "后接 C 和三位数字",
  DUP_CODE: "代码 {code} 是或曾是别的区域的代码，不能再用",
  CODE_UNKNOWN_PARENT: "{first}的上级区域已不存在",
  LOCKED: "{first}的边界已锁定",
  before: "{text}（原来就有）",
  m2: "{n} 平方米",
  and: "、",
};

export type Said = keyof typeof zh;
