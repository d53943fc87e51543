import type { JSX } from "preact";
import { language, t } from "../i18n/i18n";
import type { Found } from "../state/place";
import { linkTo } from "../state/store";
import { formatNumber, formatPosition } from "../units/format";
import { Name } from "../ui/name";
import { mayBeNext } from "./edge";
import { distance } from "./distance";
import { Belongs, Fact, Facts, Person, Since } from "./parts";
import { upward } from "./placename";

type FoundPoint = Found & { type: "point" };

/** Offers both grids where the place is near the edge of one. */
function Edge({ found }: { found: FoundPoint }): JSX.Element | null {
  const { located, others } = found;
  const accuracyM = found.of.type === "point" ? found.of.accuracyM : null;
  const here = located.areas.grid;
  const next = mayBeNext(located, accuracyM).filter((c) => accuracyM !== null || c.code !== here?.code);
  if (next.length === 0) return null;
  return (
    <section class="edge">
      <p>{t(accuracyM === null ? "nearEdge" : "nearEdgeUnsure")}</p>
      <ul>
        {next.map((c) => (
          <li key={c.code}>
            <a href={linkTo({ selection: { type: "area", ref: { kind: "grid", code: c.code } } })}>
              <Name of={c.code === here?.code ? here.name : (others.get(c.code) ?? c.code)} />
              <span class="soft">
                {accuracyM !== null
                  ? t("likely", { percent: `${formatNumber(c.probability * 100, language.value)}%` })
                  : distance(c.distance_m)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is known of a place: who answers there, in which areas it lies, how sure that is. */
export function PointDetails({ found }: { found: FoundPoint }): JSX.Element {
  const { located } = found;
  const { areas } = located;
  const inside = upward.flatMap((kind) => {
    const a = areas[kind];
    return a === null ? [] : [{ ref: { kind, code: a.code }, name: a.name }];
  });
  if (inside.length === 0) {
    return <p class="soft">{t("outsideHelp")}</p>;
  }
  return (
    <>
      {located.note !== undefined && <p class="stale">{located.note()}</p>}
      <Edge found={found} />
      {areas.grid === null && located.note === undefined && <p class="stale">{t("noGrid")}</p>}
      <section>
        <h3>{t("whoAnswers")}</h3>
        {located.responsible.length === 0 && <p class="soft">{t("nobody")}</p>}
        <ul class="people">
          {located.responsible.map((a) => (
            <Person
              key={`${a.post} ${a.area_code} ${a.name ?? ""}`}
              holder={{
                post: a.post,
                where: a.area_kind === "grid" ? null : (areas[a.area_kind]?.name ?? null),
                name: a.name,
                phone: a.phone,
                deputy: a.via === "deputy",
                vacant: a.via === undefined,
              }}
            />
          ))}
        </ul>
      </section>
      <Belongs areas={inside} />
      <section>
        <h3>{t("facts")}</h3>
        <dl class="facts">
          {located.boundary_distance_m !== null && <Fact label={t("edge")}>{distance(located.boundary_distance_m)}</Fact>}
          {found.grid !== null && <Facts of={found.grid.properties} />}
          <Fact label={t("position")}>
            <span class="numbers">{formatPosition(located.point.lon, located.point.lat)}</span>
          </Fact>
          <Since number={located.revision} revision={found.revision} area={found.grid?.properties ?? null} />
        </dl>
      </section>
    </>
  );
}
