import type { Outcome } from "../api/people";
import { word } from "../i18n/i18n";
import type { Asking } from "./asking";
import { t } from "./text";
import { areaNames, personName, spanText } from "./words";

/** What a dialog is about, as its heading. */
export function titleText(a: Asking): string {
  switch (a.type) {
    case "appoint":
      return t(a.seat.holder === undefined ? "titleAppoint" : "titleReplace", { post: word(a.seat.post) });
    case "deputise":
      return t("titleDeputise", { post: word(a.seat.post) });
    case "relieve":
      return t("titleRelieve", { name: a.seat.holder === undefined ? "" : personName(a.seat.holder) });
    case "remove_seat":
      return t("titleRemoveSeat");
    case "public_contact":
      return t(a.seat.public_contact ? "titleHideContact" : "titleShowContact");
    case "end_deputy":
      return t("titleEndDeputy");
    case "leave":
      return t("titleLeave", { name: personName(a.person) });
    case "end_leave":
      return t("titleEndLeave");
    case "person":
      return t("titlePerson");
    case "add_seat":
      return t("titleAddSeat");
    case "body":
      if (a.kind === "committee") return t(a.body === null ? "titleNewCommittee" : "titleCommittee");
      return t(a.body === null ? "titleNewBranch" : "titleBranch");
    case "remove_body":
      return t(a.kind === "committee" ? "titleRemoveCommittee" : "titleRemoveBranch");
  }
}

/** Whom or what it concerns. */
export function aboutText(a: Asking): string {
  switch (a.type) {
    case "end_deputy":
      return `${a.holding.person === undefined ? "" : personName(a.holding.person)} · ${word(a.seat.post)} · ${areaNames(a.seat.areas)}`;
    case "leave":
      return t("aboutLeave");
    case "person":
      return personName(a.person);
    case "end_leave":
      return `${personName(a.person)} · ${spanText(a.leave.from, a.leave.to)}`;
    case "add_seat":
      return a.committee?.name ?? a.area.name;
    case "body":
      return a.village.name;
    case "remove_body":
      return a.body.name;
    default:
      return `${word(a.seat.post)} · ${a.seat.committee?.name ?? areaNames(a.seat.areas)}`;
  }
}

/** The button that does it. */
export function doText(a: Asking): string {
  switch (a.type) {
    case "appoint":
      return t(a.seat.holder === undefined ? "appoint" : "replace");
    case "deputise":
      return t("deputise");
    case "relieve":
      return t("relieve");
    case "remove_seat":
      return t("removeSeat");
    case "public_contact":
      return t(a.seat.public_contact ? "hideContact" : "showContact");
    case "end_deputy":
      return t("endDeputy");
    case "leave":
      return t("leave");
    case "end_leave":
      return t("endLeave");
    case "add_seat":
      return t("addSeat");
    case "remove_body":
      return t("remove");
    default:
      return t("save");
  }
}

/** What has been done, for the status line. */
export function doneText(a: Asking, made: Outcome): string {
  const moved = made.reports_moved > 0 ? t("doneMoved", { n: made.reports_moved }) : "";
  return `${t("done", { what: titleText(a) })}${moved}`;
}
