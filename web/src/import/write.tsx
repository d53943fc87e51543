import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { can } from "../state/session";
import { linkTo, params, setParams } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { Failed, Running } from "./check";
import { ChangeMark, countsOf } from "./comparelist";
import { fileName } from "./options";
import { counted, grouped } from "./problems";
import { problemName } from "./said";
import { listed } from "./shapes";
import { busy, followShapes, shown, startWrite, upToDate } from "./state";
import { t } from "./text";
import type { Failure, Import } from "./types";
import { land, number, refusalText } from "./words";

/** How many areas that will be gone are named. */
const named = 30;

/** What a new plan is called where nobody says: as its file. */
const titleOf = (i: Import): string => fileName(i).replace(/\.[^.]+$/, "");

/** What came of it, and the ways on. */
function Done({ title, help, children }: { title: string; help: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="import-done" role="status">
      <h3>{title}</h3>
      <p>{help}</p>
      <p class="import-buttons">{children}</p>
    </section>
  );
}

const again = () => (
  <a class="button" href={linkTo({ params: {} })}>
    {t("importAnother")}
  </a>
);

function Written({ of: i }: { of: Import }): JSX.Element {
  if (i.what !== "areas") {
    return (
      <Done title={t(`done_${i.what}`)} help={outcome(i)}>
        <a class="button primary" href={linkTo({ view: i.what === "roster" ? "grids" : "map", params: {} })}>
          {t(i.what === "roster" ? "openGrids" : "openMap")}
        </a>
        {again()}
      </Done>
    );
  }
  if (i.plan === null) return <Done title={t("doneNothing")} help={t("doneNothingHelp")}>{again()}</Done>;
  if (i.revision !== null) {
    return (
      <Done title={t("donePublished", { n: i.revision })} help={t("donePublishedHelp")}>
        <a class="button primary" href={linkTo({ view: "map", params: {} })}>
          {t("openMap")}
        </a>
        <a class="button" href={linkTo({ view: "plans", params: { id: i.plan } })}>
          {t("openPlan")}
        </a>
        {again()}
      </Done>
    );
  }
  if (i.error !== null) return <Unpublished plan={i.plan} error={i.error} />;
  return (
    <Done title={t("doneDraft")} help={t("doneDraftHelp")}>
      <a class="button" href={linkTo({ view: "plans", params: { id: i.plan } })}>
        {t("openPlan")}
      </a>
      <a class="button primary" href={linkTo({ view: "plans", params: { id: i.plan, tab: "publish" } })}>
        {t("openPublish")}
      </a>
      {again()}
    </Done>
  );
}

/** A draft that stayed one, with what speaks against publishing it and the way there. */
function Unpublished({ plan, error: e }: { plan: string; error: Failure }): JSX.Element {
  const groups = grouped(e.problems ?? []).filter((g) => g.severity === "error");
  return (
    <section class="import-done import-unpublished" role="status">
      <h3>{t("donePublishRefused")}</h3>
      {/* What the first of several errors asks for in a file is not what is to be done here. */}
      <p>{groups.length > 0 ? t("refusedErrors") : refusalText({ type: e.type ?? "", fault: e.problem ?? "", detail: e.detail ?? "", status: e.status ?? 0 })}</p>
      {groups.length > 0 && (
        <ul>
          {groups.map((g) => (
            <li key={g.problem}>
              {problemName(g.problem)} <strong>{t("count", { n: number(g.problems.length) })}</strong>
            </li>
          ))}
        </ul>
      )}
      <p class="import-buttons">
        <a class="button primary" href={linkTo({ view: "plans", params: { id: plan, tab: "check" } })}>
          {t("openCheck")}
        </a>
        {again()}
      </p>
    </section>
  );
}

/** Says what the write does, or did, to rosters, reports and roads. */
function outcome(i: Import): string {
  const c = countsOf(i);
  const values = { new: number(c.new), changed: number(c.changed), gone: number(c.gone) };
  return t(i.what === "roster" ? "writeHelp_roster" : i.what === "reports" ? "writeHelp_reports" : "writeHelp_roads", values);
}

/** The numbers of what would change, with their marks. */
function Changes({ of: i }: { of: Import }): JSX.Element {
  const c = countsOf(i);
  return (
    <ul class="import-changes">
      {(["new", "changed", "gone", "unchanged"] as const).map((x) => (
        <li key={x}>
          <ChangeMark change={x} /> {t(`change_${x}`)} <strong>{number(c[x])}</strong>
        </li>
      ))}
    </ul>
  );
}

