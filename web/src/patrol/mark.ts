const place = "gridpatrol.on-patrol";

/** Notes which patrol is under way on this phone, so that whichever screen is opened next goes on recording. */
export function markActive(patrol: string | null): void {
  try {
    if (patrol === null) localStorage.removeItem(place);
    else localStorage.setItem(place, patrol);
  } catch {
    // Then it goes on when the screen of patrols is opened.
  }
}

/** Puts what was recorded of a patrol that is under way into the outbox, and waits a little for it to be sent. */
export async function handOn(): Promise<void> {
  try {
    if (localStorage.getItem(place) === null) return;
    const [recorder, outbox] = await Promise.all([import("./recorder"), import("../offline/outbox")]);
    await recorder.flush();
    await Promise.race([outbox.tryNow(), new Promise((done) => setTimeout(done, 3_000))]);
  } catch {
    // What is not handed on is not lost by that.
  }
}

/** Goes on recording the patrol that an earlier page began, where there is one. */
export function goOnRecording(): void {
  try {
    if (localStorage.getItem(place) === null) return;
  } catch {
    return;
  }
  void import("./recorder").then((m) => m.recordPatrols(), () => setTimeout(goOnRecording, 5_000));
}
