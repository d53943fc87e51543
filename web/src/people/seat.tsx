import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { seatRecord, type Holding, type Person, type Seat, type SeatRecord } from "../api/people";
import { language, t as common, word } from "../i18n/i18n";
import { linkTo, params } from "../state/store";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatExact } from "../units/format";
import { ask } from "./asking";
import { Failed } from "./parts";
import { mayManage, useAsked } from "./state";
import { t } from "./text";
import { dayText, personName, seatName, spanText } from "./words";

/** A person's name, which opens the person. */
export function PersonLink({ of: p }: { of: Person }): JSX.Element {
  if (p.name === undefined || p.name === "") return <span class="soft">{t("noName")}</span>;
  return (
    <a class="people-link" href={linkTo({ view: "people", params: { tab: "person", person: p.id, ...(params.value.on === undefined ? {} : { on: params.value.on }) }, selection: null })}>
      <Name of={p.name} />
    </a>
  );
}

function Away({ of: p }: { of: Person }): JSX.Element | null {
  if (p.leave === undefined) return null;
  const { to } = p.leave;
  return <span class="tag tag-leave">{to === undefined ? t("onLeave") : t("onLeaveUntil", { day: dayText(to) })}</span>;
}

/** The button to call somebody. */
export function Call({ post, person: p }: { post: string; person: Person }): JSX.Element | null {
  if (p.phone === undefined || p.phone === "") return null;
  return (
    <a class="call" href={`tel:${p.phone}`} aria-label={common("call", { post, name: personName(p), phone: p.phone })}>
      <Icon name="phone" />
      <span class="phone-number">{p.phone}</span>
    </a>
  );
}

/** From when to when. */
export function Span({ from, to }: { from: string; to: string | undefined }): JSX.Element {
  const exact = [from, ...(to === undefined ? [] : [to])].map((x) => formatExact(Date.parse(x), language.value)).join(" – ");
  return <span title={exact}>{spanText(from, to)}</span>;
}

function Held({ of: h, seat, record }: { of: Holding; seat: Seat; record: SeatRecord }): JSX.Element {
  return (
    <li class={`held held-${h.when}`}>
      <span class="held-who">
        {h.person !== undefined && <PersonLink of={h.person} />}
        {h.deputy && <span class="tag">{common("deputy")}</span>}
        {h.when !== "past" && <span class="tag">{t(h.when === "now" ? "isNow" : "toCome")}</span>}
      </span>
      <span class="soft">
        <Span from={h.from} to={h.to} />
      </span>
      {h.deputy && h.when !== "past" && mayManage.value && record.may_change && (
        <button type="button" class="button small" onClick={() => ask({ type: "end_deputy", seat, holding: h, version: record.duty_version })}>
          {t("endDeputy")}
        </button>
      )}
    </li>
  );
}

function Deeds({ of: r }: { of: SeatRecord }): JSX.Element | null {
  if (!mayManage.value || r.removed === true) return null;
  if (!r.may_change) return <p class="soft">{t("mayNotChange")}</p>;
  const version = r.duty_version;
  const button = (type: "appoint" | "deputise" | "relieve" | "remove_seat" | "public_contact", says: string) => (
    <button type="button" class="button small" onClick={() => ask({ type, seat: r, version })}>
      {says}
    </button>
  );
  return (
    <p class="deeds">
      {button("appoint", t(r.holder === undefined ? "appoint" : "replace"))}
      {button("deputise", t("deputise"))}
      {r.holder !== undefined && button("relieve", t("relieve"))}
      {r.holder?.name !== undefined && r.holder.leave === undefined && (
        <button type="button" class="button small" onClick={() => r.holder !== undefined && ask({ type: "leave", person: r.holder, version })}>
          {t("leave")}
        </button>
      )}
      {button("public_contact", t(r.public_contact ? "hideContact" : "showContact"))}
      {r.holder === undefined && button("remove_seat", t("removeSeat"))}
    </p>
  );
}

/** Who held a seat, the newest first, and what may be done about it. */
function Past({ seat, id }: { seat: Seat; id: string }): JSX.Element {
  const { value, trouble } = useAsked(seat.seat_id, (stop) => seatRecord(seat.seat_id, stop));
  return (
    <div class="seat-past" id={id}>
      {trouble !== null && <Failed trouble={trouble} />}
      {value === null ? (
        trouble === null && <Skeleton says={t("loading")} lines="short short" />
      ) : (
        <>
          <Deeds of={value} />
          <h4>{t("holders")}</h4>
          {value.holdings.length === 0 ? (
            <p class="soft">{t("neverHeld")}</p>
          ) : (
            <ol class="holdings">
              {value.holdings.map((h) => (
                <Held key={h.id} of={h} seat={value} record={value} />
              ))}
            </ol>
          )}
          <p class="soft">{t(value.public_contact ? "contactPublic" : "contactNotPublic")}</p>
        </>
      )}
    </div>
  );
}

/** One seat: who holds it since when, who stands in, and on demand who held it before. */
export function SeatCard({ seat: s, version, several }: { seat: Seat; version: number; several: boolean }): JSX.Element {
  const open = useSignal(params.peek().seat === s.seat_id);
  const post = word(s.post);
  const id = `past-${s.seat_id}`;
  return (
    <li class={`seat${s.holder === undefined ? " seat-vacant" : ""}`}>
      <div class="seat-line">
        <div class="person-text">
          <span class="person-post">
            {seatName(s.post, s.number, several)}
            {s.removed === true && <span class="tag">{t("seatRemoved")}</span>}
          </span>
          <span class="person-name">
            {s.holder === undefined ? <span class="vacant-mark">{common("vacant")}</span> : <PersonLink of={s.holder} />}
            {s.holder !== undefined && <Away of={s.holder} />}
          </span>
          {s.deputy !== undefined && (
            <span class="seat-deputy">
              {t("deputyIs")} <PersonLink of={s.deputy} />
              <Away of={s.deputy} />
            </span>
          )}
          {s.answered_by === "above" && <span class="soft">{t("aboveAnswers")}</span>}
          {s.since !== undefined && (
            <span class="soft">
              <Span from={s.since} to={s.until} />
            </span>
          )}
        </div>
        <div class="seat-side">
          {s.holder !== undefined && <Call post={post} person={s.holder} />}
          {mayManage.value && s.holder === undefined && s.removed !== true && (
            <button type="button" class="button primary" onClick={() => ask({ type: "appoint", seat: s, version })}>
              {t("appoint")}
            </button>
          )}
          <button type="button" class="icon-button" aria-expanded={open.value} aria-controls={id} aria-label={t("seatMore", { seat: seatName(s.post, s.number, several) })} title={t("holders")} onClick={() => (open.value = !open.value)}>
            <Icon name={open.value ? "up" : "down"} />
          </button>
        </div>
      </div>
      {open.value && <Past seat={s} id={id} />}
    </li>
  );
}
