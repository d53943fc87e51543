import type { BrowserContext } from "@playwright/test";

/** The accounts of the test server: `officer` is chief of a grid in the town, `village` of one in the country, `approver` is a planner as `planner` is. */
export type Login = "admin" | "planner" | "approver" | "dispatcher" | "officer" | "village" | "consumer";

/** Gives the password all of them have. */
export function password(): string {
  const given = process.env["GRIDPATROL_TEST_PASSWORD"];
  if (given === undefined || given === "") throw new Error("GRIDPATROL_TEST_PASSWORD is missing: run these tests with go test ./cmd/gridpatrol -run TestBrowser");
  return given;
}

/** Who is signed in, as the server says. */
export interface Who {
  name: string;
  /** Of the roster; dispatchers and the like have none. */
  person?: { id: string; name: string };
  scope: { all: boolean; areas: string[] };
}

/** Signs a browser in without its sign-in page: its pages have the cookie from then on. */
export async function signIn(context: BrowserContext, login: Login): Promise<Who> {
  const answer = await context.request.post("/api/v1/session", { data: { login, password: password() } });
  if (answer.status() !== 200) throw new Error(`signing in as ${login}: ${answer.status()} ${await answer.text()}`);
  // What the sign-in page leaves behind beside the cookie.
  await context.addInitScript(() => location.protocol === "about:" || localStorage.setItem("gridpatrol.signed-in", "1"));
  return (await answer.json()) as Who;
}
