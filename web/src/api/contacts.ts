import { get, post } from "./client";
import type * as wire from "./schema.gen";

/** How to reach who reported; masked unless it was asked for with a reason. */
export type Contact = wire.Contact;

const path = (report: string): string => `/api/v1/reports/${encodeURIComponent(report)}/contact`;

/** Gives the contact of a report, masked. That somebody looked is in the audit log. */
export function readContact(report: string): Promise<Contact> {
  return get<Contact>(path(report));
}

/** Gives the contact of a report in clear, for a reason that is in the audit log. */
export function revealContact(report: string, reason: string): Promise<Contact> {
  return post<Contact>(path(report), { reason });
}
