import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { SignInForm } from "../signin/form";
import { can, who } from "../state/session";
import { linkTo, params } from "../state/store";
import { SyntheticNote } from "../ui/banner";
import { Skeleton } from "../ui/skeleton";
import { ComparePage } from "./compare";
import { PlanList } from "./list";
import { PlanPage } from "./page";
import { Tabs } from "./parts";
import { Revisions } from "./revisions";
import { t } from "./text";

const nothing: Record<string, string> = {};

/** The pages that are about no single plan. */
const pages = ["list", "revisions", "compare"] as const;

function Overview(): JSX.Element {
  const page = pages.find((p) => p === params.value.tab) ?? "list";
  return (
    <>
      <h1>{t("title")}</h1>
      <p class="soft">{t("lead")}</p>
      <Tabs label={t("title")} active={page} of={pages.map((name) => ({ name, text: t(`page_${name}`), params: name === "list" ? nothing : { tab: name } }))} />
      {page === "list" && <PlanList />}
      {page === "revisions" && <Revisions />}
      {page === "compare" && <ComparePage plan={null} />}
    </>
  );
}

/** The plans of new boundaries, what each would change, and what was published. */
export function PlansScreen(): JSX.Element {
  const me = who.value;
  const id = params.value.id;
  // Another page begins at its top, as it would if it were loaded.
  useEffect(() => scrollTo(0, 0), [id, params.value.tab]);
  if (me === undefined) return <div class="plans"><Skeleton says={t("loading")} lines="wide tall tall" /></div>;
  if (me === null || !can("plan_boundaries")) {
    return (
      <div class="plans plans-closed">
        <h1>{t("title")}</h1>
        {me === null ? <SignInForm why={t("signInHelp")} onDone={() => undefined} /> : <p>{t("notYours")}</p>}
      </div>
    );
  }
  return (
    <div class="plans">
      {id !== undefined && (
        <p class="back-to">
          <a href={linkTo({ params: {} })}>{t("allPlans")}</a>
        </p>
      )}
      {id === undefined ? <Overview /> : <PlanPage key={id} id={id} />}
      <SyntheticNote />
    </div>
  );
}
