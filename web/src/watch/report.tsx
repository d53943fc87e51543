import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { readReport } from "../api/cases";
import { categoryName } from "../case/category";
import { Deadline } from "../case/deadline";
import { dueOf, isOpen, lookOf } from "../case/due";
import { StatusBadge } from "../case/statusbadge";
import { placeOf } from "../field/order";
import { useAsked } from "../plans/ask";
import { now } from "../state/clock";
import { linkTo } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { Nearest } from "./nearest";
import { nearest, reports } from "./state";
import { t } from "./text";

/** A report, and who of those on patrol is nearest to it. */
export function ReportView({ id }: { id: string }): JSX.Element {
  const asked = useAsked(`report ${id}`, (signal) => readReport(id, signal));
  const r = asked.value ?? reports.value.find((x) => x.id === id) ?? null;
  useEffect(() => {
    // The map draws those of the list, and the one that is looked at.
    if (asked.value !== null && !reports.peek().some((x) => x.id === id)) reports.value = [...reports.peek(), asked.value];
  }, [asked.value]);
  if (r === null) {
    return asked.error === null ? (
      <Skeleton says={t("loading")} lines="wide tall" />
    ) : (
      <p class="stale" role="alert">
        {t(asked.error.trouble === "missing" ? "gone" : "away")}
      </p>
    );
  }
  const late = lookOf(r, now.value) === "overdue";
  return (
    <>
      <div class="patrol-head">
        <h3 class="patrol-area">{categoryName(r.properties.category)}</h3>
        <p class="soft">
          <Name of={placeOf(r)} />
        </p>
        <p class="prow-badges">
          <StatusBadge status={r.properties.status} overdue={late} />
          {isOpen(r.properties.status) && <Deadline due={dueOf(r)} />}
        </p>
      </div>
      <Nearest key={id} report={id} ask onFound={(officers) => (nearest.value = officers)} />
      <p class="panel-links">
        <a class="button" href={linkTo({ view: "field", params: { report: id } })}>
          {t("openReport")}
        </a>
      </p>
    </>
  );
}
