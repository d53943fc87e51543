import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { search } from "../api/client";
import { findPeople, type Person } from "../api/people";
import { nameOf, word } from "../i18n/i18n";
import type { Asked } from "../plans/ask";
import { tell } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { roles, type Role } from "./client";
import { faultText } from "./faults";
import { t } from "./text";

/** Shows what was asked for, or why it is not there. */
export function Shown<T>({ of, children }: { of: Asked<T>; children: (value: T) => ComponentChildren }): JSX.Element {
  return (
    <>
      {of.error !== null && (
        <p class="signin-fault" role="alert">
          {faultText(of.error)}{" "}
          <button type="button" class="button" onClick={of.again}>
            {t("again")}
          </button>
        </p>
      )}
      {of.value === null ? of.error === null && <Skeleton says={t("loading")} lines="wide wide wide" /> : children(of.value)}
    </>
  );
}

/** Runs something that may fail, and says so where it stands. */
export function useDoing(): { busy: boolean; fault: string; run: (what: () => Promise<void>) => Promise<boolean> } {
  const busy = useSignal(false);
  const fault = useSignal("");
  return {
    busy: busy.value,
    fault: fault.value,
    run: async (what) => {
      if (busy.peek()) return false;
      busy.value = true;
      fault.value = "";
      try {
        await what();
        return true;
      } catch (e) {
        fault.value = faultText(e);
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}

/** Why something was not done. */
export function Fault({ text }: { text: string }): JSX.Element | null {
  return text === "" ? null : (
    <p class="signin-fault" role="alert">
      {text}
    </p>
  );
}

/** A secret that the server says once. */
export function Once({ says, secret, onDone }: { says: string; secret: string; onDone: () => void }): JSX.Element {
  const copy = () => navigator.clipboard.writeText(secret).then(() => tell(t("copied")), () => tell(t("copyByHand")));
  return (
    <div class="once card" role="status">
      <p>{says}</p>
      <p>
        <code class="once-secret">{secret}</code>
      </p>
      <p class="admin-row">
        <button type="button" class="button primary" onClick={() => void copy()}>
          {t("copy")}
        </button>
        <button type="button" class="button" onClick={onDone}>
          {t("close")}
        </button>
      </p>
    </div>
  );
}

/** Chooses a role. */
export function RoleField({ id, role }: { id: string; role: Signal<Role> }): JSX.Element {
  return (
    <div class="admin-field">
      <label class="field-label" for={id}>
        {t("role")}
      </label>
      <select id={id} class="text-field" value={role.value} onChange={(e) => (role.value = roles.find((r) => r === e.currentTarget.value) ?? role.value)}>
        {roles.map((r) => (
          <option key={r} value={r}>
            {t(`role_${r}`)}
          </option>
        ))}
      </select>
      <p class="soft">{t(`can_${role.value}`)}</p>
    </div>
  );
}

/** Asks for something while somebody types, after a pause. */
function useFound<T>(q: string, ask: (q: string, signal: AbortSignal) => Promise<T[]>): readonly T[] | null {
  const found = useSignal<readonly T[] | null>(null);
  useEffect(() => {
    found.value = null;
    if (q === "") return;
    const stop = new AbortController();
    const soon = setTimeout(() => {
      ask(q, stop.signal).then(
        (list) => (found.value = list),
        () => undefined, // the next letter asks again
      );
    }, 200);
    return () => {
      clearTimeout(soon);
      stop.abort();
    };
  }, [q]);
  return found.value;
}

/** Chooses areas, by name or code; `areas` are `kind:code`. */
export function AreasField({ id, areas, hint }: { id: string; areas: Signal<string[]>; hint: string }): JSX.Element {
  const text = useSignal("");
  const names = useSignal<Record<string, string>>({});
  const found = useFound(text.value.trim(), async (q, signal) => (await search(q, 12, signal)).filter((h) => h.properties.type === "area"));
  const add = (ref: string, name: string) => {
    names.value = { ...names.value, [ref]: name };
    if (!areas.value.includes(ref)) areas.value = [...areas.value, ref];
    text.value = "";
  };
  return (
    <div class="admin-field">
      <label class="field-label" for={id}>
        {t("areas")}
      </label>
      <p class="soft" id={`${id}-hint`}>
        {hint}
      </p>
      {areas.value.length > 0 && (
        <ul class="chips" role="list">
          {areas.value.map((ref) => (
            <li key={ref}>
              <Name of={names.value[ref] ?? ref} />
              <button type="button" class="chip-off" aria-label={t("takeAway", { name: names.value[ref] ?? ref })} onClick={() => (areas.value = areas.value.filter((x) => x !== ref))}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <input id={id} class="text-field" type="search" autocomplete="off" aria-describedby={`${id}-hint`} placeholder={t("findArea")} value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
      {found !== null && (
        <ul class="offers" role="list">
          {found.map((h) => {
            const ref = `${h.properties.kind ?? ""}:${h.properties.code ?? ""}`;
            const name = nameOf(h.properties);
            return (
              <li key={ref}>
                <button type="button" class="offer-button" onClick={() => add(ref, name)}>
                  <Name of={name} /> <span class="soft">{word(h.properties.kind ?? "")}</span>
                </button>
              </li>
            );
          })}
          {found.length === 0 && <li class="soft">{t("nothingFound")}</li>}
        </ul>
      )}
    </div>
  );
}

/** Chooses somebody of the roster, or nobody. */
export function PersonField({ id, person }: { id: string; person: Signal<{ id: string; name?: string } | null> }): JSX.Element {
  const text = useSignal("");
  const found = useFound<Person>(text.value.trim(), (q, signal) => findPeople(q, null, 8, signal));
  return (
    <div class="admin-field">
      <label class="field-label" for={id}>
        {t("person")}
      </label>
      <p class="soft" id={`${id}-hint`}>
        {t("personHint")}
      </p>
      {person.value !== null ? (
        <ul class="chips" role="list">
          <li>
            <Name of={person.value.name ?? person.value.id} />
            <button type="button" class="chip-off" aria-label={t("takeAway", { name: person.value.name ?? "" })} onClick={() => (person.value = null)}>
              ×
            </button>
          </li>
        </ul>
      ) : (
        <input id={id} class="text-field" type="search" autocomplete="off" aria-describedby={`${id}-hint`} placeholder={t("findPerson")} value={text.value} onInput={(e) => (text.value = e.currentTarget.value)} />
      )}
      {person.value === null && found !== null && (
        <ul class="offers" role="list">
          {found.map((p) => (
            <li key={p.id}>
              <button
                type="button"
                class="offer-button"
                onClick={() => {
                  person.value = p;
                  text.value = "";
                }}
              >
                <Name of={p.name ?? p.id} /> <span class="soft numbers">{p.phone}</span>{" "}
                <span class="soft">{(p.posts ?? []).slice(0, 1).map((s) => `${s.areas[0]?.name ?? ""} ${word(s.post)}`)}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li class="soft">{t("nothingFound")}</li>}
        </ul>
      )}
    </div>
  );
}
