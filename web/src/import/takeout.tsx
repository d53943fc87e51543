import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { word } from "../i18n/i18n";
import { listPlans } from "../plan/client";
import type { Plan } from "../plan/types";
import { formatLocal, parseLocal } from "../plans/when";
import { app } from "../state/app";
import { can } from "../state/session";
import { params, setParams } from "../state/store";
import { crsName } from "./crs";
import { areas, collections, download, formatsOf, hasPlaces, hasTimes, systems, type Wish } from "./out";
import { t } from "./text";
import { errorText, size } from "./words";

const keyOf: Record<(typeof systems)[number], string> = { "EPSG:4326": "wgs84", "EPSG:4490": "cgcs2000", "EPSG:4551": "EPSG:4551" };

/** Takes data out: what, in which format and system, and of which time. */
export function TakeOut(): JSX.Element {
  const zone = app.value?.time_zone ?? "Asia/Shanghai";
  const when = useSignal(formatLocal(Date.now(), zone));
  const [plans, setPlans] = useState<Plan[]>([]);
  const got = useSignal<{ bytes: number; name: string | null } | null>(null);
  const refused = useSignal<ApiError | null>(null);
  const stop = useRef<AbortController | null>(null);
  const planner = can("plan_boundaries");
  useEffect(() => {
    if (!planner) return;
    const ask = new AbortController();
    listPlans(undefined, ask.signal).then((all) => setPlans(all.filter((p) => p.status !== "published" && p.status !== "discarded")), () => undefined);
    return () => ask.abort();
  }, [planner]);
  useEffect(() => () => stop.current?.abort(), []);

  const p = params.value;
  const collection = collections.find((c) => c === p.of) ?? "grids";
  const offered = formatsOf(collection);
  const format = offered.find((f) => f === p.format) ?? offered[0] ?? "csv";
  const crs = systems.find((s) => s === p.crs) ?? "EPSG:4326";
  const which = hasTimes(collection) && (p.which === "at" || (p.which === "plan" && planner)) ? p.which : "now";
  const plan = plans.find((x) => x.id === p.plan) ?? plans[0];
  const time = parseLocal(when.value, zone);
  const able = which === "now" || (which === "at" ? time !== null : plan !== undefined);
  const running = got.value !== null && got.value.name === null;

  const go = async () => {
    const wish: Wish = { collection, format, crs, at: which === "at" && time !== null ? time.toISOString() : null, plan: which === "plan" ? (plan?.id ?? null) : null };
    stop.current?.abort();
    const mine = (stop.current = new AbortController());
    refused.value = null;
    got.value = { bytes: 0, name: null };
    try {
      const { name, bytes } = await download(wish, (n) => (got.value = { bytes: n, name: null }), mine.signal);
      got.value = { bytes, name };
    } catch (e) {
      got.value = null;
      if (!mine.signal.aborted) refused.value = e instanceof ApiError ? e : new ApiError("away", "unreachable");
    }
  };
  return (
    <form
      class="import-out"
      onSubmit={(e) => {
        e.preventDefault();
        void go();
      }}
    >
      <label class="import-field">
        <span>{t("outWhat")}</span>
        <select value={collection} onChange={(e) => setParams({ of: e.currentTarget.value })}>
          <optgroup label={t("outKinds")}>
            {areas.map((k) => (
              <option key={k} value={k}>
                {word(k)}
              </option>
            ))}
          </optgroup>
          <optgroup label={t("outOther")}>
            <option value="reports">{t("out_reports")}</option>
            <option value="roads">{t("out_roads")}</option>
            {can("read_roster") &&
              (["posts", "roster", "committees"] as const).map((c) => (
                <option key={c} value={c}>
                  {t(`out_${c}`)}
                </option>
              ))}
          </optgroup>
        </select>
      </label>
      {(collection === "posts" || collection === "roster") && <p class="soft">{t("outPosts")}</p>}
      <fieldset class="import-radios">
        <legend>{t("outFormat")}</legend>
        {offered.map((f) => (
          <label key={f} class="check">
            <input type="radio" name="out-format" checked={f === format} onChange={() => setParams({ format: f })} />
            {t(`format_${f}`)}
          </label>
        ))}
      </fieldset>
      {hasPlaces(collection) && (
        <label class="import-field">
          <span>{t("outCrs")}</span>
          <select value={crs} onChange={(e) => setParams({ crs: e.currentTarget.value })}>
            {systems.map((s) => (
              <option key={s} value={s}>
                {crsName(keyOf[s])}
              </option>
            ))}
          </select>
        </label>
      )}
      {hasTimes(collection) && (
        <fieldset class="import-radios">
          <legend>{t("outWhich")}</legend>
          {(["now", "at", ...(planner ? (["plan"] as const) : [])] as const).map((w) => (
            <label key={w} class="check">
              <input type="radio" name="out-which" checked={w === which} onChange={() => setParams({ which: w === "now" ? null : w })} />
              {t(w === "now" ? "outNow" : w === "at" ? "outAt" : "outPlan")}
            </label>
          ))}
        </fieldset>
      )}
      {which === "at" && (
        <label class="import-field">
          <span>{t("outTime")}</span>
          <input type="datetime-local" required value={when.value} onInput={(e) => (when.value = e.currentTarget.value)} />
        </label>
      )}
      {which === "plan" &&
        (plans.length === 0 ? (
          <p class="soft">{t("outNoPlans")}</p>
        ) : (
          <label class="import-field">
            <span>{t("outPlanWhich")}</span>
            <select value={plan?.id ?? ""} onChange={(e) => setParams({ plan: e.currentTarget.value })}>
              {plans.map((x) => (
                <option key={x.id} value={x.id}>
                  {x.title}
                </option>
              ))}
            </select>
          </label>
        ))}
      {refused.value !== null && <p class="stale" role="alert">{errorText(refused.value)}</p>}
      <p class="import-buttons">
        <button type="submit" class="button primary" disabled={!able || running}>
          {t("outGo")}
        </button>
        {running && (
          <button type="button" class="button" onClick={() => stop.current?.abort()}>
            {t("outStop")}
          </button>
        )}
        <span class="soft" role="status">
          {got.value !== null && (got.value.name === null ? t("outRunning", { n: size(got.value.bytes) }) : t("outDone", { name: got.value.name, n: size(got.value.bytes) }))}
        </span>
      </p>
    </form>
  );
}
