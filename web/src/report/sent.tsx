import type { JSX } from "preact";
import type { Report } from "../api/reports";
import { language, nameOf } from "../i18n/i18n";
import { t as common } from "../i18n/i18n";
import { Person } from "../place/parts";
import { linkTo, params, tell } from "../state/store";
import { Icon } from "../ui/icons";
import { formatAgo, formatExact } from "../units/format";
import { CategoryIcon } from "../case/categoryicon";
import { followLink } from "./link";
import { shortNumber } from "./number";
import { list } from "./mine";
import { t } from "./moretext";
import { t as form } from "./text";
import { known } from "./whatstep";

async function copy(link: string): Promise<void> {
  await navigator.clipboard.writeText(link);
  tell(common("copied"));
}

/** What a person has after sending: the number, who has it, until when, and the link to follow it. */
export function Sent({ report: r }: { report: Report }): JSX.Element {
  const p = r.properties;
  const link = followLink(r);
  const number = shortNumber(r.id);
  const due = p.due_at === null ? NaN : Date.parse(p.due_at);
  const category = known.value?.find((c) => c.code === p.category);
  const assignees = [...p.assignees].sort((a, b) => Number(b.lead === true) - Number(a.lead === true));
  const { patrol } = params.value;
  return (
    <div class="sent">
      {patrol !== undefined && (
        <p class="panel-links">
          <a class="button" href={linkTo({ view: "patrol", params: { patrol } })}>
            <Icon name="back" />
            {form("toPatrol")}
          </a>
        </p>
      )}
      <div class="receipt">
        <p class="soft">{t("number")}</p>
        <p class="receipt-number">{number}</p>
        <p class="soft receipt-id">{t("numberFull", { id: r.id })}</p>
        <p class="receipt-what">
          <CategoryIcon code={p.category} />
          {category === undefined ? p.category : nameOf(category)}
          {p.areas.grid !== null && <span class="soft">{p.areas.grid.name}</span>}
        </p>
      </div>
      <section>
        <h3>{t("until")}</h3>
        {Number.isNaN(due) ? (
          <p>{t("untilVerify")}</p>
        ) : (
          <p>
            <b>{formatAgo(due, Date.now(), language.value)}</b> <time class="soft" dateTime={p.due_at ?? ""}>{formatExact(due, language.value)}</time>
          </p>
        )}
      </section>
      <section>
        <h3>{t("whoHas")}</h3>
        {assignees.length === 0 && <p>{form("goesToNobody")}</p>}
        <ul class="people">
          {assignees.map((a) => (
            <Person
              key={`${a.post} ${a.area_code} ${a.name ?? ""}`}
              holder={{ post: a.post, where: a.area_kind === "grid" ? null : (p.areas[a.area_kind]?.name ?? null), name: a.name, phone: a.phone, deputy: a.via === "deputy", vacant: a.via === undefined }}
            />
          ))}
        </ul>
      </section>
      <section class="follow">
        <h3>{form("follow")}</h3>
        <p class="soft">
          {t("followHelp")} {list().some((m) => m.id === r.id) && t("keptHere")}
        </p>
        <label class="visually-hidden" for="follow-link">{form("follow")}</label>
        <input id="follow-link" class="follow-link" type="text" readOnly value={link} onFocus={(e) => e.currentTarget.select()} />
        <p class="panel-links">
          {isSecureContext && (
            <button type="button" class="button" onClick={() => void copy(link)}>
              <Icon name="link" />
              {t("copy")}
            </button>
          )}
          {"share" in navigator && (
            <button type="button" class="button" onClick={() => void navigator.share({ title: t("shareTitle", { number }), url: link }).catch(() => undefined)}>
              <Icon name="share" />
              {t("share")}
            </button>
          )}
        </p>
      </section>
    </div>
  );
}
