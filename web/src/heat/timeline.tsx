import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../i18n/i18n";
import { formatNumber } from "../units/format";
import { filter, frame, frames, pause, play, playing, showFrame } from "./state";
import { t } from "./text";
import { howMany, whenOf } from "./words";

const signs = {
  play: "M8 5.500v13l11-6.500-11-6.500Z",
  pause: "M8 5.500v13M16 5.500v13",
  before: "M15 6l-6 6 6 6",
  after: "M9 6l6 6-6 6",
} as const;

function Sign({ name }: { name: keyof typeof signs }): JSX.Element {
  return (
    <svg class={`icon sign-${name}`} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={signs[name]} />
    </svg>
  );
}

/** Whether the person asked for no motion: then nothing moves by itself. */
function useCalm(): boolean {
  const media = matchMedia("(prefers-reduced-motion: reduce)");
  const calm = useSignal(media.matches);
  useEffect(() => {
    const change = () => {
      calm.value = media.matches;
      if (media.matches) pause();
    };
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return calm.value;
}

/** The frames one after another: how many reports each has, which one is shown, and the way through them. */
export function Timeline(): JSX.Element | null {
  const calm = useCalm();
  const top = useComputed(() => Math.max(1, ...frames.value.map((f) => f.total ?? 0)));
  const i = frame.value;
  const shown = i === null ? undefined : frames.value[i];
  if (i === null || shown === undefined) return null;
  const last = frames.value.length - 1;
  const when = whenOf(shown, filter.value.time);
  const first = frames.value[0];
  const end = frames.value[last];
  const step = (by: number) => {
    pause();
    showFrame(i + by);
  };
  return (
    <section class="heat-timeline" aria-label={t("time")}>
      <div class="heat-steps">
        <p class="heat-when">
          <strong>{when}</strong>
          <span class="count">{howMany(shown.total)}</span>
        </p>
        <button type="button" class="icon-button" aria-label={t("before")} title={t("before")} disabled={i === 0} onClick={() => step(-1)}>
          <Sign name="before" />
        </button>
        {!calm && (
          <button type="button" class="icon-button heat-play" aria-label={t(playing.value ? "pause" : "play")} title={t(playing.value ? "pause" : "play")} onClick={() => (playing.value ? pause() : play())}>
            <Sign name={playing.value ? "pause" : "play"} />
          </button>
        )}
        <button type="button" class="icon-button" aria-label={t("after")} title={t("after")} disabled={i === last} onClick={() => step(1)}>
          <Sign name="after" />
        </button>
      </div>
      <input
        type="range"
        min={0}
        max={last}
        step={1}
        value={i}
        aria-label={t("slider")}
        aria-valuetext={t("frame", { when, n: howMany(shown.total) })}
        onInput={(e) => {
          pause();
          showFrame(Number(e.currentTarget.value));
        }}
      />
      <div class="heat-bars" aria-hidden="true">
        {frames.value.map((f, n) => (
          <i key={f.from} class={`${n === i ? "now" : ""}${f.total === null ? " few" : ""}`} title={`${whenOf(f, filter.value.time)} ${howMany(f.total)}`} onClick={() => step(n - i)}>
            <b style={{ height: `${f.total === null ? 6 : (100 * f.total) / top.value}%` }} />
          </i>
        ))}
      </div>
      <p class="heat-ends" aria-hidden="true">
        <span>{first !== undefined && whenOf(first, filter.value.time)}</span>
        <span>{t("barsTop", { n: formatNumber(top.value, language.value) })}</span>
        <span>{end !== undefined && whenOf(end, filter.value.time)}</span>
      </p>
    </section>
  );
}
