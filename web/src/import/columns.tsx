import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Name } from "../ui/name";
import { Icon } from "../ui/icons";
import { columnOf, guessed, listedColumns, missingFields, originOf, withColumn } from "./options";
import { choose, current, looking } from "./state";
import { fieldName, t } from "./text";
import type { Field, Layer, Options } from "./types";
import { number } from "./words";

/** How many columns are listed before more are asked for. */
const first = 30;

const label = (field: string) => fieldName(current.value?.what ?? "areas", field);

function Samples({ of }: { of: readonly string[] }): JSX.Element {
  const shown = of.filter((s) => s !== "").slice(0, 3);
  if (shown.length === 0) return <span class="soft">{t("emptySamples")}</span>;
  return (
    <ul class="import-samples">
      {shown.map((s, i) => (
        <li key={i}>
          <Name of={s} />
        </li>
      ))}
    </ul>
  );
}

function FieldRow({ field: f, layer: l, options: o }: { field: Field; layer: Layer; options: Options }): JSX.Element {
  const says = label(f.name);
  const origin = originOf(l, o, f.name);
  const column = columnOf(l, o, f.name);
  return (
    <tr class={f.required && column === null ? "import-lacks" : ""}>
      <th scope="row">
        {says}
        {f.required && <span class="soft"> {t("required")}</span>}
      </th>
      <td>
        <select aria-label={t("columnFor", { field: says })} value={o.map[f.name] ?? ""} onChange={(e) => choose(withColumn(o, f.name, e.currentTarget.value))}>
          <option value="">{t("noColumn")}</option>
          {l.columns.map((c, i) => (
            <option key={i} value={c.name}>
              {c.name}
            </option>
          ))}
        </select>
        {origin !== "none" && (
          <span class={`import-origin origin-${origin}`}>
            {origin === "guessed" && <Icon name="check" />}
            {t(origin === "guessed" ? "guessedMark" : "chosenMark")}
          </span>
        )}
      </td>
      <td>{column !== null && <Samples of={column.samples} />}</td>
    </tr>
  );
}

/** All columns of the file, with what stands in them. */
function AllColumns({ fields, layer: l, options: o }: { fields: readonly Field[]; layer: Layer; options: Options }): JSX.Element {
  const text = useSignal("");
  const limit = useSignal(first);
  const found = listedColumns(l, fields, o, text.value);
  return (
    <details class="import-all" open={l.geometry === ""}>
      <summary>{t("allColumns", { n: number(l.columns.length) })}</summary>
      {l.columns.length > 12 && <input type="search" aria-label={t("findColumn")} placeholder={t("findColumn")} value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />}
      {found.length === 0 ? (
        <p class="soft">{t("noSuchColumn")}</p>
      ) : (
        <div class="import-scroll" tabIndex={0} role="group" aria-label={t("allColumns", { n: number(l.columns.length) })}>
          <table class="import-table">
            <thead>
              <tr>
                <th scope="col">{t("columns")}</th>
                <th scope="col">{t("samplesHead")}</th>
                <th scope="col">{t("usedHead")}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, limit.value).map(({ column, field }, i) => (
                <tr key={i}>
                  <th scope="row">
                    <Name of={column.name} />
                  </th>
                  <td>
                    <Samples of={column.samples} />
                  </td>
                  <td>{field === null ? "" : label(field)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > limit.value && (
        <button type="button" class="button small" onClick={() => (limit.value += 100)}>
          {t("more", { n: number(Math.min(100, found.length - limit.value)) })}
        </button>
      )}
    </details>
  );
}

function FieldTable({ about, fields, layer: l, options: o }: { about: string; fields: readonly Field[]; layer: Layer; options: Options }): JSX.Element {
  return (
    <div class="import-scroll" tabIndex={0} role="group" aria-label={about}>
      <table class="import-table import-fields">
        <thead>
          <tr>
            <th scope="col">{t("fieldHead")}</th>
            <th scope="col">{t("columnHead")}</th>
            <th scope="col">{t("samplesHead")}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((f) => (
            <FieldRow key={f.name} field={f} layer={l} options={o} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Asks which column each field is read from. */
export function Columns({ fields, layer: l, options: o }: { fields: readonly Field[]; layer: Layer; options: Options }): JSX.Element {
  const missing = missingFields(fields, o);
  // By what was guessed, so that no row goes elsewhere while one chooses.
  const found = guessed(l);
  const main = fields.filter((f) => f.required || found[f.name] !== undefined);
  const others = fields.filter((f) => !main.includes(f));
  return (
    <section class="import-columns" aria-busy={looking.value}>
      <h3>{t("columns")}</h3>
      <p class="soft">{t("columnsHelp")}</p>
      {main.length > 0 && <FieldTable about={t("columns")} fields={main} layer={l} options={o} />}
      {others.length > 0 && (
        <details open={main.length === 0 || others.some((f) => (o.map[f.name] ?? "") !== "")}>
          <summary>{t("otherFields", { n: number(others.length) })}</summary>
          <FieldTable about={t("otherFields", { n: number(others.length) })} fields={others} layer={l} options={o} />
        </details>
      )}
      {missing.length > 0 && !looking.value && <p class="stale">{t("requiredMissing", { list: missing.map(label).join(", ") })}</p>}
      <AllColumns fields={fields} layer={l} options={o} />
    </section>
  );
}
