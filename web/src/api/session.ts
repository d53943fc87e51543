import { get, post, request } from "./client";

/** What a role may do, as far as the screens ask for it. */
export type Action = "read_reports" | "read_descriptions" | "act_on_reports" | "dispatch_reports" | "read_contacts" | "read_roster" | "read_events" | "plan_boundaries" | "publish" | "manage_accounts" | "manage_duties" | "read_audit" | "read_patrols" | "plan_patrols" | "walk_patrols" | "read_tracks" | "manage_checkpoints";

/** The answer of GET /api/v1/session: who is signed in, what as, and where. */
export interface Who {
  kind: "user" | "token";
  id: string;
  /** The login. */
  name: string;
  role: "admin" | "planner" | "dispatcher" | "officer" | "consumer";
  person?: { id: string; name: string; synthetic?: boolean };
  /** Where; `areas` are `kind:code`. */
  scope: { all: boolean; areas: string[] };
  actions: Action[];
  /** An administrator chose the password: another is to be set before anything else. */
  must_change?: boolean;
}

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
