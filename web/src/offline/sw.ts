// The page's service worker: it keeps the files of the page, so that it opens
// without a network. It keeps no answer of the server that says anything of
// anybody: what is kept of that lies in the databases of the account.

/** What build.mjs puts in: a name for this build, and the files that officers need. */
declare const build: { version: string; files: string[] };

// What a worker has that a page has not, as far as it is used here.
interface Extendable extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}
interface Worker_ {
  addEventListener(type: "install" | "activate", listener: (e: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (e: Fetching) => void): void;
  addEventListener(type: "message", listener: (e: MessageEvent) => void): void;
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void>; matchAll: () => Promise<readonly unknown[]> };
  registration: { waiting: { postMessage: (message: unknown) => void } | null };
}
const worker = self as unknown as Worker_;

const prefix = "gridpatrol-app-";
const app = prefix + build.version;
/** Answers about nobody that the page cannot begin without. */
const known = "gridpatrol-known";
const knownPaths = ["/api/v1/app", "/api/v1/categories"];

/** Keeps a file, from the build before where that has it: its name says what is in it. */
async function take(into: Cache, path: string): Promise<void> {
  const had = path.startsWith("/assets/") && /-[0-9A-Z]{8}\./.test(path) ? await caches.match(path) : undefined;
  if (had !== undefined) return into.put(path, had);
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  await into.put(path, answer);
}

async function install(): Promise<void> {
  const into = await caches.open(app);
  // A few at a time: what is on the screen now loads over the same line.
  const left = [...build.files];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let path = left.shift(); path !== undefined; path = left.shift()) await take(into, path);
    }),
  );
  await Promise.all(knownPaths.map((path) => heard(new Request(path)).catch(() => undefined)));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== app);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page. Where a newer one waits and this is the only one open, it begins with the newer. */
async function page(request: Request): Promise<Response> {
  const newer = worker.registration.waiting;
  if (newer !== null && (await worker.clients.matchAll()).length < 2) {
    newer.postMessage("take");
    return new Response("", { headers: { Refresh: "0", "Content-Type": "text/html" } });
  }
  return (await (await caches.open(app)).match("/")) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  // The map library asks for its worker with its version behind a question mark.
  const kept = await caches.match(request, { ignoreVary: true, ignoreSearch: true });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok && /-[0-9A-Z]{8}\./.test(request.url)) {
    const copy = answer.clone();
    // Without room for it the page still has it.
    await caches.open(app).then((into) => into.put(request, copy)).catch(() => undefined);
  }
  return answer;
}

/** So long the server is waited for where its last answer is here, in milliseconds. */
const patienceMs = 4_000;

/** The server's answer, and without one the last. */
async function heard(request: Request): Promise<Response> {
  const last = await caches.match(request, { ignoreVary: true });
  try {
    const answer = await fetch(request, last === undefined ? {} : { signal: AbortSignal.timeout(patienceMs) });
    if (answer.ok) {
      const copy = answer.clone();
      await caches.open(known).then((into) => into.put(request, copy)).catch(() => undefined);
    }
    return answer;
  } catch (e) {
    if (last === undefined) throw e;
    return last;
  }
}

worker.addEventListener("install", (e) => e.waitUntil(install()));
worker.addEventListener("activate", (e) => e.waitUntil(activate()));
worker.addEventListener("message", (e) => {
  if (e.data === "take") void worker.skipWaiting();
});
worker.addEventListener("fetch", (e) => {
  const { request } = e;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/") e.respondWith(page(request));
  } else if (pathname.startsWith("/assets/") || pathname === "/manifest.webmanifest") e.respondWith(file(request));
  else if (search === "" && knownPaths.includes(pathname)) e.respondWith(heard(request));
});
