import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { params, setParams } from "../state/store";
import { formatExact } from "../units/format";
import { lines, type Line } from "./client";
import { faultText } from "./faults";
import { Fault } from "./parts";
import { t } from "./text";
import { zh } from "./zh";

/** What the log can be narrowed to; each is a parameter of the address and of the request. */
const filters = ["from", "to", "actor", "action", "subject"] as const;

function query(): string {
  const asked = new URLSearchParams();
  for (const f of filters) {
    const v = params.value[f];
    if (v === undefined || v === "") continue;
    // A day begins and ends by the clock of who reads; the one that `to` names is meant whole.
    if (f === "from") asked.set(f, new Date(`${v}T00:00:00`).toISOString());
    else if (f === "to") asked.set(f, new Date(new Date(`${v}T00:00:00`).getTime() + 86_400_000).toISOString());
    else asked.set(f, v);
  }
  return asked.toString();
}

/** Gives what was done in words, or as the server calls it where it is new. */
function actionText(action: string): string {
  const key = `do_${action.replace(".", "_")}`;
  return Object.hasOwn(zh, key) ? t(key as keyof typeof zh) : action;
}

function actorText(l: Line): string {
  if (l.actor.kind === "system") return l.actor.name ?? t("system");
  if (l.actor.kind === "public") return t("public");
  return l.actor.role ?? l.actor.kind;
}

function Row({ of: l }: { of: Line }): JSX.Element {
  return (
    <tr>
      <td class="numbers">
        <time dateTime={l.at}>{formatExact(Date.parse(l.at), language.value)}</time>
      </td>
      <td>
        {actorText(l)}
        {l.actor.id !== undefined && (
          <button type="button" class="only-this" title={l.actor.id} onClick={() => setParams({ actor: l.actor.id ?? null })}>
            {t("onlyThis")}
          </button>
        )}
      </td>
      <td>
        {actionText(l.action)} <span class="soft">{l.action}</span>
      </td>
      <td class="subject">
        {l.subject_kind} <span class="soft">{l.subject}</span>
        {l.detail !== undefined && l.detail !== null && (
          <details>
            <summary>{t("detail")}</summary>
            <pre>{JSON.stringify(l.detail, null, 1)}</pre>
          </details>
        )}
      </td>
    </tr>
  );
}

/** The actions there are words for, as the server calls them. */
const actions = Object.keys(zh)
  .filter((k) => k.startsWith("do_"))
  .map((k) => k.slice("do_".length).replace("_", "."));

/** A field of the filter. */
function Field({ name }: { name: (typeof filters)[number] }): JSX.Element {
  const value = params.value[name] ?? "";
  const set = (v: string) => setParams({ [name]: v === "" ? null : v });
  const id = `audit-${name}`;
  if (name === "from" || name === "to") return <input id={id} class="text-field" type="date" value={value} onInput={(e) => set(e.currentTarget.value)} />;
  if (name !== "action") return <input id={id} class="text-field" type="search" autocomplete="off" value={value} onInput={(e) => set(e.currentTarget.value)} />;
  return (
    <select id={id} class="text-field" value={value} onChange={(e) => set(e.currentTarget.value)}>
      <option value="">{t("everything")}</option>
      {(value === "" || actions.includes(value) ? actions : [value, ...actions]).map((a) => (
        <option key={a} value={a}>
          {actionText(a)}
        </option>
      ))}
    </select>
  );
}

/** The log of what was done, and of whose personal data was read. */
export function Audit(): JSX.Element {
  const found = useSignal<Line[] | null>(null);
  const next = useSignal<string | null>(null);
  const fault = useSignal("");
  const busy = useSignal(false);
  const asked = query();
  const load = async (q: string, before: Line[], signal?: AbortSignal) => {
    busy.value = true;
    fault.value = "";
    try {
      const page = await lines(q, signal);
      found.value = [...before, ...page.lines];
      next.value = page.next;
    } catch (e) {
      if (signal?.aborted !== true) fault.value = faultText(e);
    }
    busy.value = false;
  };
  useEffect(() => {
    const stop = new AbortController();
    const soon = setTimeout(() => void load(asked, [], stop.signal), 250);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }, [asked]);
  return (
    <section aria-labelledby="audit-title">
      <h2 id="audit-title">{t("page_audit")}</h2>
      <p class="soft">{t("auditHelp")}</p>
      <div class="audit-filters">
        {filters.map((f) => (
          <div key={f} class="admin-field">
            <label class="field-label" for={`audit-${f}`}>
              {t(`audit_${f}`)}
            </label>
            <Field name={f} />
          </div>
        ))}
      </div>
      <p class="admin-row">
        <a class="button" href={`/api/v1/audit?${asked === "" ? "" : `${asked}&`}format=csv&limit=10000`} download="audit.csv">
          {t("asCsv")}
        </a>
      </p>
      <Fault text={fault.value} />
      {found.value !== null && (
        <div class="audit-scroll" tabIndex={0} role="group" aria-label={t("page_audit")} aria-busy={busy.value}>
          <table class="audit-table">
            <thead>
              <tr>
                {(["at", "who", "what", "about"] as const).map((h) => (
                  <th key={h} scope="col">
                    {t(`head_${h}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.value.map((l) => (
                <Row key={l.id} of={l} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.value?.length === 0 && <p class="soft">{t("nothingFound")}</p>}
      {next.value !== null && (
        <button type="button" class="button" aria-disabled={busy.value} onClick={() => void load(next.peek() ?? "", found.peek() ?? [])}>
          {t("more")}
        </button>
      )}
    </section>
  );
}
