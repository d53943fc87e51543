import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { goTo, tell } from "../state/store";
import { Name } from "../ui/name";
import { Bar } from "./bar";
import { droppedFiles, mostBytes, setsOf, type FileSet } from "./files";
import { whatChosen } from "./may";
import { send, uploading, uploadRefused } from "./state";
import { t } from "./text";
import type { What } from "./types";
import { errorText, left, number, size } from "./words";

/** What was dropped or chosen and waits for an answer: several things, or one that lacks a part. */
const waiting = signal<{ what: What; sets: FileSet<File>[] } | null>(null);
/** Why nothing of it can be sent. */
const cannot = signal<string | null>(null);

async function start(what: What, set: FileSet<File>): Promise<void> {
  waiting.value = null;
  if (set.bytes > mostBytes) {
    cannot.value = t("tooLarge", { name: set.name, size: size(set.bytes) });
    return;
  }
  const made = await send(what, set.name, set.files);
  if (made !== null) goTo({ view: "import", params: { id: made.id, step: "read" } });
}

/** Takes files that were dropped or chosen. */
function takeFiles(what: What, files: readonly File[]): void {
  cannot.value = null;
  uploadRefused.value = null;
  const sets = setsOf(files);
  const [only] = sets;
  if (only === undefined) cannot.value = t("noFiles");
  else if (sets.length === 1 && only.missing.length === 0) void start(what, only);
  else waiting.value = { what, sets };
}

/** Says whether files are held over the page. */
const over = signal(false);

/** Lets files be dropped anywhere on the page while the component is shown. */
export function useDropping(): void {
  useEffect(() => {
    const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes("Files") === true;
    let away: ReturnType<typeof setTimeout> | undefined;
    const hold = (e: DragEvent) => {
      if (!hasFiles(e)) return;
      e.preventDefault();
      over.value = true;
      // The last of these events says nothing: there are simply no more of them.
      clearTimeout(away);
      away = setTimeout(() => (over.value = false), 400);
    };
    const drop = (e: DragEvent) => {
      if (!hasFiles(e) || e.dataTransfer === null) return;
      e.preventDefault();
      over.value = false;
      const what = whatChosen();
      droppedFiles(e.dataTransfer).then((files) => takeFiles(what, files), () => (cannot.value = t("noFiles")));
    };
    addEventListener("dragover", hold);
    addEventListener("dragenter", hold);
    addEventListener("drop", drop);
    return () => {
      clearTimeout(away);
      over.value = false;
      removeEventListener("dragover", hold);
      removeEventListener("dragenter", hold);
      removeEventListener("drop", drop);
    };
  }, []);
}

/** What is shown over the page while files are held over it. */
export function DropVeil(): JSX.Element | null {
  if (!over.value) return null;
  return (
    <div class="import-veil" aria-hidden="true">
      <p>
        {t("dropHere")}
        <span>{t("dropHereWhat", { what: t(`what_${whatChosen()}`) })}</span>
      </p>
    </div>
  );
}

function Picker({ text, folder, primary }: { text: string; folder: boolean; primary: boolean }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (folder) input.current?.setAttribute("webkitdirectory", "");
  }, [folder]);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-folder={folder}
        aria-label={text}
        onChange={(e) => {
          const files = [...(e.currentTarget.files ?? [])];
          // The same file may be chosen again, once it was changed.
          e.currentTarget.value = "";
          if (files.length > 0) takeFiles(whatChosen(), files);
        }}
      />
      <button type="button" class={`button${primary ? " primary" : ""}${folder ? " by-mouse" : ""}`} onClick={() => input.current?.click()}>
        {text}
      </button>
    </>
  );
}

/** Asks which of several things comes first, or whether one goes without a part. */
function Waiting(): JSX.Element | null {
  const w = waiting.value;
  if (w === null) return null;
  return (
    <div class="stale import-waiting" role="group" aria-label={t("chooseFile")}>
      {w.sets.length > 1 && <p>{t("manyTitle", { n: number(w.sets.length) })}</p>}
      <ul>
        {w.sets.slice(0, 50).map((s) => (
          <li key={s.name}>
            <div>
              <Name of={s.name} /> <span class="soft">{size(s.bytes)}</span>
              {s.missing.length > 0 && <p>{t("missingParts", { list: s.missing.join(", ") })}</p>}
            </div>
            <button type="button" class="button small" onClick={() => void start(w.what, s)}>
              {t(s.missing.length > 0 ? "uploadAnyway" : "tab_in")}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="button small" onClick={() => (waiting.value = null)}>
        {t("addParts")}
      </button>
    </div>
  );
}

function Uploading(): JSX.Element | null {
  const u = uploading.value;
  if (u === null) return null;
  const all = u.sent.of > 0 && u.sent.bytes >= u.sent.of;
  const says = all ? t("reading") : [t("uploaded", { done: size(u.sent.bytes), of: size(u.sent.of) }), u.perSecond === null ? "" : t("perSecond", { n: size(u.perSecond) }), left(u.remaining)].filter((x) => x !== "").join(" · ");
  return (
    <div class="import-uploading" role="status">
      <Bar label={t("uploading", { name: u.name })} share={all || u.sent.of === 0 ? null : u.sent.bytes / u.sent.of} says={says} />
      <button
        type="button"
        class="button"
        onClick={() => {
          u.stop();
          tell(t("uploadStopped"));
        }}
      >
        {t("stopUpload")}
      </button>
    </div>
  );
}

/** Where files are dropped or chosen, and how their upload goes. */
export function DropPlace(): JSX.Element {
  const refused = uploadRefused.value;
  return (
    <section class="import-drop">
      {uploading.value === null ? (
        <div class="import-dropzone">
          <p class="import-drop-title by-mouse">{t("dropTitle")}</p>
          <p class="import-buttons">
            <Picker text={t("chooseFile")} folder={false} primary />
            <Picker text={t("chooseFolder")} folder primary={false} />
          </p>
          <p class="soft">{t("dropHelp")}</p>
          <details>
            <summary>{t("formats")}</summary>
            <p>{t("formatsYes")}</p>
            <p>{t("formatsNo")}</p>
          </details>
        </div>
      ) : (
        <Uploading />
      )}
      <Waiting />
      {cannot.value !== null && <p class="stale" role="alert">{cannot.value}</p>}
      {refused !== null && (
        <p class="stale" role="alert">
          <strong>
            <Name of={refused.name} />
          </strong>
          {" · "}
          {errorText(refused.error)}
        </p>
      )}
    </section>
  );
}
