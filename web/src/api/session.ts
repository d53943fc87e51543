import { get, post, request } from "./client";
import type * as wire from "./schema.gen";

/** What a role may do, as far as the screens ask for it. */
export type Action = wire.Action;

/** The answer of GET /api/v1/session: who is signed in, what as, and where. */
export type Who = wire.Caller;

/** Asks who is signed in. */
export function askWho(): Promise<Who> {
  return get<Who>("/api/v1/session");
}

/** Signs in; the browser keeps the cookie. */
export function openSession(login: string, password: string): Promise<Who> {
  return post<Who>("/api/v1/session", { login, password });
}

/** Signs out. */
export async function closeSession(): Promise<void> {
  await request("/api/v1/session", { method: "DELETE", signal: AbortSignal.timeout(15_000) });
}
