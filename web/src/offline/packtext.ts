import type { Kind } from "../api/types";
import { t as common, texts } from "../i18n/i18n";

const zh = {
  from: "没有网络：依据 {time} 的数据。",
  decides: "此处的{kinds}由服务器确定。",
  and: "、",
  mapFrom: "没有网络，地图依据 {time} 的数据",
};

const en: Record<keyof typeof zh, string> = {
  from: "No network: from the data of {time}.",
  decides: "Here the server decides: {kinds}.",
  and: ", ",
  mapFrom: "No network: the map is from the data of {time}",
};

/** Gives a text about what the phone carries along. */
export const t = texts(zh, en);

/** Names a kind of area. */
export function kindName(kind: Kind): string {
  return common(kind);
}
