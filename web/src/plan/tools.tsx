import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Kind } from "../api/types";
import { nameOf, word } from "../i18n/i18n";
import { canFinish, dropCorner, finish, give, toggle } from "./acts";
import { chosenArea, keyName, letGo, line, outline, painted, picked, topology } from "./desk";
import { AreaPicker } from "./picker";
import { CreateForm } from "./createform";
import { ToolIcon } from "./icons";
import { takes } from "./shape";
import { forgetTyped, newPart, typedCode, typedName } from "./split";
import { t } from "./text";
import { choose, editable, kind, takeTool, tool, tools, unit, units, chooseKind, type Tool } from "./tool";
import { setParams } from "../state/store";

const needsMap: ReadonlySet<Tool> = new Set(["move", "insert", "remove", "split", "create"]);

/** The row of tools. */
export function ToolRow({ hasMap, mayEdit }: { hasMap: boolean; mayEdit: boolean }): JSX.Element {
  const take = (name: Tool) => {
    letGo();
    takeTool(name);
    const own = chosenArea.peek();
    if (name === "merge" && own !== null && own.kind === kind.peek()) picked.value = [own.key];
  };
  return (
    <div class="plan-tools" role="toolbar" aria-label={t("tools")}>
      {tools.map((name) => (
        <button key={name} type="button" aria-pressed={tool.value === name} disabled={!mayEdit || (!hasMap && needsMap.has(name))} title={t(`${name}Help`)} onClick={() => take(name)}>
          <ToolIcon name={name} />
          <span>{t(name)}</span>
        </button>
      ))}
    </div>
  );
}

function Choice({ label, of, value, onChoose }: { label: string; of: readonly Kind[]; value: Kind; onChoose: (k: Kind) => void }): JSX.Element {
  return (
    <label class="plan-choice">
      <span>{label}</span>
      <select value={value} onChange={(e) => onChoose(e.currentTarget.value as Kind)}>
        {of.map((k) => (
          <option key={k} value={k}>
            {word(k)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The way to end what is drawn or picked, or to give it up. */
function Ends({ label }: { label: string }): JSX.Element {
  return (
    <div class="plan-ends">
      <button type="button" class="button primary" disabled={!canFinish()} onClick={finish}>
        {label}
      </button>
      {line.value.length > 0 && (
        <button type="button" class="button" onClick={dropCorner}>
          {t("dropCorner")}
        </button>
      )}
      <button type="button" class="button" disabled={line.value.length === 0 && picked.value.length === 0} onClick={() => letGo()}>
        {t("giveUp")}
      </button>
    </div>
  );
}

function SplitForm(): JSX.Element {
  const of = chosenArea.value;
  useEffect(forgetTyped, [of?.key]);
  if (of === null) return <p>{t("splitNeeds")}</p>;
  return (
    <>
      <p>{t("splitOf", { area: nameOf(of.properties) })}</p>
      <label class="plan-field">
        <span>{t("newName")}</span>
        <input type="text" maxLength={60} value={newPart.value.name} onInput={(e) => (typedName.value = e.currentTarget.value)} />
      </label>
      <label class="plan-field">
        <span>{t("newCode")}</span>
        <input type="text" pattern="[0-9A-Z]{3,20}" value={newPart.value.code} onInput={(e) => (typedCode.value = e.currentTarget.value)} />
      </label>
      <Ends label={t("cut")} />
    </>
  );
}

function MergeForm(): JSX.Element {
  return (
    <>
      <ul class="plan-chips">
        {picked.value.map((key, i) => (
          <li key={key}>
            <button type="button" class="chip" aria-label={t("takeOut", { area: keyName(key) })} onClick={() => toggle(key)}>
              {keyName(key)}
              {i === 0 && <small>{t("stays")}</small>}
              <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
      </ul>
      <AreaPicker label={t("addToMerge")} kind={kind.value} onPick={(a) => toggle(a.key)} />
      <Ends label={t("mergeNow", { n: picked.value.length })} />
    </>
  );
}

/** Units that the target could be given: by list, for those who do not paint. */
function BrushForm(): JSX.Element {
  const to = chosenArea.value?.kind === "grid" ? chosenArea.value : null;
  const listed = useSignal<readonly string[]>([]);
  const all = topology.value;
  if (to === null) {
    return (
      <>
        <p>{t("brushNeeds")}</p>
        <AreaPicker label={t("target")} kind="grid" onPick={(a) => choose(a.key)} />
      </>
    );
  }
  const given = listed.value.flatMap((key) => all?.area(key) ?? []);
  return (
    <>
      <p class="plan-target">
        {t("brushOf", { area: nameOf(to.properties) })}
        <button type="button" class="chip" onClick={() => choose(null)}>
          {t("otherTarget")}
        </button>
      </p>
      <Choice label={t("brushUnit")} of={units} value={unit.value} onChoose={(k) => { listed.value = []; setParams({ unit: k === "compound" ? null : k }); }} />
      <AreaPicker label={t("unitByList")} kind={unit.value} without={(a) => takes(to, a) || listed.value.includes(a.key)} onPick={(a) => (listed.value = [...listed.value, a.key])} />
      {given.length > 0 && (
        <>
          <ul class="plan-chips">
            {given.map((a) => (
              <li key={a.key}>
                <button type="button" class="chip" aria-label={t("takeOut", { area: nameOf(a.properties) })} onClick={() => (listed.value = listed.value.filter((k) => k !== a.key))}>
                  {nameOf(a.properties)}
                  <span aria-hidden="true">×</span>
                </button>
              </li>
            ))}
          </ul>
          <button type="button" class="button primary" onClick={() => { painted.value = given; void give(given).then(() => (painted.value = [])); listed.value = []; }}>
            {t("giveNow", { n: given.length })}
          </button>
        </>
      )}
    </>
  );
}

/** What the tool in hand does, and what it asks. */
export function ToolCard({ hasMap }: { hasMap: boolean }): JSX.Element {
  const now = tool.value;
  return (
    <section class="plan-tool">
      <h3>{t(now)}</h3>
      {!hasMap && <p>{t("noMap")}</p>}
      {hasMap && (
        <p class="soft">
          {t(`${now}Help`)}
          {now === "move" && <span class="for-mouse"> {t("freeHelp")}</span>}
        </p>
      )}
      {now !== "brush" && <Choice label={t("ofKind")} of={editable} value={kind.value} onChoose={chooseKind} />}
      {now === "split" && <SplitForm />}
      {now === "merge" && <MergeForm />}
      {now === "brush" && <BrushForm />}
      {now === "create" && (outline.value === null ? <Ends label={t("closeRing")} /> : <CreateForm ring={outline.value} />)}
    </section>
  );
}
