import type { Kind } from "../api/types";
import { texts, word } from "../i18n/i18n";
import type { Operation } from "./types";
import { en } from "./wordsen";
import { zh, type Word } from "./wordszh";

const t = texts(zh, en);

/** Gives what a problem is in a few words, or its code where that is new. */
export function problemName(code: string): string {
  return Object.hasOwn(zh, code) ? t(code as Word) : code;
}

/** Gives what an operation does in a few words; `name` gives what to call an area. */
export function operationName(op: Operation, name: (kind: Kind, code: string) => string): string {
  switch (op.op) {
    case "move_node":
    case "insert_node":
    case "remove_node":
      return t(op.op);
    case "merge":
      return t("merge", { n: op.codes.length, kind: word(op.kind), area: name(op.kind, op.into) });
    case "reassign": {
      const [only] = op.unit_codes;
      const units = op.unit_codes.length === 1 && only !== undefined ? name(op.unit_kind, only) : t("units", { n: op.unit_codes.length, kind: word(op.unit_kind) });
      return t("reassign", { units, area: name(op.to_kind, op.to_code) });
    }
    case "create":
      return t("create", { area: op.name });
    case "rename":
      return t("rename", { name: op.name });
    case "recode":
      return t("recode", { area: name(op.kind, op.code), code: op.new_code });
    case "import":
      return t("import", { n: op.areas + (op.gone ?? 0), kind: word(op.kind), file: op.file });
    case "split":
    case "replace":
    case "retire":
      return t(op.op, { area: name(op.kind, op.code) });
  }
}
