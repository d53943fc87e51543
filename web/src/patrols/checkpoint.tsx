import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { addCheckpoint, changeCheckpoint, retireCheckpoint, type Checkpoint } from "../api/patrols";
import { nameOf, t as common } from "../i18n/i18n";
import { gridMap } from "../map/handle";
import { canDrawMap } from "../map/webgl";
import { distance } from "../place/distance";
import { Fact } from "../place/parts";
import { newKey } from "../report/number";
import { app } from "../state/app";
import { can } from "../state/session";
import { goTo, linkTo, params, tell } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatPosition } from "../units/format";
import { kindName } from "./checkpoints";
import { changeOfPoint, faultOfPoint, fieldsOf, freshPoint, greatestEvery, pointForm, radii, type PointForm } from "./pointform";
import { Ago, CheckpointBadge, Failed, Question } from "./parts";
import { draftSpot, pickSpot } from "./picking";
import { checkpoints, checkpointTrouble, kinds, putCheckpoint, refresh } from "./state";
import { t } from "./text";
import { everyText, refusal } from "./words";

/** Goes back from a checkpoint to the list. */
export function leaveCheckpoint(): void {
  const { cp = "", edit, ...rest } = params.peek();
  goTo({ params: edit === undefined ? rest : { ...rest, cp } });
}

