import { get, post, request } from "../api/client";
import type { Session } from "../account/client";
import type * as wire from "../api/schema.gen";

export type Role = wire.Role;
export const roles: readonly Role[] = ["admin", "planner", "dispatcher", "officer", "consumer"];

/** A way to a new password, shown once. Times are RFC 3339. */
export type Reset = wire.PasswordReset;

/** Somebody who can sign in. */
export type Account = wire.Account;

/** What an account is made of. */
export type NewAccount = wire.NewAccount;

/** What of an account may be changed. */
export type AccountChange = wire.AccountChange;

/** Somebody whom the provider knows, and no account is linked with yet. */
export type Pending = wire.PendingIdentity;

/** An API token. */
export type Token = wire.Token;

/** A line of the audit log. */
export type Line = wire.AuditLine;

const json = (method: string, body: unknown): RequestInit => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const one = (id: string): string => `/api/v1/accounts/${encodeURIComponent(id)}`;
const token = (id: string): string => `/api/v1/tokens/${encodeURIComponent(id)}`;

export const accounts = async (signal?: AbortSignal): Promise<Account[]> => (await get<{ accounts: Account[] }>("/api/v1/accounts", signal)).accounts;
export const makeAccount = (a: NewAccount): Promise<Account> => post("/api/v1/accounts", a);
export const changeAccount = async (id: string, c: AccountChange): Promise<Account> => (await (await request(one(id), json("PATCH", c))).json()) as Account;
export const makeReset = (id: string): Promise<Reset> => post(`${one(id)}/reset`, {});
export const sessionsOf = async (id: string): Promise<Session[]> => (await get<{ sessions: Session[] }>(`${one(id)}/sessions`)).sessions;
export const endSessionsOf = async (id: string): Promise<number> => ((await (await request(`${one(id)}/sessions`, { method: "DELETE" })).json()) as { ended: number }).ended;

export const pending = async (signal?: AbortSignal): Promise<Pending[]> => (await get<{ identities: Pending[] }>("/api/v1/identities?state=pending", signal)).identities;
export const link = async (account: string, identity: string): Promise<void> => void (await request(`${one(account)}/identity`, json("PUT", { pending: identity })));
export const unlink = async (account: string): Promise<void> => void (await request(`${one(account)}/identity`, { method: "DELETE" }));

export const tokens = async (signal?: AbortSignal): Promise<Token[]> => (await get<{ tokens: Token[] }>("/api/v1/tokens", signal)).tokens;
export const makeToken = (t: { name: string; role: Role; areas: string[]; expires_at?: string; no_rate_limit?: boolean }): Promise<Token> => post("/api/v1/tokens", t);
export const rotateToken = (id: string, hours: number): Promise<Token> => post(`${token(id)}/rotate`, { keep_for_hours: hours });
export const revokeToken = async (id: string): Promise<void> => void (await request(token(id), { method: "DELETE" }));

/** Reads a page of the audit log: `query` is the address's part after the question mark. `next` asks for the page after it. */
export async function lines(query: string, signal?: AbortSignal): Promise<{ lines: Line[]; next: string | null }> {
  const page = await get<{ lines: Line[]; links?: { rel: string; href: string }[] }>(`/api/v1/audit?${query}`, signal);
  const next = page.links?.find((l) => l.rel === "next");
  return { lines: page.lines, next: next === undefined ? null : new URL(next.href, location.href).search.slice(1) };
}
