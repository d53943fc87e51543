import type { zh } from "./zh";

/** Texts of the sign-in page in English. */
export const en: Record<keyof typeof zh, string> = {
  title: "Sign in",
  purpose: "For grid chiefs, members, police officers and dispatchers. Reporting something needs no account.",
  ended: "Your session has ended (after 30 minutes without use, or 12 hours). Sign in again and you will be back where you were.",
  needed: "You have to sign in to see this.",
  login: "Login",
  password: "Password",
  show: "Show password",
  hide: "Hide password",
  submit: "Sign in",
  signingIn: "Signing in…",
  wrong: "Login or password is wrong. Check capital letters and try again; an administrator can set a new password.",
  tooMany: "Too many attempts. Please try again in a minute.",
  insecure: "This connection is not encrypted, so the server takes no password on it.",
  insecureLink: "Open the encrypted address",
  insecureWay: "Open this page with an address that begins with https://. If there is none, ask the administrator to turn HTTPS on.",
  away: "The server cannot be reached. Check the network and try again; what you typed is still here.",
  busy: "The server is busy. Please try again in a moment.",
  missingLogin: "Please enter your login.",
  missingPassword: "Please enter your password.",
  already: "You are signed in as {name}.",
  goOn: "Go to my areas",
  toMap: "Back to the map",
  out: "Sign out",
};
