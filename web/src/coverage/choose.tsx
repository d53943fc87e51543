import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { area as areaOf, listAreas } from "../api/client";
import { isKind, type ListedArea, type Ref } from "../api/types";
import { nameOf } from "../i18n/i18n";
import { app } from "../state/app";
import { who } from "../state/session";
import { selection, setParams } from "../state/store";
import { answer, area, chooseDays, chooseSwath, range, stretches, swath, swaths, time } from "./state";
import { t } from "./text";
import { number } from "./words";

interface Option {
  value: string;
  name: string;
}

const valueOf = (r: Ref): string => `${r.kind}:${r.code}`;

/** The areas that are offered: all grids and townships, or one's own. Others are chosen on the map, or found by the search. */
function Areas(): JSX.Element {
  const townships = useSignal<Option[]>([]);
  const grids = useSignal<Option[]>([]);
  const own = useSignal<Option[]>([]);
  const scope = who.value?.scope;
  useEffect(() => {
    const stop = new AbortController();
    const options = (kind: "township" | "grid") => (list: ListedArea[]) => list.map((a) => ({ value: valueOf({ kind, code: a.code }), name: nameOf(a) }));
    if (scope?.all === true) {
      void listAreas("township", null, stop.signal).then(options("township")).then((l) => (townships.value = l), () => undefined);
      void listAreas("grid", null, stop.signal).then(options("grid")).then((l) => (grids.value = l), () => undefined);
    } else {
      const refs = (scope?.areas ?? []).flatMap((a) => {
        const [kind, code] = a.split(":");
        return kind !== undefined && isKind(kind) && code !== undefined ? [{ kind, code }] : [];
      });
      void Promise.all(refs.map((r) => areaOf(r))).then((l) => (own.value = l.map((f) => ({ value: valueOf(f.properties), name: nameOf(f.properties) }))), () => undefined);
    }
    return () => stop.abort();
  }, [scope]);
  const r = area.value;
  const chosen = r === null ? "" : valueOf(r);
  const district = app.value?.district;
  const listed = [...townships.value, ...grids.value, ...own.value].some((o) => o.value === chosen) || (scope?.all === true && r?.kind === "district");
  const found = answer.value?.found.area;
  const group = (label: string, list: readonly Option[]) =>
    list.length > 0 && (
      <optgroup label={label}>
        {list.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
      </optgroup>
    );
  return (
    <label class="coverage-field">
      <span>{t("area")}</span>
      <select
        value={chosen}
        onChange={(e) => {
          const [kind, code] = e.currentTarget.value.split(":");
          if (kind !== undefined && isKind(kind) && code !== undefined) selection.value = { type: "area", ref: { kind, code } };
        }}
      >
        {!listed && chosen !== "" && <option value={chosen}>{found !== undefined && valueOf(found) === chosen ? nameOf(found) : t("chosen")}</option>}
        {scope?.all === true && district !== undefined && <option value={valueOf({ kind: "district", code: district.code })}>{t("district")}</option>}
        {group(t("own"), own.value)}
        {group(t("townships"), townships.value)}
        {group(t("grids"), grids.value)}
      </select>
    </label>
  );
}

function Dates(): JSX.Element {
  const { first, last } = range.value;
  return (
    <div class="coverage-dates">
      <label class="coverage-field">
        <span>{t("first")}</span>
        <input type="date" required value={first} max={last} onChange={(e) => e.currentTarget.value !== "" && setParams({ from: e.currentTarget.value, to: last })} />
      </label>
      <label class="coverage-field">
        <span>{t("last")}</span>
        <input type="date" required value={last} min={first} onChange={(e) => e.currentTarget.value !== "" && setParams({ from: first, to: e.currentTarget.value })} />
      </label>
    </div>
  );
}

/** What is looked at: area, time, and how wide a strip is seen. */
export function Choice(): JSX.Element {
  const now = time.value;
  const days = "days" in now ? now.days : null;
  return (
    <section class="coverage-choice">
      <div class="coverage-fields">
        <Areas />
        <label class="coverage-field">
          <span>{t("swath")}</span>
          <select value={String(swath.value)} onChange={(e) => chooseSwath(Number(e.currentTarget.value))}>
            {swaths.map((m) => (
              <option key={m} value={String(m)}>
                {t("metres", { n: m })}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset class="coverage-switch">
        <legend>{t("time")}</legend>
        {stretches.map((d) => (
          <label key={d}>
            <input type="radio" name="coverage-days" checked={days === d} onChange={() => chooseDays(d)} />
            <span>{t("days", { n: number(d) })}</span>
          </label>
        ))}
        <label>
          <input type="radio" name="coverage-days" checked={days === null} onChange={() => chooseDays(null)} />
          <span>{t("ownRange")}</span>
        </label>
      </fieldset>
      {days === null && <Dates />}
    </section>
  );
}
