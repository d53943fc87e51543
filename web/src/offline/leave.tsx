import { signal } from "@preact/signals";
import { render, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { loadPart } from "../screens";
import { handOn } from "../patrol/mark";
import { signOut } from "../state/session";
import { goTo, tell, view } from "../state/store";
import { Name } from "../ui/name";
import { forgetOwner, owner } from "./account";
import { markWaiting } from "./marker";
import { outbox, ready, tryNow } from "./outbox";
import { forget } from "./store";
import { t } from "./text";

/** What becomes of what is not sent. */
type Choice = "gone" | "keep" | "stay";

const state = signal<{ step: "ask" | "sending" | "sure"; fault: string | null }>({ step: "ask", fault: null });

function Question({ choose }: { choose: (c: Choice) => void }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const list = outbox.value;
  const { step, fault } = state.value;
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  // All was sent: nothing is left to be asked.
  useEffect(() => {
    if (list.length === 0) choose("gone");
  }, [list.length]);
  const send = async () => {
    state.value = { step: "sending", fault: null };
    await tryNow();
    const left = outbox.peek().length;
    if (left > 0) state.value = { step: "ask", fault: t("leaveNotSent", { n: left }) };
  };
  return (
    <dialog
      ref={box}
      class="leave card"
      aria-labelledby="leave-title"
      onCancel={(e) => {
        e.preventDefault();
        choose("stay");
      }}
    >
      <div class="leave-body">
        <h2 id="leave-title">{t("leaveTitle", { n: list.length })}</h2>
        <ul class="leave-list">
          {list.map((i) => (
            <li key={i.seq}>
              <Name of={i.label} />
            </li>
          ))}
        </ul>
        <p>{t("leaveHelp")}</p>
        {fault !== null && (
          <p class="sync-why" role="alert">
            {fault}
          </p>
        )}
        <button type="button" class="button primary" aria-disabled={step === "sending"} onClick={() => void send()}>
          {t(step === "sending" ? "leaveSending" : "leaveSend")}
        </button>
        <button type="button" class="button" onClick={() => choose("keep")}>
          {t("leaveKeep")}
        </button>
        {step === "sure" ? (
          <button type="button" class="button final" onClick={() => choose("gone")}>
            {t("leaveDropSure", { n: list.length })}
          </button>
        ) : (
          <button type="button" class="button" onClick={() => (state.value = { step: "sure", fault: null })}>
            {t("leaveDrop")}
          </button>
        )}
        <button type="button" class="button" onClick={() => choose("stay")}>
          {t("leaveStay")}
        </button>
      </div>
    </dialog>
  );
}

async function ask(): Promise<Choice> {
  await loadPart("src/offline/screen.css", () => Promise.resolve());
  const place = document.createElement("div");
  document.body.append(place);
  state.value = { step: "ask", fault: null };
  const chosen = await new Promise<Choice>((resolve) => {
    render(<Question choose={resolve} />, place);
  });
  render(null, place);
  place.remove();
  return chosen;
}

/**
 * Signs out. Before anything that is not sent could be lost it is asked what
 * shall become of it; what was kept of the account to be read without a network
 * goes with it. Throws an ApiError where the server is away.
 */
export async function leave(): Promise<void> {
  const account = owner.peek();
  await ready;
  await handOn();
  const choice = outbox.peek().length === 0 ? "gone" : await ask();
  if (choice === "stay") return;
  await signOut();
  // Now: where somebody goes while things are cleared away, they stay.
  if (view.peek() === "field" || view.peek() === "sync") goTo({ view: "map", params: {} });
  if (account !== null) {
    await forget(account, choice === "keep");
    if (choice === "gone") markWaiting(account, 0);
  }
  forgetOwner();
  tell(t("signedOut"));
}
