import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/client";
import { language } from "../i18n/i18n";
import { linkTo, setParams, tell } from "../state/store";
import { Name } from "../ui/name";
import { Skeleton } from "../ui/skeleton";
import { formatAgo, formatExact } from "../units/format";
import { listImports } from "./client";
import { DropPlace } from "./drop";
import { offeredWhats, whatChosen } from "./may";
import { throwAway } from "./state";
import { t } from "./text";
import type { ListedImport } from "./types";
import { errorText, size } from "./words";

const mine = signal<ListedImport[] | null>(null);
const trouble = signal<ApiError | null>(null);

async function load(signal: AbortSignal): Promise<void> {
  try {
    mine.value = await listImports(signal);
    trouble.value = null;
  } catch (e) {
    if (!signal.aborted) trouble.value = e instanceof ApiError ? e : new ApiError("away", "unreachable");
  }
}

function Entry({ of: i, onGone }: { of: ListedImport; onGone: () => void }): JSX.Element {
  const name = i.files.map((f) => f.name).join(", ");
  const then = Date.parse(i.created_at);
  const drop = () =>
    void throwAway(i.id).then(
      () => {
        tell(t("thrownAway", { name }));
        onGone();
      },
      (e: unknown) => (trouble.value = e instanceof ApiError ? e : null),
    );
  return (
    <li>
      <div>
        <a href={linkTo({ params: { id: i.id } })}>
          <Name of={name} />
        </a>
        <p class="soft">
          {t(`what_${i.what}`)} · {size(i.files.reduce((n, f) => n + f.bytes, 0))} · <time dateTime={i.created_at} title={formatExact(then, language.value)}>{formatAgo(then, Date.now(), language.value)}</time>
        </p>
      </div>
      <span class={`import-state state-${i.state}`}>{t(`state_${i.state}`)}</span>
      <button type="button" class="button small" aria-label={`${t("throwAway")}: ${name}`} onClick={drop}>
        {t("throwAway")}
      </button>
    </li>
  );
}

function Mine(): JSX.Element | null {
  useEffect(() => {
    const stop = new AbortController();
    void load(stop.signal);
    return () => stop.abort();
  }, []);
  if (trouble.value !== null) {
    return (
      <p class="stale" role="alert">
        {errorText(trouble.value)}{" "}
        <button type="button" class="button small" onClick={() => void load(new AbortController().signal)}>
          {t("retry")}
        </button>
      </p>
    );
  }
  if (mine.value === null) return <Skeleton says={t("loading")} lines="wide tall" />;
  if (mine.value.length === 0) return null;
  const again = () => void load(new AbortController().signal);
  return (
    <section class="import-mine">
      <h3>{t("before")}</h3>
      <ul>
        {mine.value.map((i) => (
          <Entry key={i.id} of={i} onGone={again} />
        ))}
      </ul>
    </section>
  );
}

/** The first step: what is brought in, and the file. */
export function Start(): JSX.Element {
  const what = whatChosen();
  return (
    <>
      <fieldset class="import-what">
        <legend>{t("what")}</legend>
        {offeredWhats().map((w) => (
          <label key={w} class={w === what ? "chosen" : ""}>
            <input type="radio" name="import-what" value={w} checked={w === what} onChange={() => setParams({ what: w })} />
            <span>
              <strong>{t(`what_${w}`)}</strong>
              <span class="soft">{t(`about_${w}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <DropPlace />
      <Mine />
    </>
  );
}
