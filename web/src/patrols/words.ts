import { ApiError } from "../api/client";
import type { CheckpointState, Member, Patrol, PatrolState } from "../api/patrols";
import { language, nameOf } from "../i18n/i18n";
import { app } from "../state/app";
import { localeOf } from "../units/format";
import { dayOf } from "./days";
import { t } from "./text";

/** The clock of the district. */
function zone(): string {
  return app.value?.time_zone ?? "Asia/Shanghai";
}

/** The state of a patrol in a word. */
export function stateText(state: PatrolState): string {
  return t(`state_${state}`);
}

/** The state of a checkpoint in a word. */
export function checkpointText(state: CheckpointState): string {
  return t(`cp_${state}`);
}

/** A time of day, by the clock of the district. */
export function timeText(at: string): string {
  return new Intl.DateTimeFormat(localeOf(language.value), { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone() }).format(Date.parse(at));
}

/** A day (YYYY-MM-DD) as people say it. */
export function dayText(day: string, short = false): string {
  const format: Intl.DateTimeFormatOptions = short ? { month: "numeric", day: "numeric", weekday: "short" } : { year: "numeric", month: "long", day: "numeric", weekday: "long" };
  return new Intl.DateTimeFormat(localeOf(language.value), { ...format, timeZone: "UTC" }).format(Date.parse(`${day}T12:00:00Z`));
}

/** A time with its day. */
export function momentText(at: string): string {
  return new Intl.DateTimeFormat(localeOf(language.value), { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone() }).format(Date.parse(at));
}

/** From when to when, in times of day; an end on another day says so. */
export function spanText(from: string, to: string): string {
  const over = dayOf(Date.parse(from), zone()) !== dayOf(Date.parse(to), zone());
  return t(over ? "spanOver" : "span", { from: timeText(from), to: timeText(to) });
}

/** Somebody of a team by name, or that it is not known. */
export function memberName(m: Member): string {
  return m.name === undefined || m.name === "" ? t("noName") : m.name;
}

/** The names of a team. */
export function teamText(team: readonly Member[]): string {
  return team.length === 0 ? t("noTeam") : team.map(memberName).join(language.value === "zh" ? "、" : ", ");
}

/** The name of a patrol's area. */
export function areaText(p: Pick<Patrol, "area">): string {
  return nameOf(p.area);
}

/** A length of time in minutes or hours. */
export function lengthText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return t("minutes", { n: minutes });
  return minutes % 60 === 0 ? t("hours", { n: minutes / 60 }) : t("hoursMinutes", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** How often a checkpoint is due. */
export function everyText(hours: number): string {
  return hours % 24 === 0 ? t("everyDays", { n: hours / 24 }) : t("everyHours", { n: hours });
}

/** Says in words why something was not done. */
export function refusal(e: unknown): string {
  if (!(e instanceof ApiError)) return t("away");
  if (e.trouble === "private") return t("mayNot");
  if (e.trouble === "missing") return t("gone");
  if (e.trouble === "busy") return t("busy");
  if (e.trouble === "away") return t("away");
  if (e.problem?.status === 412) return t("changedMeanwhile");
  if (e.problem?.status === 409) return t("notNow");
  const wrong = e.problem?.errors[0];
  const fields: Record<string, Parameters<typeof t>[0]> = { "/area": "faultArea", "/team": "faultTeam", "/planned_start": "faultTimes", "/planned_end": "faultTimes", "/checkpoints": "faultCheckpoints", "/name": "faultName", "/code": "faultCode", "/lon": "faultPlace", "/lat": "faultPlace", "/radius_m": "faultRadius", "/due_every_h": "faultEvery", "/look_at": "faultLookAt" };
  const key = wrong === undefined ? undefined : fields[/^\/[a-z_]+/.exec(wrong.pointer)?.[0] ?? ""];
  if (key !== undefined) return t(key);
  return wrong === undefined ? t("faultAny") : `${t("faultAny")} ${wrong.detail}`;
}
