import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { StatusBadge } from "../case/statusbadge";
import { categoryName } from "../case/category";
import { newKey } from "../report/number";
import { shrink } from "../report/shrink";
import { app } from "../state/app";
import { formatNumber } from "../units/format";
import { language } from "../i18n/i18n";
import { Icon } from "../ui/icons";
import { Name } from "../ui/name";
import { change, deeding, leaveDeed, send, shrinkPhotos, type Deeding } from "./deed";
import { placeOf } from "./order";
import { t } from "./text";
import { deedText, needsNote, takesPhotos } from "./words";

async function addPhotos(files: readonly File[]): Promise<void> {
  const { max, max_bytes: bytes } = app.peek()?.photos ?? { max: 6, max_bytes: 20 * 1024 * 1024 };
  for (const file of files) {
    const { photo, shown } = await shrink(file);
    const d = deeding.peek();
    if (d === null) return;
    if (d.photos.length >= max) return change({ fault: t("tooManyPhotos", { n: max }) });
    if (photo.size > bytes) {
      change({ fault: t("photoTooLarge", { mb: formatNumber(bytes / 1024 / 1024, language.peek()) }) });
      continue;
    }
    change({ photos: [...d.photos, { id: newKey(), blob: photo, url: shown ? URL.createObjectURL(photo) : null }], fault: null });
  }
}

function removePhoto(id: string): void {
  const d = deeding.peek();
  const gone = d?.photos.find((p) => p.id === id);
  if (d === null || gone === undefined) return;
  if (gone.url !== null) URL.revokeObjectURL(gone.url);
  change({ photos: d.photos.filter((p) => p !== gone) });
}

function PhotoPicker({ d }: { d: Deeding }): JSX.Element {
  return (
    <ul class="picked">
      {d.photos.map((p, i) => (
        <li key={p.id} class="picked-photo">
          {p.url === null ? <span class="photo-missing">{t("photoNotShown", { n: i + 1 })}</span> : <img src={p.url} alt={t("photoNotShown", { n: i + 1 })} />}
          <button type="button" class="icon-button" aria-label={t("removePhoto", { n: i + 1 })} onClick={() => removePhoto(p.id)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <label class="button add-photo">
          <Icon name="plus" />
          {t("addPhoto")}
          <input
            class="visually-hidden"
            type="file"
            accept="image/*"
            multiple
            onChange={(e) => {
              const { files } = e.currentTarget;
              void addPhotos([...(files ?? [])]);
              e.currentTarget.value = "";
            }}
          />
        </label>
      </li>
    </ul>
  );
}

function Question({ d }: { d: Deeding }): JSX.Element {
  const { properties: p } = d.report;
  const what = deedText("do", d.type);
  const final = d.type === "reject" || d.type === "close";
  const noted = needsNote(d.type);
  return (
    <form
      class="confirm-form"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <div class="confirm-body">
        <h2 id="confirm-title">{what}</h2>
        <p class="confirm-about">
          <StatusBadge status={p.status} overdue={p.overdue} /> {categoryName(p.category)} · <Name of={placeOf(d.report)} />
        </p>
        {d.changed !== null && (
          <p class="confirm-changed" role="alert">
            {d.changed.says}
          </p>
        )}
        <p id="confirm-says" class={final ? "confirm-final" : ""}>
          {deedText("says", d.type)}
        </p>
        <label class="field-label" for="confirm-note">
          {t(noted ? "noteNeeded" : "note")}
        </label>
        <textarea id="confirm-note" class="text-field" rows={3} value={d.note} aria-required={noted} aria-describedby="confirm-fault" onInput={(e) => change({ note: e.currentTarget.value, fault: null })} />
        {takesPhotos(d.type) && <PhotoPicker d={d} />}
        <div id="confirm-fault" role="alert">
          {d.fault !== null && <p class="confirm-fault">{d.fault}</p>}
          {d.full && (
            <p class="confirm-full">
              <button type="button" class="button" onClick={() => void shrinkPhotos()}>
                {t("smallerPhotos")}
              </button>
              <button type="button" class="button" onClick={() => change({ photos: [], fault: null, full: false })}>
                {t("noPhotos")}
              </button>
            </p>
          )}
        </div>
      </div>
      <div class="confirm-row">
        <button type="button" class="button" onClick={leaveDeed}>
          {t("cancel")}
        </button>
        {d.changed?.still !== false && (
          <button type="submit" class={`button primary${final ? " final" : ""}`} aria-disabled={d.state === "sending"}>
            {d.state === "sending" ? t("sending") : d.changed !== null ? t("goOnAnyway", { what }) : d.undelivered ? t("again") : what}
          </button>
        )}
      </div>
    </form>
  );
}

/** Says what a deed does before it is done; at the foot of a phone, in the middle of a desk. */
export function Confirm(): JSX.Element | null {
  const box = useRef<HTMLDialogElement>(null);
  const d = deeding.value;
  const open = d !== null;
  useEffect(() => {
    const dialog = box.current;
    if (!open || dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    // What has to be typed comes first, else the button: Enter then does it.
    const now = deeding.peek();
    dialog.querySelector<HTMLElement>(now !== null && (needsNote(now.type) || now.type === "comment") ? "textarea" : "button[type=submit]")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
  if (d === null) return null;
  return (
    <dialog
      ref={box}
      class="confirm card"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-says"
      onCancel={(e) => {
        e.preventDefault();
        leaveDeed();
      }}
      onKeyDown={(e) => e.stopPropagation()}
      onClick={(e) => {
        if (e.target === e.currentTarget) leaveDeed();
      }}
    >
      <Question d={d} />
    </dialog>
  );
}
