import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { readContact, revealContact, type Contact } from "../api/contacts";
import { t } from "./text";

/** Says why a contact was not had. */
function faultOf(e: unknown): string {
  if (!(e instanceof ApiError)) throw e;
  switch (e.type) {
    case "reason-missing":
      return t("reasonMissing");
    case "reason-personal":
      return t("reasonPersonal");
    case "too-many-requests":
      return t("revealedTooOften");
  }
  if (e.trouble === "missing") return t("contactGone");
  return t(e.trouble === "away" || e.trouble === "busy" ? "contactNoAnswer" : "contactRefused");
}

/** How to reach who reported: masked when it is asked for, in clear for a reason. Give it the report's id as its key, so that nothing of one report is shown with another. */
export function Reporter({ of: id }: { of: string }): JSX.Element {
  const [contact, setContact] = useState<Contact | null>(null);
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const shown = useRef<HTMLParagraphElement>(null);
  const clear = contact?.masked === false;
  useEffect(() => {
    if (contact !== null) shown.current?.focus();
  }, [contact]);
  const ask = async (how: () => Promise<Contact>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setFault(null);
    try {
      setContact(await how());
    } catch (e) {
      setFault(faultOf(e));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="reporter">
      <h3>{t("reporter")}</h3>
      {contact === null ? (
        <button type="button" class="button" aria-disabled={busy} onClick={() => void ask(() => readContact(id))}>
          {t("showContact")}
        </button>
      ) : (
        <p ref={shown} tabIndex={-1} class="reporter-contact">
          {contact.name === "" ? t("noName") : contact.name}{" "}
          {contact.phone === "" ? <span class="soft">{t("noPhone")}</span> : clear ? <a href={`tel:${contact.phone}`}>{contact.phone}</a> : <span>{contact.phone}</span>}
        </p>
      )}
      {contact?.masked === true && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (reason.trim() === "") setFault(t("reasonMissing"));
            else void ask(() => revealContact(id, reason.trim()));
          }}
        >
          <label class="field-label" for="reporter-reason">
            {t("revealReason")}
          </label>
          <input id="reporter-reason" class="text-field" maxLength={500} autocomplete="off" value={reason} aria-describedby="reporter-note reporter-fault" onInput={(e) => setReason(e.currentTarget.value)} />
          <p id="reporter-note" class="soft">
            {t("revealNote")}
          </p>
          <button type="submit" class="button" aria-disabled={busy}>
            {t("reveal")}
          </button>
        </form>
      )}
      <div id="reporter-fault" role="alert">
        {fault !== null && <p class="edge-note">{fault}</p>}
      </div>
    </section>
  );
}
