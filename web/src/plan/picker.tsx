import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Kind } from "../api/types";
import { nameOf } from "../i18n/i18n";
import { topology } from "./desk";
import type { Area } from "./model/types";
import { t } from "./text";

const most = 8;

/** Finds an area of a kind by name or code. */
export function AreaPicker({ label, kind, without, onPick }: { label: string; kind: Kind; without?: (a: Area) => boolean; onPick: (a: Area) => void }): JSX.Element {
  const asked = useSignal("");
  const text = asked.value.trim().toLowerCase();
  const fits = (a: Area) => a.code.toLowerCase().includes(text) || a.properties.name.includes(text) || (a.properties.name_en ?? "").toLowerCase().includes(text);
  const found: Area[] = [];
  if (text !== "") {
    for (const a of topology.value?.areas(kind) ?? []) {
      if (found.length === most) break;
      if (fits(a) && without?.(a) !== true) found.push(a);
    }
  }
  const pick = (a: Area) => {
    asked.value = "";
    onPick(a);
  };
  return (
    <div class="plan-picker">
      <label class="plan-field">
        <span>{label}</span>
        <input
          type="search"
          value={asked.value}
          placeholder={t("pickHint")}
          onInput={(e) => (asked.value = e.currentTarget.value)}
          onKeyDown={(e) => {
            const [first] = found;
            if (e.key === "Enter" && first !== undefined) pick(first);
            else if (e.key === "Escape" && asked.peek() !== "") {
              asked.value = "";
              e.stopPropagation();
            }
          }}
        />
      </label>
      {text !== "" && (
        <ul class="plan-found" aria-label={label}>
          {found.map((a) => (
            <li key={a.key}>
              <button type="button" onClick={() => pick(a)}>
                <span>{nameOf(a.properties)}</span> <span class="code">{a.code}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li class="soft">{t("pickNothing")}</li>}
        </ul>
      )}
    </div>
  );
}
