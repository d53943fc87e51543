import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { area, listAreas } from "../api/client";
import { isKind, type Ref } from "../api/types";
import { nameOf } from "../i18n/i18n";
import { goTo } from "../state/store";
import { Icon } from "../ui/icons";
import { joined } from "./words";
import { me } from "./me";
import { t } from "./text";

/** An area that a morning sheet may be asked for. */
interface Choice {
  ref: Ref;
  name: string;
  name_en?: string | null | undefined;
}

const choices = signal<readonly Choice[]>([]);
let whose = "";

/** Reads `kind:code`. */
export function refOf(text: string | undefined): Ref | null {
  const [kind = "", code = ""] = (text ?? "").split(":");
  return isKind(kind) && code !== "" ? { kind, code } : null;
}

/** The areas of whoever holds the phone; none for those who look after all. */
export const ownAreas = computed<readonly Ref[]>(() => {
  const scope = me.value?.scope;
  return scope === undefined || scope.all ? [] : scope.areas.map(refOf).filter((r) => r !== null);
});

/** Finds the areas: the own ones, or all grids for those who look after all. */
async function findChoices(): Promise<void> {
  const whoever = me.peek();
  if (!whoever || whose === whoever.id) return;
  whose = whoever.id;
  try {
    if (whoever.scope.all) {
      choices.value = (await listAreas("grid", null)).map((a) => ({ ref: { kind: "grid", code: a.code }, name: a.name, name_en: a.name_en }));
      return;
    }
    const refs = ownAreas.peek();
    const found = await Promise.all(refs.map((ref) => area(ref).catch(() => null)));
    choices.value = refs.map((ref, i) => ({ ref, name: found[i]?.properties.name ?? ref.code, name_en: found[i]?.properties.name_en }));
  } catch {
    whose = "";
  }
}

/** The names of the own areas, for a heading. */
export function ownAreaNames(): string {
  const names = me.value?.scope.all === true ? [] : choices.value.map(nameOf);
  return names.length <= 2 ? joined(names) : `${names[0] ?? ""} +${names.length - 1}`;
}

/** The ways to the morning sheets: of each own area, or of any grid for those who look after all. */
export function SheetChooser({ titled }: { titled: boolean }): JSX.Element | null {
  const id = me.value?.id;
  useEffect(() => void findChoices(), [id]);
  const all = choices.value;
  const open = (r: Ref) => goTo({ params: { sheet: `${r.kind}:${r.code}` } });
  if (all.length === 0) return null;
  return (
    <section class="sheet-links">
      {titled && <h3>{t("morningSheet")}</h3>}
      <p class="soft small">{t("morningHelp")}</p>
      {all.length <= 6 ? (
        <p class="panel-links">
          {all.map((c) => (
            <button key={c.ref.code} type="button" class="button" onClick={() => open(c.ref)}>
              <Icon name="list" />
              {nameOf(c)}
            </button>
          ))}
        </p>
      ) : (
        <select
          class="text-field"
          aria-label={t("chooseArea")}
          value=""
          onChange={(e) => {
            const r = refOf(e.currentTarget.value);
            if (r !== null) open(r);
          }}
        >
          <option value="">{t("chooseArea")}</option>
          {all.map((c) => (
            <option key={c.ref.code} value={`${c.ref.kind}:${c.ref.code}`}>
              {nameOf(c)}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}
