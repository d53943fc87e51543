import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { letGo, line, outline, store, topology } from "./desk";
import { freeCode, parentAt } from "./codes";
import type { LatticePoint } from "./model/types";
import { degrees } from "./model/lattice";
import { ringOf } from "./shape";
import { t } from "./text";
import { choose, kind, tool } from "./tool";

/** Asks what a newly drawn area is called, and creates it. */
export function CreateForm({ ring }: { ring: readonly LatticePoint[] }): JSX.Element {
  const all = topology.peek();
  const parent = all === null ? null : parentAt(all, kind.peek(), ring);
  const code = useSignal(all === null ? "" : freeCode(all.areas(kind.peek()).map((a) => a.code), kind.peek(), parent?.code ?? ""));
  const name = useSignal("");
  const urban = useSignal(true);
  const send = (e: Event) => {
    e.preventDefault();
    const of = kind.peek();
    const geometry = { type: "MultiPolygon" as const, coordinates: [[ringOf(ring)]] };
    const made = { op: "create" as const, kind: of, code: code.peek().trim(), name: name.peek().trim(), ...(parent === null ? {} : { parent: parent.key }), ...(of === "grid" ? { class: urban.peek() ? "urban" : "rural" } : {}), geometry };
    letGo();
    void store.peek()?.run(made).then((done) => {
      if (done) choose(`${of}:${made.code}`);
      else if (tool.peek() === "create" && line.peek().length === 0 && outline.peek() === null) outline.value = ring;
    });
  };
  const [first] = ring;
  return (
    <form class="plan-form" onSubmit={send}>
      {first !== undefined && <p class="soft">{t("ringOf", { n: ring.length, at: degrees(first).map((n) => n.toFixed(5)).reverse().join(", ") })}</p>}
      <label class="plan-field">
        <span>{t("name")}</span>
        <input type="text" required maxLength={60} value={name.value} onInput={(e) => (name.value = e.currentTarget.value)} />
      </label>
      <label class="plan-field">
        <span>{t("code")}</span>
        <input type="text" required pattern="[0-9A-Z]{3,20}" value={code.value} onInput={(e) => (code.value = e.currentTarget.value)} />
      </label>
      {kind.value === "grid" && (
        <label class="plan-choice">
          <span>{t("class")}</span>
          <select value={urban.value ? "urban" : "rural"} onChange={(e) => (urban.value = e.currentTarget.value === "urban")}>
            <option value="urban">{t("urban")}</option>
            <option value="rural">{t("rural")}</option>
          </select>
        </label>
      )}
      {parent !== null && <p class="soft">{t("within", { area: parent.properties.name })}</p>}
      <div class="plan-ends">
        <button type="submit" class="button primary">
          {t("createNow")}
        </button>
        <button type="button" class="button" onClick={() => letGo()}>
          {t("giveUp")}
        </button>
      </div>
    </form>
  );
}
