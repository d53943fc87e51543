// Builds the application into dist/, which web.go embeds: the bundle under
// names that change with their content, the map library's worker beside it
// (that is where it looks for it), and an index.html that names them.
// Everything is there a second and third time as .gz and .br.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";
import { png } from "./icons.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
// Built aside and moved in whole: a failed build leaves the last one.
const made = join(root, "node_modules/.cache/dist");
const assets = join(made, "assets");

// forAll are the sheets of what is there for people without an account.
const forAll = new Set(["src/map/mappage.css", "src/report/screen.css", "src/follow/screen.css", "src/heat/screen.css", "src/signin/screen.css"]);

// ogc is what the pages below /ogc load, which the server writes.
const ogc = { style: "src/ogc/ogc.css", mapStyle: "src/ogc/ogcmap.css", map: "src/ogc/ogc.ts" };

// sheetsOfParts finds the style sheets of what is loaded on demand. They are no
// imports of the program: esbuild would put them all into that of the page.
async function sheetsOfParts() {
  const found = ["src/map/mappage.css"];
  for (const folder of await readdir(join(root, "src"), { withFileTypes: true })) {
    const sheet = `src/${folder.name}/screen.css`;
    if (folder.isDirectory() && existsSync(join(root, sheet))) found.push(sheet);
  }
  return found;
}

// demanded finds the sources that are loaded on demand: what `import("…")` names.
async function demanded() {
  const found = new Set();
  const search = async (folder) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await search(path);
      else if (/\.tsx?$/.test(entry.name)) {
        for (const [, to] of (await readFile(path, "utf8")).matchAll(/\bimport\("(\.[^"]+)"\)/g)) {
          const file = [".tsx", ".ts"].map((ext) => join(folder, to) + ext).find(existsSync);
          if (file !== undefined) found.add(file);
        }
      }
    }
  };
  await search(join(root, "src"));
  return found;
}

// onTop has all that is loaded on demand import the page's program, which is
// there by then. Otherwise esbuild makes a file of every set of modules that
// some of them share: twenty small ones, which compress badly and wait for each
// other on a slow line.
const onTop = {
  name: "on top of the page",
  async setup(build) {
    const parts = await demanded();
    build.onLoad({ filter: /[\\/]src[\\/].*\.tsx?$/ }, async ({ path }) => {
      if (!parts.has(path)) return undefined;
      const app = relative(dirname(path), join(root, "src/app")).replaceAll("\\", "/");
      const contents = `${await readFile(path, "utf8")}\nimport ${JSON.stringify(app.startsWith(".") ? app : `./${app}`)};\n`;
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};

async function bundle() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.tsx", "src/main.css", ...(await sheetsOfParts()), ...Object.values(ogc)],
    outdir: assets,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    // Escaped, Chinese would take twice the room.
    charset: "utf8",
    // Sheets of screens all have one name; the hash keeps them apart.
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    metafile: true,
    logLevel: "warning",
    plugins: [onTop],
  });
  return metafile;
}

// licences writes the licences of all packages that went into the bundle, which
// ask to go with it.
async function licences(inputs) {
  const folders = new Set();
  for (const input of Object.keys(inputs)) {
    const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found !== null) folders.add(found[1]);
  }
  const texts = [...folders].sort().map(async (name) => {
    const folder = join(root, "node_modules", name);
    const file = (await readdir(folder)).find((f) => /^licen[cs]e/i.test(f));
    if (file === undefined) throw new Error(`${name} comes without its licence`);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
  });
  await writeFile(join(assets, "licences.txt"), (await Promise.all(texts)).join(`\n${"-".repeat(78)}\n\n`));
}

// named copies a file under a name with the hash of its content.
async function named(file) {
  const content = await readFile(join(root, file));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = basename(file).replace(/(?=\.[^.]+$)/, `-${hash}`);
  await writeFile(join(assets, name), content);
  return name;
}

