import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import type { Signal } from "@preact/signals";
import { gridMap } from "../map/handle";
import { movesSheet, restingStep, type SheetHeight, type Steps } from "./heights";

/** Where the sheet lies at the foot of the page instead of at its side: the same width as in panel.css. */
const narrow = matchMedia("(max-width: 55.99rem)");

/** How far a finger moves before it is no tap any more, in pixels. */
const slack = 6;

function stepsOf(sheet: HTMLElement): Steps {
  const of = (selector: string) => sheet.querySelector<HTMLElement>(`:scope > ${selector}`)?.offsetHeight ?? 0;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { peek: of(".panel-head") + of(".panel-under") + of(".panel-foot"), half: innerHeight * 0.46, full: innerHeight - 5.5 * rem };
}

/** What stands at the foot of the map stands on the sheet; a full one covers it. */
function tellPage(px: number | null): void {
  const { style } = document.documentElement;
  if (px === null) style.removeProperty("--sheet");
  else style.setProperty("--sheet", `${Math.min(px, innerHeight * 0.46)}px`);
}

/** Lets a sheet be drawn up and down by its head, and by what is in it where that does not scroll. Gives what has to be on the sheet. */
export function useDrag(height: Signal<SheetHeight>): RefObject<HTMLElement | null> {
  const ref = useRef<HTMLElement>(null);
  const step = height.value;
  useEffect(() => {
    const sheet = ref.current;
    // Another sheet may stand in its place.
    if (sheet === null || !narrow.matches || sheet.offsetHeight === 0) return;
    const { peek, half } = stepsOf(sheet);
    sheet.style.setProperty("--peek", `${peek}px`);
    tellPage(step === "peek" ? peek : half);
    const after = setTimeout(() => gridMap.peek()?.refit(), 250);
    return () => clearTimeout(after);
  });
  useEffect(() => () => tellPage(null), []);
  useEffect(() => {
    const sheet = ref.current;
    if (sheet === null) return;
    return listen(sheet, height);
  }, []);
  return ref;
}

function listen(sheet: HTMLElement, height: Signal<SheetHeight>): () => void {
  let from: { y: number; height: number; steps: Steps; sure: boolean } | null = null;
  let last = { y: 0, at: 0, speed: 0 };

  const begin = (y: number, at: number, sure: boolean) => {
    from = { y, height: sheet.offsetHeight, steps: stepsOf(sheet), sure };
    last = { y, at, speed: 0 };
  };
  const move = (y: number, at: number) => {
    if (from === null) return;
    if (!from.sure) {
      if (Math.abs(y - from.y) < slack) return;
      from.sure = true;
      from.y = y;
    }
    sheet.classList.add("dragged");
    const px = Math.min(Math.max(from.height + from.y - y, from.steps.peek), from.steps.full);
    sheet.style.height = `${px}px`;
    tellPage(px);
    if (at > last.at) last = { y, at, speed: 0.6 * ((last.y - y) / (at - last.at)) + 0.4 * last.speed };
  };
  const end = (at: number) => {
    if (from === null) return;
    const { steps, sure } = from;
    from = null;
    if (!sure) return;
    const held = at - last.at > 80;
    const px = sheet.offsetHeight;
    sheet.classList.remove("dragged");
    sheet.style.removeProperty("height");
    const rest = restingStep(px, held ? 0 : last.speed, steps);
    tellPage(steps[rest]);
    height.value = rest;
  };

  // By the head: with a finger, a pen or a mouse.
  const head = sheet.querySelector<HTMLElement>(":scope > .panel-head");
  const down = (e: PointerEvent) => {
    if (!narrow.matches || !e.isPrimary || e.button !== 0) return;
    if (e.target instanceof Element && e.target.closest("button, a, input, select") !== null) return;
    begin(e.clientY, e.timeStamp, false);
    head?.setPointerCapture(e.pointerId);
  };
  const along = (e: PointerEvent) => move(e.clientY, e.timeStamp);
  let tapped = false;
  const up = (e: PointerEvent) => {
    tapped = from !== null && !from.sure;
    end(e.timeStamp);
  };
  // Not before the click: it would go to what has come under the finger.
  const click = () => {
    if (tapped && height.peek() === "peek") height.value = "half";
    tapped = false;
  };
  head?.addEventListener("pointerdown", down);
  head?.addEventListener("pointermove", along);
  head?.addEventListener("pointerup", up);
  head?.addEventListener("pointercancel", up);
  head?.addEventListener("click", click);

  // By what is in it: with a finger, as long as there is nothing to scroll that way.
  const body = sheet.querySelector<HTMLElement>(":scope > .panel-body");
  let first: { x: number; y: number } | null = null;
  const touch = (e: TouchEvent) => {
    const t = e.touches[0];
    const inField = e.target instanceof Element && e.target.closest("input, textarea, select, [data-own-drag]") !== null;
    first = narrow.matches && t !== undefined && e.touches.length === 1 && !inField ? { x: t.clientX, y: t.clientY } : null;
  };
  const slide = (e: TouchEvent) => {
    const t = e.touches[0];
    if (t === undefined || body === null) return;
    if (first !== null) {
      const dy = t.clientY - first.y;
      const dx = t.clientX - first.x;
      if (Math.max(Math.abs(dx), Math.abs(dy)) < 2) return;
      if (e.cancelable && Math.abs(dy) > Math.abs(dx) && movesSheet(dy, body.scrollTop, height.peek())) begin(t.clientY, e.timeStamp, true);
      first = null;
    }
    if (from === null) return;
    e.preventDefault();
    move(t.clientY, e.timeStamp);
  };
  const lift = (e: TouchEvent) => {
    first = null;
    end(e.timeStamp);
  };
  body?.addEventListener("touchstart", touch, { passive: true });
  body?.addEventListener("touchmove", slide, { passive: false });
  body?.addEventListener("touchend", lift);
  body?.addEventListener("touchcancel", lift);

  return () => {
    head?.removeEventListener("pointerdown", down);
    head?.removeEventListener("pointermove", along);
    head?.removeEventListener("pointerup", up);
    head?.removeEventListener("pointercancel", up);
    head?.removeEventListener("click", click);
    body?.removeEventListener("touchstart", touch);
    body?.removeEventListener("touchmove", slide);
    body?.removeEventListener("touchend", lift);
    body?.removeEventListener("touchcancel", lift);
  };
}
