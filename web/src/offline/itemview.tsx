import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { linkTo, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { formatAgo, formatExact, formatNumber } from "../units/format";
import { heldBack, type Item, type ItemFile } from "./item";
import { correct, discard, outbox, sending } from "./outbox";
import { smaller } from "./smaller";
import { t } from "./text";
import { bodyOf, isClockFault, refusalText, wordsOf } from "./words";

function stateOf(i: Item): string {
  if (sending.value === i.id) return t("item_sending");
  if (i.state === "refused") return t("item_refused");
  return t(heldBack(outbox.value, i) ? "item_held" : "item_waiting");
}

function Photo({ file, n, onRemove }: { file: ItemFile; n: number; onRemove: () => void }): JSX.Element {
  const url = useSignal<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file.blob);
    url.value = made;
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <li class="sync-photo">
      {url.value !== null && <img src={url.value} alt={t("photo", { n })} />}
      <button type="button" class="icon-button" aria-label={t("removePhoto", { n })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** What can be changed of something that was refused. */
function Correction({ of: i }: { of: Item }): JSX.Element {
  const member = wordsOf(i);
  const body = bodyOf(i);
  const words = useSignal(member === null ? "" : String(body[member] ?? ""));
  const files = useSignal(i.files);
  const busy = useSignal(false);
  const changed = useComputed(() => files.value !== i.files || (member !== null && words.value !== String(body[member] ?? "")));
  const send = async (more: Record<string, unknown>, asItIs = false) => {
    busy.value = true;
    const { "If-Match": _, ...headers } = i.headers;
    const now = { ...body, ...(member === null || words.value === "" ? {} : { [member]: words.value }), ...more };
    if (member !== null && words.value === "") delete now[member];
    // What somebody else did meanwhile was read by now.
    await correct(i.seq, asItIs && !changed.value && headers === i.headers ? {} : { headers, ...(i.type === "application/json" ? { body: JSON.stringify(now) } : {}), files: files.value }).catch(() => undefined);
    busy.value = false;
  };
  const clock = isClockFault(i);
  const stateFault = i.kind === "event" && i.refusal?.type === "state-conflict";
  return (
    <div class="sync-correct">
      {member !== null && (
        <label class="field-label">
          {t("note")}
          <textarea class="text-field" rows={3} value={words.value} onInput={(e) => (words.value = e.currentTarget.value)} />
        </label>
      )}
      {files.value.length > 0 && (
        <>
          <ul class="sync-photos">
            {files.value.map((f, n) => (
              <Photo key={f.name} file={f} n={n + 1} onRemove={() => (files.value = files.value.filter((o) => o !== f))} />
            ))}
          </ul>
          <div class="sync-row">
            <button type="button" class="button" onClick={async () => (files.value = await Promise.all(files.value.map(async (f) => ({ ...f, blob: await smaller(f.blob) }))))}>
              {t("smallerPhotos")}
            </button>
            <button type="button" class="button" onClick={() => (files.value = [])}>
              {t("noPhotos")}
            </button>
          </div>
        </>
      )}
      <div class="sync-row">
        {clock ? (
          <button type="button" class="button primary" disabled={busy.value} onClick={() => void send({ [i.kind === "report" ? "observed_at" : "at"]: new Date().toISOString() })}>
            {t("sendNowTime")}
          </button>
        ) : stateFault ? (
          <button type="button" class="button primary" disabled={busy.value || (words.value.trim() === "" && files.value.length === 0)} onClick={() => void send({ type: "comment" })}>
            {t("asComment")}
          </button>
        ) : (
          <button type="button" class="button primary" disabled={busy.value} onClick={() => void send({}, true)}>
            {t("sendAgain")}
          </button>
        )}
        {i.kind === "report" && i.about["place"] !== undefined && (
          <button type="button" class="button" onClick={() => void import("./reports").then((m) => m.toForm(i))}>
            {t("inForm")}
          </button>
        )}
        {i.kind === "event" && (
          <a class="button" href={linkTo({ view: "field", params: { report: i.subject.slice("report/".length) } })}>
            {t("openCase")}
          </a>
        )}
      </div>
    </div>
  );
}

/** Throws something away, once that was asked. */
function Discard({ of: i }: { of: Item }): JSX.Element {
  const asked = useSignal(false);
  if (!asked.value) {
    return (
      <button type="button" class="button sync-discard" onClick={() => (asked.value = true)}>
        {t("discard")}
      </button>
    );
  }
  return (
    <div class="sync-sure" role="group" aria-label={t("discardTitle")}>
      <p>{t("discardHelp")}</p>
      <div class="sync-row">
        <button type="button" class="button final" onClick={() => void discard(i.id).then((gone) => tell(t(gone ? "discarded" : "gone")))}>
          {t("discard")}
        </button>
        <button type="button" class="button" onClick={() => (asked.value = false)}>
          {t("keep")}
        </button>
      </div>
    </div>
  );
}

/** One thing that waits: what it is, since when, how it stands, and what can be done about it. */
export function ItemView({ of: i, now }: { of: Item; now: number }): JSX.Element {
  const lines = i.kind === "track" ? i.body.split("\n").length - 1 : 0;
  const n = (x: number) => formatNumber(x, language.value);
  return (
    <li class={`card sync-item sync-item-${i.state}`}>
      <p class="sync-what">
        <strong>
          <Name of={i.label} />
        </strong>
        <span class="tag">{stateOf(i)}</span>
      </p>
      <p class="soft">
        {t(`kind_${i.kind}`)} · <time dateTime={new Date(i.at).toISOString()} title={formatExact(i.at, language.value)}>{formatAgo(i.at, now, language.value)}</time>
        {lines > 0 && ` · ${t("fixes", { n: n(lines) })}`}
        {i.files.length > 0 && i.state === "waiting" && ` · ${t("photos", { n: n(i.files.length) })}`}
      </p>
      {i.state === "refused" && (
        <>
          <p class="sync-why" role="alert">
            {refusalText(i)}
          </p>
          <Correction key={i.id} of={i} />
        </>
      )}
      {sending.value !== i.id && <Discard key={`${i.id} ${i.state}`} of={i} />}
    </li>
  );
}
