import type { JSX } from "preact";
import { t } from "../i18n/i18n";
import type { Found } from "../state/place";
import { Belongs, Fact, Facts, named, Person, Since } from "./parts";

type FoundArea = Found & { type: "area" };

/** What is known of an area: who is on its notice board, how large it is, what it lies in. */
export function AreaDetails({ found }: { found: FoundArea }): JSX.Element {
  const p = found.feature.properties;
  const staffed = p.kind === "grid" || p.kind === "village_group" || p.kind === "compound";
  const seats = p.staffing ?? [];
  return (
    <>
      {found.feature.note !== undefined && <p class="stale">{found.feature.note()}</p>}
      {(staffed || seats.length > 0) && (
        <section>
          <h3>{t("whoHolds")}</h3>
          {seats.length === 0 && <p class="soft">{t("nobody")}</p>}
          <ul class="people">
            {seats.map((s) => (
              <Person
                key={`${s.post} ${s.number}`}
                holder={{ post: s.post, where: null, name: s.name, phone: s.phone, deputy: s.deputy === true, vacant: s.vacant === true }}
              />
            ))}
          </ul>
        </section>
      )}
      <Belongs areas={found.parents.map((f) => named(f.properties))} />
      <section>
        <h3>{t("facts")}</h3>
        <dl class="facts">
          <Facts of={p} />
          <Fact label={t("code")}>
            <span class="numbers">{p.code}</span>
          </Fact>
          <Since number={p.revision} revision={found.revision} area={p} />
        </dl>
      </section>
    </>
  );
}
