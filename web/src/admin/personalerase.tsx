import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language } from "../i18n/i18n";
import { useAsked } from "../plans/ask";
import { formatExact, formatNumber } from "../units/format";
import { accounts } from "./client";
import { Fault, Shown, useDoing } from "./parts";
import { erasePersonal, erasures, type Erasure, type Found, type Subject } from "./personalclient";
import { t } from "./text";
import { zh } from "./zh";

const number = (n: number): string => formatNumber(n, language.value);

/** What the server calls people and accounts whose data was erased. */
const erasedName = "(erased)";

/** Reports whether there is something of a person that an erasure would take away. */
export function erasable(f: Found): boolean {
  return f.people.some((p) => !p.erased) || f.accounts.some((a) => a.name !== erasedName) || f.counts.contacts + f.counts.tracks + f.counts.pending > 0;
}

/** What somebody may type to show that it is this person who is meant: the name or the phone. */
function confirmations(s: Subject, f: Found): string[] {
  const of = "person" in s ? f.people.filter((p) => p.id === s.person) : [s];
  return of.flatMap((x) => [x.name ?? "", x.phone ?? ""]).filter((x) => x !== "");
}

const plain = (text: string): string => text.replace(/[\s-]/g, "").toLowerCase();

/** Says in words how much went, or would go. */
function amounts(n: { people: number; accounts: number; contacts: number; tracks: number }): string {
  return t("amounts", { people: number(n.people), accounts: number(n.accounts), contacts: number(n.contacts), tracks: number(n.tracks) });
}

/** Takes away what was found of somebody, once that was confirmed in writing. */
export function EraseForm({ subject, found, onErased }: { subject: Subject; found: Found; onErased: (e: Erasure) => void }): JSX.Element {
  const open = useSignal(false);
  const reason = useSignal("");
  const typed = useSignal("");
  const doing = useDoing();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), [open.value]);
  const wanted = confirmations(subject, found);
  const sure = wanted.some((w) => plain(w) === plain(typed.value));
  if (!open.value) {
    return (
      <p class="admin-row">
        <button type="button" class="button danger" onClick={() => (open.value = true)}>
          {t("erase")}
        </button>
      </p>
    );
  }
  return (
    <form
      class="admin-form personal-search card"
      aria-labelledby="erase-title"
      onSubmit={(e) => {
        e.preventDefault();
        if (sure) void doing.run(async () => onErased(await erasePersonal(subject, reason.value.trim())));
      }}
    >
      <h3 id="erase-title">{t("eraseTitle")}</h3>
      <p>{t("eraseSays", { amounts: amounts(found.counts) })}</p>
      {found.counts.people > 1 && <p class="admin-note">{t("eraseSeveral", { n: number(found.counts.people) })}</p>}
      {found.people.some((p) => p.seats > 0) && <p class="admin-note">{t("eraseSeats")}</p>}
      <div class="admin-grid">
        <div class="admin-field">
          <label class="field-label" for="erase-reason">
            {t("eraseReason")}
          </label>
          <input ref={first} id="erase-reason" class="text-field" required maxLength={500} autocomplete="off" aria-describedby="erase-reason-hint" value={reason.value} onInput={(e) => (reason.value = e.currentTarget.value)} />
          <p class="soft" id="erase-reason-hint">
            {t("eraseReasonHint")}
          </p>
        </div>
        <div class="admin-field">
          <label class="field-label" for="erase-typed">
            {t("eraseType", { text: wanted.join(t("or")) })}
          </label>
          <input id="erase-typed" class="text-field" autocomplete="off" autocapitalize="none" spellcheck={false} value={typed.value} onInput={(e) => (typed.value = e.currentTarget.value)} />
        </div>
      </div>
      <Fault text={doing.fault} />
      <p class="admin-row">
        <button type="submit" class="button danger" disabled={!sure || reason.value.trim() === ""} aria-disabled={doing.busy}>
          {t("eraseNow")}
        </button>
        <button type="button" class="button" onClick={() => (open.value = false)}>
          {t("cancel")}
        </button>
      </p>
    </form>
  );
}

/** Says what an erasure took away. */
export function Erased({ of: e }: { of: Erasure }): JSX.Element {
  return (
    <div class="once card" role="status">
      <p>{t("erasedNow", { amounts: amounts(e) })}</p>
      {e.unreadable > 0 && <p>{t("unreadable", { n: number(e.unreadable) })}</p>}
    </div>
  );
}

function Row({ of: e, login }: { of: Erasure; login: string | undefined }): JSX.Element {
  const role = `role_${e.role}`;
  return (
    <tr>
      <td class="numbers">
        <time dateTime={e.at}>{formatExact(Date.parse(e.at), language.value)}</time>
      </td>
      <td>{login ?? (Object.hasOwn(zh, role) ? t(role as keyof typeof zh) : t("system"))}</td>
      <td>
        {t(`erasure_${e.kind}`)} <span class="soft">{amounts(e)}</span>
      </td>
      <td class="subject">{e.kind === "person" ? e.reason : ""}</td>
    </tr>
  );
}

/** What was erased, when, by whom and why; never whose. It is asked for anew when `after` changes. */
export function Erasures({ after }: { after: string }): JSX.Element {
  const list = useAsked("erasures", erasures);
  const who = useAsked("accounts", accounts);
  useEffect(() => {
    if (after !== "") list.again();
  }, [after]);
  const logins = new Map(who.value?.map((a) => [a.id, a.login]));
  return (
    <section class="personal-found" aria-labelledby="erasures-title">
      <h2 id="erasures-title">{t("erasures")}</h2>
      <Shown of={list}>
        {(all) =>
          all.length === 0 ? (
            <p class="soft">{t("noErasures")}</p>
          ) : (
            <div class="audit-scroll" tabIndex={0} role="group" aria-label={t("erasures")}>
              <table class="audit-table">
                <thead>
                  <tr>
                    {(["head_at", "head_who", "head_erased", "head_why"] as const).map((h) => (
                      <th key={h} scope="col">
                        {t(h)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {all.map((e) => (
                    <Row key={e.id} of={e} login={logins.get(e.by)} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Shown>
    </section>
  );
}
