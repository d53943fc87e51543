import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { distance } from "../place/distance";
import { app } from "../state/app";
import { Icon } from "../ui/icons";
import { addPhoto, draft, photos, removePhoto, type DraftPhoto } from "./draft";
import { loadReader, metadata } from "./exif";
import { distanceM } from "./inside";
import { newKey } from "./number";
import { photoOf } from "./outcome";
import { refusal } from "./queue";
import { shrink } from "./shrink";
import { setPlace } from "./target";
import { t } from "./moretext";

/** From so far on, in metres, a photo was taken elsewhere. */
const elsewhereM = 50;

/** A photo of the draft, with the button that takes it out. */
function Thumb({ photo, n, bad }: { photo: DraftPhoto; n: number; bad: boolean }): JSX.Element {
  const url = useMemo(() => {
    const blob = photo.shown ? photos.get(photo.id) : undefined;
    return blob === undefined ? null : URL.createObjectURL(blob);
  }, [photo.id]);
  useEffect(() => () => { if (url !== null) URL.revokeObjectURL(url); }, [url]);
  return (
    <li class={`thumb${bad ? " bad" : ""}`}>
      {url !== null ? <img src={url} alt={t("photoN", { n })} /> : <span class="thumb-none">{photo.name}<small>{t("photoNoPreview")}</small></span>}
      <button type="button" class="icon-button" aria-label={t("photoRemove", { n })} onClick={() => removePhoto(photo.id)}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Reports whether a file that the browser cannot show begins as HEIC does, which the server reads. */
async function mayBeHeic(file: Blob): Promise<boolean> {
  return (await file.slice(4, 8).text().catch(() => "")) === "ftyp";
}

/** The photos of the draft, and the button that takes more. */
export function PhotoRow({ busy }: { busy: { value: number } }): JSX.Element {
  const note = useSignal("");
  const most = app.value?.photos.max ?? 6;
  const mostBytes = app.value?.photos.max_bytes ?? 20 * 2 ** 20;
  useEffect(() => {
    // Fetched before it is needed; on a slow line picking takes longer than this.
    loadReader().catch(() => undefined);
  }, []);
  const add = async (files: File[]) => {
    note.value = "";
    const room = most - draft.peek().photos.length - busy.value;
    if (files.length > room) note.value = t("photoMost", { n: most });
    const taken = files.slice(0, Math.max(room, 0));
    busy.value += taken.length;
    for (const file of taken) {
      // The camera's file tells where and when; the small one no longer does.
      const [{ photo, shown }, { place, takenAt }] = await Promise.all([shrink(file), metadata(file)]);
      if (!shown && !(await mayBeHeic(file))) note.value = t("photoNone", { name: file.name });
      else if (photo.size > mostBytes) note.value = t("photoTooLarge", { n: Math.round(mostBytes / 2 ** 20) });
      else await addPhoto({ id: newKey(), name: photo === file ? file.name : `${file.name.replace(/\.\w+$/, "")}.jpg`, shown, place, takenAt }, photo);
      busy.value--;
    }
  };
  const { photos: mine, place } = draft.value;
  const bad = photoOf(refusal.value);
  const there = mine.find((p) => p.place !== null)?.place ?? null;
  const away = there === null || place === null ? 0 : distanceM(there, place);
  return (
    <div class="photo-part">
      <ul class="thumbs">
        {mine.map((p, i) => (
          <Thumb key={p.id} photo={p} n={i + 1} bad={i === bad} />
        ))}
        {Array.from({ length: busy.value }, (_, i) => (
          <li key={`busy ${i}`} class="thumb thumb-busy" />
        ))}
        {mine.length + busy.value < most && (
          <li class="thumb-add">
            <label class="add-photo">
              <Icon name="camera" />
              <span>{t("addPhoto")}</span>
              <input
                type="file"
                class="visually-hidden"
                accept="image/*,.heic,.heif"
                multiple
                onChange={(e) => {
                  void add([...(e.currentTarget.files ?? [])]);
                  e.currentTarget.value = "";
                }}
              />
            </label>
          </li>
        )}
      </ul>
      <p role="status" class="soft">{busy.value > 0 ? t("photoBusy") : note.value}</p>
      {there !== null && away > elsewhereM && (
        <p class="elsewhere">
          {t("photoElsewhere", { distance: distance(away) })}
          <button type="button" class="button" onClick={() => setPlace(there.lon, there.lat, null)}>
            {t("photoUsePlace")}
          </button>
        </p>
      )}
    </div>
  );
}
