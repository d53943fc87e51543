import type { zh } from "./zh";

/** Texts of handovers, in English. */
export const en: Record<keyof typeof zh, string> = {
  waiting: "Handovers to acknowledge",
  waitingHelp: "You have taken over these posts. Look through the open reports that came to you, then acknowledge.",
  above: "the level above",
  unknown: "name not known",
  fromTo: "From {from} to {to}",
  reports: "Open reports that go over: {n}",
  noReports: "No open reports go over",
  report: "Report",
  gone: "This report is no longer yours to see",
  acknowledge: "Acknowledge",
  acknowledging: "Acknowledging…",
  acknowledged: "Taken over: {post}",
  failed: "That did not work. Please try again in a moment.",
  notTaken: "Not acknowledged yet",
  moreReports: "{n} more are in the list of reports.",
};