// page writes index.html, and ogc.json for the server. It names all that the entry point needs at once, so
// that nothing waits for an import to be found. What is loaded on demand, as
// the map is, does not compete with that; where its style sheet is stands in a
// meta element, which src/screens.ts reads.
async function page(outputs, icon) {
  const url = (file) => `/assets/${relative(assets, join(root, file))}`;
  const entry = Object.keys(outputs).find((f) => outputs[f].entryPoint === "src/main.tsx");
  const follow = (file, found) => {
    for (const { path, kind } of outputs[file].imports) {
      if (!outputs[path] || kind === "dynamic-import" || found.has(path)) continue;
      found.add(path);
      follow(path, found);
    }
    return found;
  };
  const needed = follow(entry, new Set());
  // A screen's files, so that those it imports do not wait until it has come.
  // Names with hashes do not compress, and every page carries them: those of
  // the screens that are for people with an account are found on the way.
  const filesOf = (sheet) => {
    if (!forAll.has(sheet)) return "";
    const part = Object.keys(outputs).find((f) => outputs[f].entryPoint === sheet.replace(/\.css$/, ".tsx"));
    const found = part === undefined ? [] : [part, ...follow(part, new Set())];
    const names = found.filter((f) => f !== entry && !needed.has(f)).map((f) => basename(f));
    return names.length === 0 ? "" : ` data-with="${names.join(" ")}"`;
  };
  const sheets = Object.keys(outputs).filter((f) => f.endsWith(".css") && !Object.values(ogc).includes(outputs[f].entryPoint));
  const main = sheets.find((f) => outputs[f].entryPoint === "src/main.css");
  const head = [
    `<link rel="icon" type="image/svg+xml" href="${icon}">`,
    '<link rel="manifest" href="/manifest.webmanifest">',
    `<link rel="stylesheet" href="${url(main)}">`,
    ...[...needed].map((f) => `<link rel="modulepreload" href="${url(f)}">`),
    ...sheets.filter((f) => f !== main).map((f) => `<meta name="sheet" data-of="${outputs[f].entryPoint}"${filesOf(outputs[f].entryPoint)} content="${url(f)}">`),
    `<script type="module" src="${url(entry)}"></script>`,
  ];
  const of = (source) => Object.keys(outputs).find((f) => outputs[f].entryPoint === source);
  const names = Object.fromEntries(Object.entries(ogc).map(([name, source]) => [name, url(of(source))]));
  await writeFile(join(made, "ogc.json"), JSON.stringify({ ...names, preload: [...follow(of(ogc.map), new Set())].map(url) }));
  const template = await readFile(join(root, "index.html"), "utf8");
  await writeFile(join(made, "index.html"), template.replace("<!--head-->", () => head.join("\n")));
}

// manifest writes what makes the page one that can be installed, with its icons.
async function manifest(icon) {
  const svg = await readFile(join(root, "icon.svg"), "utf8");
  const drawn = [];
  for (const [pixels, full] of [[192, false], [512, false], [512, true]]) {
    const content = png(svg, pixels, full);
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
    const src = `/assets/icon${full ? "-full" : ""}-${pixels}-${hash}.png`;
    await writeFile(join(made, src), content);
    drawn.push({ src, sizes: `${pixels}x${pixels}`, type: "image/png", purpose: full ? "maskable" : "any" });
  }
  const said = {
    id: "/",
    name: "网格巡查",
    short_name: "网格巡查",
    description: "网格地图、隐患上报与巡查",
    lang: "zh-CN",
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: "#f6f6f3",
    theme_color: "#f6f6f3",
    icons: [{ src: icon, sizes: "any", type: "image/svg+xml", purpose: "any" }, ...drawn],
  };
  await writeFile(join(made, "manifest.webmanifest"), JSON.stringify(said));
  return drawn.map((i) => i.src);
}

// Screens of a desk, which a phone has no use for without a network. Opened
// once, they are kept all the same.
const desk = /^src\/(?:admin|coverage|grids|heat|import|notice|ogc|patrols|people|plan|plans|qr|watch)\//;

// serviceWorker writes sw.js, with the names of the files it keeps: all that
// the page and the officers' screens are made of.
async function serviceWorker(outputs, others) {
  const needed = new Set();
  const follow = (file) => {
    if (needed.has(file) || outputs[file] === undefined) return;
    needed.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind !== "dynamic-import") follow(path);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) if (entryPoint !== undefined && !desk.test(entryPoint)) follow(file);
  const files = ["/", "/manifest.webmanifest", "/assets/maplibre-gl-worker.mjs", ...others, ...[...needed].map((f) => `/assets/${basename(f)}`)].sort();
  const hash = createHash("sha256").update(files.join());
  // Of these the name does not say what is in them.
  for (const name of ["index.html", "manifest.webmanifest", "assets/maplibre-gl-worker.mjs"]) hash.update(await readFile(join(made, name)));
  await build({
    absWorkingDir: root,
    entryPoints: ["src/offline/sw.ts"],
    outfile: join(made, "sw.js"),
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    define: { build: JSON.stringify({ version: hash.digest("hex").slice(0, 12), files }) },
    logLevel: "warning",
  });
}

async function compress(dir) {
  const files = (await readdir(dir, { withFileTypes: true })).filter((f) => f.isFile());
  await Promise.all(
    files.map(async ({ name }) => {
      const file = join(dir, name);
      const content = await readFile(file);
      const quality = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
      await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
      await writeFile(`${file}.br`, await promisify(brotliCompress)(content, quality));
    }),
  );
}

async function moveIn() {
  await mkdir(dist, { recursive: true });
  for (const name of await readdir(dist)) {
    if (name !== ".gitkeep") await rm(join(dist, name), { recursive: true });
  }
  for (const name of await readdir(made)) {
    await rename(join(made, name), join(dist, name));
  }
}

await rm(made, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const { inputs, outputs } = await bundle();
await licences(inputs);
await copyFile(join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"), join(assets, "maplibre-gl-worker.mjs"));
const icon = `/assets/${await named("icon.svg")}`;
await page(outputs, icon);
const drawn = await manifest(icon);
await serviceWorker(outputs, [icon, ...drawn]);
await compress(made);
await compress(assets);
await moveIn();
