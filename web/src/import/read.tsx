import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { kinds } from "../api/types";
import { word } from "../i18n/i18n";
import { canDrawMap } from "../map/webgl";
import { listPlans } from "../plan/client";
import type { Plan } from "../plan/types";
import { app } from "../state/app";
import { ImportError } from "./client";
import { Columns } from "./columns";
import { CrsField, EncodingField } from "./crsfield";
import { formatRepairs, parseRepairs, type Repairs } from "./repairs";
import { problemHelp, problemName } from "./said";
import { withLayer } from "./options";
import { apartKm, boxOfShapes } from "./shapes";
import { choose, drawing, followShapes, layer, shapesRefused, shown } from "./state";
import { t } from "./text";
import type { Import, Layer, Options } from "./types";
import { errorText, number, size } from "./words";

/** How far from the district data may lie before that is told. */
const farKm = 5;

const counted = (l: Layer) => (l.features < 0 ? t("featuresUnknown") : t("features", { n: number(l.features) }));

function LayerField({ of: i, layer: l, options: o }: { of: Import; layer: Layer; options: Options }): JSX.Element | null {
  if (i.layers.length < 2) return null;
  return (
    <div class="import-field">
      <label>
        <span>{t(l.geometry === "" && l.format.includes("XLSX") ? "sheet" : "layer")}</span>
        <select
          value={String(l.index)}
          onChange={(e) => {
            const next = i.layers.find((x) => String(x.index) === e.currentTarget.value);
            if (next !== undefined) choose(withLayer(o, next));
          }}
        >
          {i.layers.map((x, n) => (
            <option key={n} value={String(x.index)}>
              {t("layerOption", { name: x.hidden ? t("hiddenSheet", { name: x.name }) : x.name, n: counted(x) })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function KindField({ options: o }: { options: Options }): JSX.Element {
  return (
    <div class="import-field">
      <label>
        <span>{t("kind")}</span>
        <select value={o.kind} onChange={(e) => choose({ ...o, kind: e.currentTarget.value as Options["kind"] })}>
          {o.kind === "" && <option value="">{t("kindChoose")}</option>}
          {kinds.map((k) => (
            <option key={k} value={k}>
              {word(k)}
            </option>
          ))}
        </select>
      </label>
      {o.kind === "" && <p class="stale">{t("kindFirst")}</p>}
    </div>
  );
}

/** The drafts that a file may be added to. */
function usePlans(): Plan[] {
  const [plans, set] = useState<Plan[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    listPlans(undefined, stop.signal).then((all) => set(all.filter((p) => p.allow.includes("edit"))), () => undefined);
    return () => stop.abort();
  }, []);
  return plans;
}

function PlanField({ options: o }: { options: Options }): JSX.Element {
  const plans = usePlans();
  return (
    <div class="import-field">
      <label>
        <span>{t("plan")}</span>
        <select value={o.plan ?? ""} onChange={(e) => choose({ ...o, plan: e.currentTarget.value === "" ? null : e.currentTarget.value })}>
          <option value="">{t("planNew")}</option>
          {o.plan !== null && !plans.some((p) => p.id === o.plan) && <option value={o.plan}>{t("planAdd", { title: o.plan.slice(0, 8) })}</option>}
          {plans.map((p) => (
            <option key={p.id} value={p.id}>
              {t("planAdd", { title: p.title })}
            </option>
          ))}
        </select>
      </label>
      <p class="soft">{t("planHelp")}</p>
    </div>
  );
}

function Metres({ label, value, onChange }: { label: string; value: number; onChange: (m: number) => void }): JSX.Element {
  return (
    <input
      type="number"
      min="0.01"
      max="1000"
      step="any"
      aria-label={label}
      value={value}
      onChange={(e) => {
        const m = e.currentTarget.valueAsNumber;
        if (Number.isFinite(m) && m > 0) onChange(m);
      }}
    />
  );
}

function RepairsField({ options: o }: { options: Options }): JSX.Element {
  const r = parseRepairs(o.repair);
  const set = (change: Partial<Repairs>) => choose({ ...o, repair: formatRepairs({ ...r, ...change }) });
  return (
    <details class="import-repairs" open={o.repair.length > 0}>
      <summary>{t("repairs")}</summary>
      <p class="soft">{t("repairsHelp")}</p>
      <label class="check">
        <input type="checkbox" checked={r.closeRings} onChange={(e) => set({ closeRings: e.currentTarget.checked })} />
        {t("repair_close-rings")}
      </label>
      <label class="check">
        <input type="checkbox" checked={r.makeValid} onChange={(e) => set({ makeValid: e.currentTarget.checked })} />
        {t("repair_make-valid")}
      </label>
      <div class="import-repair">
        <label class="check">
          <input type="checkbox" checked={r.snapM !== null} onChange={(e) => set({ snapM: e.currentTarget.checked ? 0.5 : null })} />
          {t("repair_snap")}
        </label>
        {r.snapM !== null && <Metres label={t("repair_snap")} value={r.snapM} onChange={(snapM) => set({ snapM })} />}
      </div>
      <div class="import-repair">
        <label class="check">
          <input type="checkbox" checked={r.alignTo !== null} onChange={(e) => set({ alignTo: e.currentTarget.checked ? { kind: "village", metres: 20 } : null })} />
          {t("repair_align-to")}
        </label>
        {r.alignTo !== null && (
          <>
            <select aria-label={t("alignKind")} value={r.alignTo.kind} onChange={(e) => set({ alignTo: { kind: kinds.find((k) => k === e.currentTarget.value) ?? "village", metres: r.alignTo?.metres ?? 20 } })}>
              {kinds.map((k) => (
                <option key={k} value={k}>
                  {word(k)}
                </option>
              ))}
            </select>
            <Metres label={t("alignMetres")} value={r.alignTo.metres} onChange={(metres) => set({ alignTo: { kind: r.alignTo?.kind ?? "village", metres } })} />
          </>
        )}
      </div>
    </details>
  );
}

/** Says what the map shows of the file, and where that seems wrong. */
function Preview({ layer: l }: { layer: Layer }): JSX.Element | null {
  const s = shown.value;
  const refused = shapesRefused.value;
  const bounds = app.value?.bounds ?? null;
  if (refused !== null) return <p class="stale" role="alert">{refused instanceof ImportError && refused.fault === "CRS_UNKNOWN" ? t("crsNeeded") : t("previewFailed", { why: errorText(refused) })}</p>;
  if (s === null || s.of !== "preview") return drawing.value ? <p class="soft import-preview" role="status">{t("previewing")}</p> : l.geometry === "" ? <p class="soft import-preview">{t("previewNone")}</p> : null;
  const box = boxOfShapes(s.shapes.features);
  const apart = box === null || bounds === null ? 0 : apartKm(box, bounds);
  const n = number(s.shapes.features.length);
  return (
    <div class={`import-preview${drawing.value ? " old" : ""}`} role="status">
      {canDrawMap() && <p class="soft">{t(s.shapes.truncated === true ? "previewCut" : "previewShown", { n })}</p>}
      {apart > farKm && <p class="stale">{t("previewFar", { km: number(apart) })}</p>}
    </div>
  );
}

/** The second step: how the file is to be read, with what comes of it on the map. */
export function Read({ of: i, options: o }: { of: Import; options: Options }): JSX.Element {
  useEffect(() => followShapes("preview"), [i.id]);
  const l = layer.value;
  if (l === null) return <p class="stale">{t("noFiles")}</p>;
  const bytes = i.files.reduce((n, f) => n + f.bytes, 0);
  const placed = l.geometry !== "" || i.what === "reports";
  return (
    <>
      <p class="soft">{t("fileIs", { format: l.format, n: counted(l), size: size(bytes) })}</p>
      {l.problems.length > 0 && (
        <ul class="import-notes">
          {l.problems.map((p, n) => (
            <li key={n} class={`stale problem-${p.severity}`}>
              <strong>{problemName(p.problem)}</strong> {problemHelp(p.problem).means} {problemHelp(p.problem).todo}
            </li>
          ))}
        </ul>
      )}
      <div class="import-choices">
        <LayerField of={i} layer={l} options={o} />
        {i.what === "areas" && <KindField options={o} />}
        {placed && <CrsField layer={l} options={o} />}
        <EncodingField layer={l} options={o} />
      </div>
      {i.what === "roster" ? <p class="soft">{t("previewNone")}</p> : <Preview layer={l} />}
      {i.fields.length > 0 && <Columns fields={i.fields} layer={l} options={o} />}
      <div class="import-choices">
        {i.what === "areas" && <PlanField options={o} />}
        {(i.what === "areas" || i.what === "roster") && (
          <div class="import-field">
            <label class="check">
              <input type="checkbox" checked={o.partial} onChange={(e) => choose({ ...o, partial: e.currentTarget.checked })} />
              {t("partial")}
            </label>
            <p class="soft">{t(i.what === "roster" ? "partialHelp_roster" : "partialHelp")}</p>
          </div>
        )}
      </div>
      {i.what === "areas" && <RepairsField options={o} />}
    </>
  );
}
