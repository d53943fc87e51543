import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { crsName, offered } from "./crs";
import { problemHelp, problemName } from "./said";
import { choose, chooseEncoding, current, looking, lookRefused } from "./state";
import { named, t } from "./text";
import type { Layer, Options } from "./types";
import { errorText } from "./words";

/** Asks for the coordinate system: what the file says and where, and another one that beats it. */
export function CrsField({ layer: l, options: o }: { layer: Layer; options: Options }): JSX.Element {
  const other = useSignal(false);
  const all: readonly string[] = [...offered.degrees, ...offered.metres];
  const known = o.crs === "" || all.includes(o.crs);
  const own = other.value || !known;
  const { crs, text, from, problem } = l.crs;
  return (
    <div class="import-field">
      <label>
        <span>{t("crs")}</span>
        <select
          value={own ? "other" : o.crs}
          onChange={(e) => {
            const v = e.currentTarget.value;
            other.value = v === "other";
            if (v !== "other") choose({ ...o, crs: v });
          }}
        >
          <option value="">{crs === "" ? t("crsAsFileNone") : t("crsAsFile", { crs: crsName(crs) })}</option>
          <optgroup label={t("crsGroupDegrees")}>
            {offered.degrees.map((c) => (
              <option key={c} value={c}>
                {crsName(c)}
              </option>
            ))}
          </optgroup>
          <optgroup label={t("crsGroupMetres")}>
            {offered.metres.map((c) => (
              <option key={c} value={c}>
                {crsName(c)}
              </option>
            ))}
          </optgroup>
          <option value="other">{t("crsOther")}</option>
        </select>
      </label>
      {own && (
        <label>
          <span>{t("crsCode")}</span>
          <input type="text" value={o.crs} placeholder="EPSG:4552" pattern="EPSG:[0-9]{4,5}" spellcheck={false} onChange={(e) => choose({ ...o, crs: e.currentTarget.value.trim().toUpperCase().replace(/^(\d+)$/, "EPSG:$1") })} />
        </label>
      )}
      <p class="soft">{text === "" && crs === "" ? t("crsSaysNone") : t("crsSays", { text: text === "" ? crsName(crs) : text, from: named("from", from) })}</p>
      {problem !== undefined && o.crs === "" && (
        <p class="stale" role="alert">
          <strong>{problemName(problem.problem)}</strong> {problemHelp(problem.problem).means} {problemHelp(problem.problem).todo}
        </p>
      )}
    </div>
  );
}

const encodings = ["UTF-8", "GB18030", "Big5", "UTF-16LE", "UTF-16BE"];

/** Asks for the encoding of text, where the format does not settle it. */
export function EncodingField({ layer: l, options: o }: { layer: Layer; options: Options }): JSX.Element | null {
  const own = current.value?.layers.find((x) => x.index === l.index) ?? l;
  if (own.encoding === "" && o.encoding === "") return null;
  return (
    <div class="import-field">
      <label>
        <span>{t("encoding")}</span>
        <select value={o.encoding} onChange={(e) => chooseEncoding(e.currentTarget.value)}>
          <option value="">{t("encodingAsFile", { encoding: own.encoding })}</option>
          {encodings.map((e) => (
            <option key={e} value={e}>
              {e === "GB18030" ? "GB18030 (GBK)" : e}
            </option>
          ))}
        </select>
      </label>
      {lookRefused.value !== null ? (
        <p class="stale" role="alert">{t("lookFailed", { why: errorText(lookRefused.value) })}</p>
      ) : (
        <p class="soft" role="status">
          {looking.value ? t("looking") : t("encodingSays", { encoding: l.encoding, from: named("from", l.encoding_from) })}
          {l.encoding_from === "guess" && ` · ${t("encodingHelp")}`}
        </p>
      )}
    </div>
  );
}
