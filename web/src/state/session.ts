import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { askWho, closeSession, openSession, type Action, type Who } from "../api/session";

/** Who is signed in: undefined while that is not known, null for nobody. */
export const who = signal<Who | null | undefined>(undefined);
/** Whether somebody was signed in on this page, and is no more without having wished so. */
export const sessionEnded = signal(false);

/** Says that there may be a session: its cookie is not for the page to see, and those without one shall not be asked for. */
const trace = "gridpatrol.signed-in";

function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(trace, "1");
    else localStorage.removeItem(trace);
  } catch {
    // A browser that keeps nothing asks for the password again.
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(trace) !== null;
  } catch {
    return false;
  }
}

/** The stream of news is somebody's: another person's is another one. */
function listenAnew(): void {
  void import("../live/live").then((live) => live.relisten(), () => undefined);
}

/** Says whether whoever is signed in may do something at all; where, the server says. */
export function can(action: Action): boolean {
  return who.value?.actions.includes(action) === true;
}

/** Reports whether an answer says that nobody is signed in. */
export function isSignedOut(e: unknown): boolean {
  return e instanceof ApiError && e.problem?.status === 401;
}

/** Asks who is signed in, where somebody may be. While the server is away that stays unknown. */
async function askSession(): Promise<void> {
  if (!remembered()) {
    who.value = null;
    return;
  }
  try {
    who.value = await askWho();
  } catch (e) {
    if (isSignedOut(e)) endSession();
    else setTimeout(() => void askSession(), 5_000);
  }
}

/** Takes note that the session is over: an answer said so. */
export function endSession(): void {
  remember(false);
  sessionEnded.value = true;
  who.value = null;
  listenAnew();
}

/** Says whether the session is still there, and takes note where it is over: to somebody without one the server denies that a report exists. */
export async function checkSession(): Promise<boolean> {
  try {
    await askWho();
    return true;
  } catch (e) {
    if (!isSignedOut(e)) return true;
    endSession();
    return false;
  }
}

/** Signs in. Throws an ApiError. */
export async function signIn(login: string, password: string): Promise<Who> {
  const me = await openSession(login, password);
  remember(true);
  sessionEnded.value = false;
  who.value = me;
  listenAnew();
  return me;
}

/** Signs out, here and in the browser's other pages. Throws an ApiError. */
export async function signOut(): Promise<void> {
  await closeSession();
  remember(false);
  sessionEnded.value = false;
  who.value = null;
  listenAnew();
}

/** Follows what other pages of the browser do with the session. */
export function followSession(): void {
  addEventListener("storage", (e) => {
    if (e.key === trace || e.key === null) void askSession();
  });
  void askSession();
}
