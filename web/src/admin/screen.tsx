import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { SignInForm } from "../signin/form";
import { can, who } from "../state/session";
import { linkTo, params } from "../state/store";
import { Skeleton } from "../ui/skeleton";
import { Accounts } from "./accounts";
import { Audit } from "./audit";
import { Personal } from "./personal";
import { t } from "./text";
import { Tokens } from "./tokens";

const pages = ["accounts", "tokens", "audit", "personal"] as const;
type Page = (typeof pages)[number];

function mayOpen(page: Page): boolean {
  // A person's data may lie anywhere in the district.
  if (page === "personal" && who.value?.scope.all !== true) return false;
  return can(page === "audit" ? "read_audit" : "manage_accounts");
}

/** The administration: who can sign in, the keys of programs, the log of what was done, and what there is of one person. */
export function AdminScreen(): JSX.Element {
  const me = who.value;
  const open = pages.filter(mayOpen);
  const page = open.find((p) => p === params.value.tab) ?? open[0];
  useEffect(() => {
    // On a phone the last ones are beside the screen.
    document.querySelector(".admin-tabs [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
    scrollTo(0, 0);
  }, [page]);
  if (me === undefined) return <div class="admin"><Skeleton says={t("loading")} lines="wide tall tall" /></div>;
  if (me === null || page === undefined) {
    return (
      <div class="admin">
        <h1>{t("title")}</h1>
        {me === null ? <SignInForm why={t("signInHelp")} onDone={() => undefined} /> : <p>{t("notYours")}</p>}
      </div>
    );
  }
  return (
    <div class="admin">
      <h1>{t("title")}</h1>
      <nav class="admin-tabs" aria-label={t("title")}>
        {open.map((p) => (
          <a key={p} href={linkTo({ params: { tab: p } })} {...(p === page ? { "aria-current": "page" } : {})}>
            {t(`page_${p}`)}
          </a>
        ))}
      </nav>
      {page === "accounts" && <Accounts />}
      {page === "tokens" && <Tokens />}
      {page === "audit" && <Audit />}
      {page === "personal" && <Personal />}
    </div>
  );
}
