import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { request } from "../api/client";
import type { PhotoLink } from "../api/reports";
import { t as common } from "../i18n/i18n";
import { Icon } from "../ui/icons";
import { t } from "./text";

/** Gives an address the page can show: that of the photo, or of a copy where asking for it takes headers. Null while it comes, false where it does not. */
function useSource(href: string, headers: Record<string, string> | undefined): string | null | false {
  const source = useSignal<string | null | false>(headers === undefined ? href : null);
  const key = JSON.stringify(headers);
  useEffect(() => {
    if (headers === undefined) {
      source.value = href;
      return;
    }
    let copy: string | null = null;
    const stop = new AbortController();
    request(href, { headers, signal: stop.signal })
      .then((answer) => answer.blob())
      .then(
        (blob) => {
          if (!stop.signal.aborted) source.value = copy = URL.createObjectURL(blob);
        },
        () => {
          if (!stop.signal.aborted) source.value = false;
        },
      );
    return () => {
      stop.abort();
      if (copy !== null) URL.revokeObjectURL(copy);
    };
  }, [href, key]);
  return source.value;
}

function Picture({ photo, headers, alt, lazy }: { photo: PhotoLink; headers: Record<string, string> | undefined; alt: string; lazy: boolean }): JSX.Element {
  const failed = useSignal(false);
  const source = useSource(photo.href, headers);
  if (failed.value || source === false) return <span class="photo-missing">{t("photoFailed")}</span>;
  if (source === null) return <span class="photo-missing" />;
  return <img src={source} width={photo.width} height={photo.height} alt={alt} decoding="async" {...(lazy ? { loading: "lazy" as const } : {})} onError={() => (failed.value = true)} />;
}

/** Pictures in a row; a tap shows one in full. The server stores them upright. */
export function Photos({ photos, headers }: { photos: readonly PhotoLink[]; headers?: Record<string, string> }): JSX.Element {
  const shown = useSignal<number | null>(null);
  const box = useRef<HTMLDialogElement>(null);
  const index = shown.value;
  useEffect(() => {
    if (index !== null && box.current?.open === false) box.current.showModal();
  }, [index !== null]);
  const step = (by: number) => {
    if (index !== null) shown.value = Math.min(Math.max(index + by, 0), photos.length - 1);
  };
  const photo = index === null ? undefined : photos[index];
  return (
    <>
      <ul class="photos" aria-label={t("photos")}>
        {photos.map((p, i) => (
          <li key={p.number}>
            <button type="button" class="photo" onClick={() => (shown.value = i)}>
              <Picture photo={p} headers={headers} alt={t("photo", { n: p.number })} lazy />
            </button>
          </li>
        ))}
      </ul>
      {photo !== undefined && index !== null && (
        <dialog
          class="viewer"
          ref={box}
          aria-label={t("photoOf", { n: index + 1, of: photos.length })}
          onClose={() => (shown.value = null)}
          onClick={(e) => {
            if (e.target === e.currentTarget) box.current?.close();
          }}
          onKeyDown={(e) => {
            e.stopPropagation();
            if (e.key === "ArrowLeft") step(-1);
            if (e.key === "ArrowRight") step(1);
          }}
        >
          <Picture key={photo.href} photo={photo} headers={headers} alt={t("photo", { n: photo.number })} lazy={false} />
          <div class="viewer-bar">
            {photos.length > 1 && (
              <>
                <button type="button" class="icon-button turned" aria-label={t("previous")} disabled={index === 0} onClick={() => step(-1)}>
                  <Icon name="right" />
                </button>
                <span aria-live="polite">
                  {index + 1} / {photos.length}
                </span>
                <button type="button" class="icon-button" aria-label={t("next")} disabled={index === photos.length - 1} onClick={() => step(1)}>
                  <Icon name="right" />
                </button>
              </>
            )}
            <button type="button" class="icon-button" aria-label={common("close")} onClick={() => box.current?.close()}>
              <Icon name="close" />
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
