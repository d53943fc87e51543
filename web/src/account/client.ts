import { get, request } from "../api/client";
import type * as wire from "../api/schema.gen";

/** Shortest and longest password: characters, and bytes of UTF-8. The server has the last word. */
export const passwordLength = { least: 10, most: 1024 };

/** A sign-in that lasts. Times are RFC 3339. */
export type Session = wire.Session;

function json(method: string, body: unknown): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Replaces one's password and ends all other sessions. Throws an ApiError. */
export async function changePassword(old: string, wanted: string): Promise<void> {
  await request("/api/v1/session/password", json("PUT", { old, new: wanted }));
}

/** Sets a password by the secret of a reset link. Throws an ApiError. */
export async function resetPassword(secret: string, password: string): Promise<void> {
  await request("/api/v1/password-reset", json("POST", { secret, password }));
}

/** Lists one's sessions. */
export async function sessions(): Promise<Session[]> {
  return (await get<{ sessions: Session[] }>("/api/v1/sessions")).sessions;
}

/** Ends one of one's sessions. */
export async function endOne(id: string): Promise<void> {
  await request(`/api/v1/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Ends all of one's sessions but this one, and says how many. */
export async function endOthers(): Promise<number> {
  const answer = await request("/api/v1/sessions", { method: "DELETE" });
  return ((await answer.json()) as { ended: number }).ended;
}

/** Says whether people may sign in by a provider, and what it is called. */
export function provider(): Promise<{ enabled: boolean; name?: string }> {
  return get("/api/v1/oidc");
}
