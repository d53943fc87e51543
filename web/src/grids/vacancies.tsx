import type { JSX } from "preact";
import type { Kind } from "../api/types";
import { language, t as common, word } from "../i18n/i18n";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { formatNumber } from "../units/format";
import { open } from "./state";
import { t } from "./text";

const kinds: readonly Kind[] = ["grid", "village_group", "compound", "village", "township", "district"];
const plural: Record<Kind, Parameters<typeof common>[0]> = { grid: "grids", village_group: "village_groups", compound: "compounds", village: "villages", township: "townships", district: "districts" };

/** Everything that nobody holds, by the kind of area. */
export function Vacancies(): JSX.Element {
  const all = open.value;
  return (
    <section class="vacancies">
      <h3>
        {t("vacancies")} · {t("vacanciesCount", { n: formatNumber(all.length, language.value) })}
      </h3>
      {all.length === 0 && <p class="soft">{t("vacanciesNone")}</p>}
      {kinds.map((kind) => {
        const here = all.filter((v) => v.areas[0]?.kind === kind);
        if (here.length === 0) return null;
        return (
          <details key={kind} open={here.length <= 12}>
            <summary>
              {common(plural[kind])} <span class="count">{formatNumber(here.length, language.value)}</span>
            </summary>
            <ul>
              {here.map((v) => {
                const area = v.areas[0];
                const post = word(v.post);
                return (
                  <li key={`${v.post} ${v.number} ${area?.code ?? ""}`}>
                    {area !== undefined && (
                      <a href={linkTo({ selection: { type: "area", ref: { kind: area.kind, code: area.code } } })}>
                        <Name of={area.name} />
                      </a>
                    )}{" "}
                    <span class="soft">{v.deputy === undefined ? post : t("vacancyAnd", { post, deputy: v.deputy.name })}</span>
                  </li>
                );
              })}
            </ul>
          </details>
        );
      })}
    </section>
  );
}
