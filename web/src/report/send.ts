import { photos, type Waiting } from "./draft";
import { outcomeOf, type Outcome } from "./outcome";

/** How far an upload is, in bytes, and since when, in milliseconds. */
export interface Progress {
  sent: number;
  total: number;
  since: number;
}

/** So long nothing may move before an attempt is given up, in milliseconds. */
const stallMs = 45_000;

/** Gives what is sent of a report, but its photos. */
export function bodyOfReport(w: Waiting): Record<string, unknown> {
  const takenAt = w.photos.find((p) => p.takenAt !== null)?.takenAt;
  const reporter = { ...(w.name.trim() === "" ? {} : { name: w.name.trim() }), ...(w.phone.trim() === "" ? {} : { phone: w.phone.trim() }) };
  return {
    category: w.category,
    // JSON leaves out what is undefined.
    patrol: w.patrol,
    ...(w.place === null ? {} : { lon: w.place.lon, lat: w.place.lat, ...(w.place.accuracyM === null ? {} : { accuracy_m: Math.round(w.place.accuracyM) }) }),
    ...(w.words.trim() === "" ? {} : { description: w.words.trim() }),
    ...(takenAt === undefined || takenAt === null ? {} : { observed_at: takenAt }),
    ...(Object.keys(reporter).length === 0 ? {} : { reporter }),
  };
}

/** Sends a report once, and says what came of it. It never throws. */
export function send(w: Waiting, onProgress: (p: Progress) => void): Promise<Outcome> {
  const report = new Blob([JSON.stringify(bodyOfReport(w))], { type: "application/json" });
  const files = w.photos.flatMap((p) => {
    const file = photos.get(p.id);
    return file === undefined ? [] : [{ name: p.name, file }];
  });
  let what: Blob | FormData = report;
  if (files.length > 0) {
    what = new FormData();
    what.append("report", report);
    for (const { name, file } of files) what.append("photo", file, name);
  }
  return new Promise((resolve) => {
    // Not fetch: it does not say how far an upload is.
    const x = new XMLHttpRequest();
    let stall: ReturnType<typeof setTimeout>;
    const moved = () => {
      clearTimeout(stall);
      stall = setTimeout(() => x.abort(), stallMs);
    };
    const since = Date.now();
    x.upload.onprogress = (e) => {
      moved();
      onProgress({ sent: e.loaded, total: e.total, since });
    };
    x.onprogress = moved;
    x.onloadend = () => {
      clearTimeout(stall);
      let answer: unknown = null;
      try {
        answer = JSON.parse(x.responseText);
      } catch {
        // No JSON: not our server's answer, or half of it.
      }
      resolve(outcomeOf(x.status, answer, x.status === 0 ? null : x.getResponseHeader("Retry-After")));
    };
    x.open("POST", "/api/v1/reports");
    x.setRequestHeader("Idempotency-Key", w.key);
    x.setRequestHeader("X-Gridpatrol", "1");
    if (what === report) x.setRequestHeader("Content-Type", "application/json");
    moved();
    x.send(what);
  });
}
