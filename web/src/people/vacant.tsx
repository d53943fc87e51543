import type { JSX } from "preact";
import type { Vacancy } from "../api/rosters";
import type { Kind } from "../api/types";
import { language, t as common, word } from "../i18n/i18n";
import { linkTo, params } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatNumber } from "../units/format";
import { Failed } from "./parts";
import { vacant, vacantTrouble } from "./state";
import { t } from "./text";

const kinds: readonly Kind[] = ["district", "township", "grid", "village_group", "compound"];

/** The address of an area's posts. */
export function toArea(ref: { kind: Kind; code: string }, seat?: string): string {
  const on = params.value.on;
  const colour = params.value.colour;
  return linkTo({ view: "people", selection: { type: "area", ref: { kind: ref.kind, code: ref.code } }, params: { ...(on === undefined ? {} : { on }), ...(colour === undefined ? {} : { colour }), ...(seat === undefined ? {} : { seat }) } });
}

function Line({ of: v }: { of: Vacancy }): JSX.Element {
  const area = v.areas[0];
  return (
    <li class="vacant-line">
      {area !== undefined && (
        <a class="people-link" href={toArea(area)}>
          <Name of={v.areas.map((a) => a.name).join(language.value === "zh" ? "、" : ", ")} />
        </a>
      )}
      <span class="soft">
        {word(v.post)}
        {v.deputy !== undefined && <> · {t("standsIn", { name: v.deputy.name })}</>}
        {!v.required && <> · {t("notRequired")}</>}
      </span>
    </li>
  );
}

/** Everything that nobody holds, by the kind of area. */
export function Vacant(): JSX.Element {
  const all = vacant.value;
  if (all === null) return vacantTrouble.value === null ? <Skeleton says={t("loading")} lines="wide tall tall" /> : <Failed trouble={vacantTrouble.value} />;
  return (
    <section class="people-vacant">
      {vacantTrouble.value !== null && <Failed trouble={vacantTrouble.value} />}
      <p role="status">{all.length === 0 ? t("nothingVacant") : t("vacantCount", { n: formatNumber(all.length, language.value), required: formatNumber(all.filter((v) => v.required).length, language.value) })}</p>
      {kinds.map((kind) => {
        const here = all.filter((v) => v.areas[0]?.kind === kind);
        if (here.length === 0) return null;
        return (
          <details key={kind} open={here.length <= 40}>
            <summary>
              {common(`${kind}s`)} <span class="count">{formatNumber(here.length, language.value)}</span>
            </summary>
            <ul>
              {here.map((v) => (
                <Line key={`${v.post} ${v.number} ${v.areas[0]?.code ?? ""}`} of={v} />
              ))}
            </ul>
          </details>
        );
      })}
    </section>
  );
}