/** The page before the button: what follows from publishing at once. */
function Consequences({ of: i }: { of: Import }): JSX.Element {
  // Why, unless somebody says more: the file.
  const note = useSignal(fileName(i));
  const { warnings } = counted(i.report?.problems ?? []);
  const s = shown.value;
  const shapes = s !== null && s.of === "check" ? s.shapes.features : null;
  const gone = shapes === null ? [] : listed(shapes, "gone");
  const moved = (shapes ?? []).reduce((m2, f) => m2 + (f.properties.moved_m2 ?? 0), 0);
  const lacking = warnings > 0 && note.value.trim() === "";
  return (
    <form
      class="import-consequences"
      onSubmit={(e) => {
        e.preventDefault();
        void startWrite({ publish: true, title: titleOf(i), ...(note.value.trim() === "" ? {} : { note: note.value.trim() }) });
      }}
    >
      <h3>{t("publishTitle")}</h3>
      <Changes of={i} />
      {shapes === null && <Skeleton says={t("loading")} lines="wide tall" />}
      {moved > 0 && <p>{t("publishMoved", { size: land(moved) })}</p>}
      {gone.length > 0 && (
        <div>
          <p>{t("publishGone", { n: number(gone.length) })}</p>
          <ul class="import-gone">
            {gone.slice(0, named).map((g) => (
              <li key={g.properties.code}>
                <Name of={g.properties.name === "" ? g.properties.code : g.properties.name} /> <span class="code">{g.properties.code}</span>
              </li>
            ))}
            {gone.length > named && <li>…</li>}
          </ul>
        </div>
      )}
      <ul class="import-sentences">
        <li>{t("publishAtOnce")}</li>
        <li>{t("publishRefusedHelp")}</li>
        <li>{t("publishUndo")}</li>
      </ul>
      <label class="import-field">
        <span>{t("note")}</span>
        <textarea rows={3} maxLength={2000} required={warnings > 0} value={note.value} placeholder={t("noteExample")} onInput={(e) => (note.value = e.currentTarget.value)} />
      </label>
      {lacking && <p class="soft">{t("noteNeeded")}</p>}
      <p class="import-buttons">
        <button type="submit" class="button primary" disabled={busy.value || lacking || shapes === null}>
          {t("publishSure")}
        </button>
        <button type="button" class="button" disabled={busy.value} onClick={() => void startWrite({ title: titleOf(i) })}>
          {t("publishAllConsequences")}
        </button>
        <button type="button" class="button" onClick={() => setParams({ publish: null })}>
          {t("back")}
        </button>
      </p>
    </form>
  );
}

function Areas({ of: i }: { of: Import }): JSX.Element {
  const title = useSignal(titleOf(i));
  const fresh = i.options.plan === null;
  return (
    <form
      class="import-write"
      onSubmit={(e) => {
        e.preventDefault();
        void startWrite(fresh ? { title: title.value.trim() } : {});
      }}
    >
      <Changes of={i} />
      {fresh ? (
        <label class="import-field">
          <span>{t("planTitle")}</span>
          <input type="text" required maxLength={200} value={title.value} placeholder={t("planTitleExample")} onInput={(e) => (title.value = e.currentTarget.value)} />
        </label>
      ) : (
        <p>
          <a href={linkTo({ view: "plans", params: { id: i.options.plan ?? "" } })}>{t("intoPlan", { title: (i.options.plan ?? "").slice(0, 8) })}</a>
        </p>
      )}
      <p class="soft">{t("writeDraftHelp")}</p>
      <p class="import-buttons">
        <button type="submit" class="button primary" disabled={busy.value || (fresh && title.value.trim() === "")}>
          {t("writeDraft")}
        </button>
        {can("publish") && fresh && (
          <button type="button" class="button" title={t("publishHelp")} onClick={() => setParams({ publish: "1" })}>
            {t("publishNow")}
          </button>
        )}
      </p>
    </form>
  );
}

/** The last step: into a draft, or published; what has no drafts, at once. */
export function Write({ of: i }: { of: Import }): JSX.Element {
  useEffect(() => followShapes(i.what === "areas" ? "check" : "preview"), [i.id]);
  if (i.state === "running") return <Running of={i} />;
  if (i.state === "written") return <Written of={i} />;
  const errors = counted(i.report?.problems ?? []).errors;
  if (i.report === null || errors > 0) return <p>{t("notYet")}</p>;
  if (!upToDate.value) return <p class="stale">{t("checkFirst")}</p>;
  const c = countsOf(i);
  if (c.new + c.changed + c.gone === 0) return <p class="import-clean">{t("nothingDiffers")}</p>;
  return (
    <>
      <Failed of={i} title={t("writeFailed")} />
      {i.what === "areas" ? (
        params.value.publish === "1" && can("publish") ? (
          <Consequences of={i} />
        ) : (
          <Areas of={i} />
        )
      ) : (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void startWrite({});
          }}
        >
          <p>{outcome(i)}</p>
          <p class="import-buttons">
            <button type="submit" class="button primary" disabled={busy.value}>
              {t("writeNow")}
            </button>
          </p>
        </form>
      )}
    </>
  );
}
