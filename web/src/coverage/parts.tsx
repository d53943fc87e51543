import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { nameOf } from "../i18n/i18n";
import { linkTo, setParams } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import type { Coverage, Part } from "./client";
import { dayClass } from "./days";
import { columns, listed, partKind, partKinds, sortBy, sorting, type Column } from "./state";
import { Bar } from "./sums";
import { t } from "./text";
import { daysAgo, number, percent } from "./words";

/** How many rows are shown at first. */
const page = 25;

function Head({ column, children }: { column: Column; children: ComponentChildren }): JSX.Element {
  const { column: by, down } = sorting.value;
  const active = by === column;
  return (
    <th scope="col" class={column === "visits" || column === "days" ? "number" : ""} aria-sort={active ? (down ? "descending" : "ascending") : "none"}>
      <button type="button" onClick={() => sortBy(column)}>
        {children}
        <span class={`sort${active ? " active" : ""}`}>
          <Icon name={active && !down ? "up" : "down"} />
        </span>
      </button>
    </th>
  );
}

function Line({ part: p }: { part: Part }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <a href={linkTo({ selection: { type: "area", ref: { kind: p.kind, code: p.code } } })}>
          <Name of={nameOf(p)} />
        </a>
      </th>
      <td>
        <span class="coverage-cell">
          <Bar share={p.share} />
          <span>{percent(p.share)}</span>
        </span>
      </td>
      <td class="number">{number(p.visits)}</td>
      <td class="number">
        {p.days_since !== null && <i class={`coverage-shade coverage-shade-${dayClass(p.days_since)}`} aria-hidden="true" />}
        <span class={p.days_since === null ? "short" : ""}>{daysAgo(p.days_since)}</span>
      </td>
    </tr>
  );
}

/** The parts of the area, one kind at a time. */
export function Parts({ of: c }: { of: Coverage }): JSX.Element {
  const all = useSignal(false);
  const rows = listed.value;
  if (c.parts.length === 0) return <p class="soft">{t("noParts")}</p>;
  const names = { name: "name", share: "column_share", visits: "column_visits", days: "column_days" } as const;
  return (
    <section class="coverage-parts">
      <h3 id="coverage-parts">{t("table")}</h3>
      {partKinds.value.length > 1 && (
        <fieldset class="coverage-switch">
          <legend class="visually-hidden">{t("partKind")}</legend>
          {partKinds.value.map((k) => (
            <label key={k}>
              <input type="radio" name="coverage-part" checked={partKind.value === k} onChange={() => setParams({ part: k })} />
              <span>{k === "district" ? t("district") : t(k)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="coverage-scroll" tabIndex={0} role="region" aria-labelledby="coverage-parts">
        <table aria-labelledby="coverage-parts">
          <thead>
            <tr>
              {columns.map((k) => (
                <Head key={k} column={k}>
                  {t(names[k])}
                </Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, all.value ? rows.length : page).map((p) => (
              <Line key={`${p.kind}:${p.code}`} part={p} />
            ))}
          </tbody>
        </table>
      </div>
      {!all.value && rows.length > page && (
        <button type="button" class="button" onClick={() => (all.value = true)}>
          {t("moreRows", { n: number(rows.length) })}
        </button>
      )}
    </section>
  );
}

/** What nobody visited nor saw anything of. */
export function Unseen({ of: c }: { of: Coverage }): JSX.Element | null {
  if (c.parts.length === 0) return null;
  return (
    <section class="coverage-unseen">
      <h3>{t("unseenTitle")}</h3>
      {c.unseen.length === 0 ? (
        <p class="soft">{t("allSeen")}</p>
      ) : (
        <>
          <p class="soft">{t("unseenSays", { n: number(c.unseen.length), of: number(c.parts.length) })}</p>
          <details open={c.unseen.length <= page}>
            <summary>{t("moreRows", { n: number(c.unseen.length) })}</summary>
            <ul>
              {c.unseen.map((a) => (
                <li key={`${a.kind}:${a.code}`}>
                  <a href={linkTo({ selection: { type: "area", ref: { kind: a.kind, code: a.code } } })}>
                    <Name of={nameOf(a)} />
                  </a>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </section>
  );
}