function PlaceField({ form }: { form: Signal<PointForm> }): JSX.Element {
  const f = form.value;
  const put = (change: Partial<PointForm>) => (form.value = { ...form.value, ...change });
  const middle = () => {
    const at = gridMap.peek()?.map.getCenter();
    if (at !== undefined) put({ lon: at.lng.toFixed(7), lat: at.lat.toFixed(7) });
  };
  return (
    <fieldset class="pfield">
      <legend class="field-label">{t("place")}</legend>
      <p class="soft" role="status">
        {f.lon === "" || f.lat === "" ? t(canDrawMap() ? "tapPlace" : "typePlace") : t(canDrawMap() ? "tapAgain" : "typePlace")}
      </p>
      <div class="time-fields">
        <label class="pfield">
          <span class="field-label">{t("lon")}</span>
          <input class="text-field numbers" type="text" inputMode="decimal" value={f.lon} onInput={(e) => put({ lon: e.currentTarget.value })} />
        </label>
        <label class="pfield">
          <span class="field-label">{t("lat")}</span>
          <input class="text-field numbers" type="text" inputMode="decimal" value={f.lat} onInput={(e) => put({ lat: e.currentTarget.value })} />
        </label>
        {canDrawMap() && (
          <button type="button" class="button small" onClick={middle}>
            {t("middleOfMap")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

/** Makes a checkpoint, or changes one. */
function CheckpointForm({ of: c }: { of: Checkpoint | null }): JSX.Element {
  const form = useSignal<PointForm>(c === null ? freshPoint(kinds.peek()) : pointForm(c));
  const busy = useSignal(false);
  const fault = useSignal<string | null>(null);
  const key = useRef(newKey());
  const inDays = useSignal(form.peek().every % 24 === 0);
  const f = form.value;
  const put = (change: Partial<PointForm>) => (form.value = { ...form.value, ...change });
  useEffect(() => {
    const end = pickSpot(({ lon, lat }) => (form.value = { ...form.peek(), lon: lon.toFixed(7), lat: lat.toFixed(7) }));
    return () => {
      end();
      draftSpot.value = null;
    };
  }, []);
  useEffect(() => {
    const [lon, lat] = [Number(f.lon), Number(f.lat)];
    draftSpot.value = f.lon.trim() === "" || f.lat.trim() === "" || !Number.isFinite(lon) || !Number.isFinite(lat) ? null : { lon, lat, radiusM: f.radius };
  }, [f.lon, f.lat, f.radius]);
  const chooseKind = (code: string) => {
    const before = kinds.value.find((k) => k.code === f.kind);
    const k = kinds.value.find((x) => x.code === code);
    // What nobody has altered follows the kind.
    const untouched = before === undefined || f.lookAt.trim() === "" || f.lookAt === before.look_at.join("\n");
    put({ kind: code, ...(k === undefined ? {} : { ...(before === undefined || f.every === before.due_every_h ? { every: k.due_every_h } : {}), ...(untouched ? { lookAt: k.look_at.join("\n") } : {}) }) });
  };
  const send = async () => {
    if (busy.value) return;
    const wrong = faultOfPoint(f);
    if (wrong !== null) {
      fault.value = t(wrong);
      return;
    }
    busy.value = true;
    fault.value = null;
    try {
      if (c === null) {
        const made = await addCheckpoint(fieldsOf(f), key.current);
        putCheckpoint(made);
        tell(t("checkpointAdded"));
        goTo({ params: { ...params.peek(), cp: made.id } });
      } else {
        const change = changeOfPoint(f, c);
        if (change !== null) {
          putCheckpoint(await changeCheckpoint(c.id, change, c.properties.version));
          tell(t("checkpointChanged"));
        }
        leaveCheckpoint();
      }
      refresh();
    } catch (e) {
      fault.value = refusal(e);
      // Somebody else may have sent what this key stood for.
      key.current = newKey();
    }
    busy.value = false;
  };
  const days = inDays.value;
  return (
    <form
      class="plan-form"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <label class="pfield">
        <span class="field-label">{t("name")}</span>
        <input class="text-field" type="text" required maxLength={100} autocomplete="off" value={f.name} onInput={(e) => put({ name: e.currentTarget.value })} />
      </label>
      <label class="pfield">
        <span class="field-label">{t("kind")}</span>
        <select class="text-field" value={f.kind} onChange={(e) => chooseKind(e.currentTarget.value)}>
          {kinds.value.map((k) => (
            <option key={k.code} value={k.code}>
              {nameOf(k)}
            </option>
          ))}
        </select>
      </label>
      <PlaceField form={form} />
      <label class="pfield">
        <span class="field-label">
          {t("radius")} <span class="numbers">{distance(f.radius)}</span>
        </span>
        <input type="range" min={radii.least} max={radii.most} step={5} value={f.radius} onInput={(e) => put({ radius: Number(e.currentTarget.value) })} />
        <span class="soft">{t("radiusSays")}</span>
      </label>
      <div class="time-fields">
        <label class="pfield">
          <span class="field-label">{t("every")}</span>
          <input class="text-field numbers" type="number" min={1} max={days ? greatestEvery / 24 : greatestEvery} value={days ? f.every / 24 : f.every} onInput={(e) => put({ every: Math.round(Number(e.currentTarget.value)) * (days ? 24 : 1) })} />
        </label>
        <label class="pfield">
          <span class="field-label">{t("unit")}</span>
          <select class="text-field" value={days ? "days" : "hours"} onChange={(e) => {
              inDays.value = e.currentTarget.value === "days";
              if (inDays.value) put({ every: Math.max(1, Math.round(f.every / 24)) * 24 });
            }}
          >
            <option value="days">{t("unitDays")}</option>
            <option value="hours">{t("unitHours")}</option>
          </select>
        </label>
      </div>
      <label class="pfield">
        <span class="field-label">{t("lookAt")}</span>
        <textarea class="text-field" rows={4} value={f.lookAt} onInput={(e) => put({ lookAt: e.currentTarget.value })} />
        <span class="soft">{t("lookAtSays")}</span>
      </label>
      <div role="alert">{fault.value !== null && <p class="confirm-fault">{fault.value}</p>}</div>
      <div class="form-row">
        <button type="button" class="button" onClick={leaveCheckpoint}>
          {t("back")}
        </button>
        <button type="submit" class="button primary" aria-disabled={busy.value}>
          {t(c === null ? "add" : "save")}
        </button>
      </div>
    </form>
  );
}

function Retire({ of: c, onDone }: { of: Checkpoint; onDone: (gone: boolean) => void }): JSX.Element {
  const busy = useSignal(false);
  const fault = useSignal<string | null>(null);
  const send = async () => {
    if (busy.value) return;
    busy.value = true;
    try {
      await retireCheckpoint(c.id, c.properties.version);
      checkpoints.value = (checkpoints.peek() ?? []).filter((x) => x.id !== c.id);
      tell(t("retired"));
      onDone(true);
    } catch (e) {
      fault.value = refusal(e);
      busy.value = false;
    }
  };
  return (
    <Question title={t("retireTitle")} about={c.properties.name} does={t("retire")} busy={busy.value} fault={fault.value} onDo={() => void send()} onLeave={() => onDone(false)}>
      <p>{t("retireSays")}</p>
    </Question>
  );
}

function Body({ of: c }: { of: Checkpoint }): JSX.Element {
  const retiring = useSignal(false);
  const p = c.properties;
  const [lon, lat] = c.geometry.coordinates;
  return (
    <>
      <div class="patrol-head">
        <h3 class="patrol-area">
          <Name of={p.name} />
        </h3>
        <p class="prow-badges">
          <CheckpointBadge state={p.state} />
        </p>
      </div>
      {can("manage_checkpoints") && (
        <p class="deeds">
          <a class="button" href={linkTo({ params: { ...params.value, edit: "1" } })}>
            {t("change")}
          </a>
          <button type="button" class="button" onClick={() => (retiring.value = true)}>
            {t("retire")}
          </button>
        </p>
      )}
      <dl class="facts">
        <Fact label={t("kind")}>{kindName(p.kind)}</Fact>
        {p.code !== undefined && p.code !== "" && <Fact label={t("code")}>{p.code}</Fact>}
        <Fact label={t("lastVisit")}>{p.last_visit == null ? t("neverVisited") : <Ago at={p.last_visit} />}</Fact>
        {p.due_at != null && p.state !== "never" && (
          <Fact label={t("dueAt")}>
            <span class={p.state === "overdue" ? "late" : ""}>
              <Ago at={p.due_at} />
            </span>
          </Fact>
        )}
        <Fact label={t("every")}>{everyText(p.due_every_h)}</Fact>
        <Fact label={t("radius")}>{distance(p.radius_m)}</Fact>
        {(["compound", "village_group", "grid", "village", "township"] as const).map((kind) => {
          const a = p.areas[kind];
          return (
            a != null && (
              <Fact key={kind} label={common(kind)}>
                <Name of={a.name} />
              </Fact>
            )
          );
        })}
        <Fact label={t("place")}>{formatPosition(lon, lat)}</Fact>
      </dl>
      {p.look_at.length > 0 && (
        <section>
          <h3>{t("lookAt")}</h3>
          <ul class="look-at">
            {p.look_at.map((what, i) => (
              <li key={i}>
                <Name of={what} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {retiring.value && (
        <Retire
          of={c}
          onDone={(gone) => {
            retiring.value = false;
            if (gone) leaveCheckpoint();
          }}
        />
      )}
    </>
  );
}

/** One checkpoint, or the form of one. */
export function CheckpointPage({ id }: { id: string }): JSX.Element {
  const all = checkpoints.value;
  const may = can("manage_checkpoints");
  if (all === null || app.value === null) return checkpointTrouble.value === null ? <Skeleton says={t("loading")} lines="wide tall short" /> : <Failed trouble={checkpointTrouble.value} />;
  if (id === "new") return may ? <CheckpointForm of={null} /> : <p>{t("mayNot")}</p>;
  const c = all.find((x) => x.id === id);
  if (c === undefined) return <Failed trouble="missing" />;
  return params.value.edit === "1" && may ? <CheckpointForm key={id} of={c} /> : <Body key={id} of={c} />;
}
