import type { JSX } from "preact";
import { t } from "../i18n/i18n";
import { notice, problem, synthetic } from "../state/store";
import { Icon } from "./icons";

/** What went wrong, in words, with the way out. */
export function Banner(): JSX.Element {
  const p = problem.value;
  return (
    <div class="banner-place" role="alert">
      {p !== null && (
        <div class="banner">
          <p>{t(`${p.trouble}_banner`)}</p>
          {p.retry !== null && (
            <button type="button" class="button" onClick={p.retry}>
              {t("retry")}
            </button>
          )}
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => (problem.value = null)}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}

/** The line that says what has just happened. */
export function Status(): JSX.Element {
  return (
    <div class="status" role="status">
      {notice.value !== "" && <p>{notice.value}</p>}
    </div>
  );
}

/** Says in a fixed corner that what is shown is invented. */
export function SyntheticNote(): JSX.Element | null {
  if (!synthetic.value) return null;
  return (
    <p class="synthetic" title={t("synthetic")}>
      {t("syntheticShort")}
    </p>
  );
}
