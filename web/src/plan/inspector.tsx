import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language, nameOf, word } from "../i18n/i18n";
import { boxOf } from "../map/box";
import { cover } from "../map/cover";
import { gridMap } from "../map/handle";
import { formatArea, formatNumber } from "../units/format";
import { AreaPicker } from "./picker";
import { chosenArea, keyName, store, topology } from "./desk";
import type { Area } from "./model/types";
import { coordinatesOf } from "./shape";
import { t } from "./text";
import { choose, editable, kind } from "./tool";
import type { Operation } from "./types";

/** Shows an area whole on the map. */
export function showArea(a: Area): void {
  gridMap.peek()?.showBox(boxOf(coordinatesOf(a.outline)), cover());
}

type Form = "rename" | "recode" | "retire";

function Rename({ of, send, close }: { of: Area; send: (op: Operation) => void; close: () => void }): JSX.Element {
  const name = useSignal(of.properties.name);
  const nameEn = useSignal(of.properties.name_en ?? "");
  return (
    <form class="plan-form" onSubmit={(e) => { e.preventDefault(); const en = nameEn.peek().trim(); send({ op: "rename", kind: of.kind, code: of.code, name: name.peek().trim(), ...(en === "" ? {} : { name_en: en }) }); }}>
      <label class="plan-field">
        <span>{t("name")}</span>
        <input type="text" required maxLength={60} value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
      </label>
      <label class="plan-field">
        <span>{t("nameEn")}</span>
        <input type="text" maxLength={100} value={nameEn.value} onInput={(e) => (nameEn.value = e.currentTarget.value)} />
      </label>
      <Send word={t("renameNow")} close={close} />
    </form>
  );
}

function Recode({ of, send, close }: { of: Area; send: (op: Operation) => void; close: () => void }): JSX.Element {
  const code = useSignal(of.code);
  return (
    <form class="plan-form" onSubmit={(e) => { e.preventDefault(); send({ op: "recode", kind: of.kind, code: of.code, new_code: code.peek().trim() }); }}>
      <label class="plan-field">
        <span>{t("code")}</span>
        <input type="text" required pattern="[0-9A-Z]{3,20}" value={code.value} onInput={(e) => (code.value = e.currentTarget.value)} />
      </label>
      <p class="soft">{t("recodeHelp")}</p>
      <Send word={t("recodeNow")} close={close} />
    </form>
  );
}

function Retire({ of, send, close }: { of: Area; send: (op: Operation) => void; close: () => void }): JSX.Element {
  return (
    <form class="plan-form" onSubmit={(e) => { e.preventDefault(); send({ op: "retire", kind: of.kind, code: of.code }); }}>
      <p>{t("retireHelp", { area: nameOf(of.properties) })}</p>
      <Send word={t("retireNow")} close={close} />
    </form>
  );
}

function Send({ word: label, close }: { word: string; close: () => void }): JSX.Element {
  return (
    <div class="plan-ends">
      <button type="submit" class="button primary">
        {label}
      </button>
      <button type="button" class="button" onClick={close}>
        {t("giveUp")}
      </button>
    </div>
  );
}

const forms = { rename: Rename, recode: Recode, retire: Retire };

/** The chosen area: what it is, and what may be done to it beside its lines. */
export function Inspector({ mayEdit }: { mayEdit: boolean }): JSX.Element {
  const form = useSignal<Form | null>(null);
  const a = chosenArea.value;
  useEffect(() => {
    form.value = null;
  }, [a?.key]);
  if (a === null) {
    return (
      <section>
        <h3>{t("chosen")}</h3>
        <p class="soft">{t("choose")}</p>
        <AreaPicker label={t("chooseByName")} kind={kind.value} onPick={(p) => { choose(p.key); showArea(p); }} />
      </section>
    );
  }
  const { properties: p } = a;
  const size = formatArea(p.area_m2, language.value);
  const lang = language.value;
  const canEdit = mayEdit && editable.some((k) => k === a.kind);
  const send = (op: Operation) => {
    form.value = null;
    // An area that got another code is still the chosen one.
    void store.peek()?.run(op).then((done) => done && op.op === "recode" && choose(`${op.kind}:${op.new_code}`));
  };
  const close = () => (form.value = null);
  const Shown = form.value === null ? null : forms[form.value];
  const chiefs = (store.value?.basis.value?.chiefs[a.key] ?? []).filter((s) => s.name !== undefined);
  const nodes = topology.value?.nodesOf(a.key).length ?? 0;
  return (
    <section class="plan-chosen">
      <h3>{t("chosen")}</h3>
      <p class="plan-name">
        <strong>{nameOf(p)}</strong> <span class="code">{a.code}</span>
      </p>
      <p class="soft">
        {[word(a.kind), p.class === "urban" ? t("urban") : p.class === "rural" ? t("rural") : "", p.parent === undefined ? "" : keyName(`${p.parent.kind}:${p.parent.code}`)].filter((s) => s !== "").join(" · ")}
      </p>
      <p>
        {p.households !== undefined && p.households > 0 && <span>{t("householdsOf", { n: formatNumber(Math.round(p.households), lang) })} · </span>}
        {t("sizeOf", { km2: size.km2, mu: size.mu })} · {t("nodesOf", { n: formatNumber(nodes, lang) })}
      </p>
      {chiefs.length > 0 && <p class="soft">{chiefs.map((s) => `${word(s.post)} ${s.name}`).join(" · ")}</p>}
      <div class="plan-acts">
        {gridMap.value !== null && (
          <button type="button" class="chip" onClick={() => showArea(a)}>
            {t("show")}
          </button>
        )}
        {canEdit &&
          (["rename", "recode", "retire"] as const).map((f) => (
            <button key={f} type="button" class="chip" aria-expanded={form.value === f} onClick={() => (form.value = form.value === f ? null : f)}>
              {t(f)}
            </button>
          ))}
        <button type="button" class="chip" onClick={() => choose(null)}>
          {t("chooseOther")}
        </button>
      </div>
      {Shown !== null && <Shown key={a.key} of={a} send={send} close={close} />}
    </section>
  );
}
