// Builds the application into dist/, which web.go embeds: the bundle under
// names that change with their content, the map library's worker beside it
// (that is where it looks for it), and an index.html that names them.
// Everything is there a second and third time as .gz and .br.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
// Built aside and moved in whole: a failed build leaves the last one.
const made = join(root, "node_modules/.cache/dist");
const assets = join(made, "assets");

async function bundle() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.tsx"],
    outdir: assets,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    metafile: true,
    logLevel: "warning",
  });
  return metafile.outputs;
}

// named copies a file under a name with the hash of its content.
async function named(file) {
  const content = await readFile(join(root, file));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const name = basename(file).replace(/(?=\.[^.]+$)/, `-${hash}`);
  await writeFile(join(assets, name), content);
  return name;
}

// page writes index.html. It names all that the entry point leads to at once,
// so that nothing waits for an import to be found: what is imported when needed,
// as the map is, comes with low priority. Every style sheet is linked.
async function page(outputs) {
  const url = (file) => `/assets/${relative(assets, join(root, file))}`;
  const entry = Object.keys(outputs).find((f) => outputs[f].entryPoint === "src/main.tsx");
  const needed = new Map(); // file to whether it is imported on demand
  const follow = (file, later) => {
    for (const { path, kind } of outputs[file].imports) {
      if (!outputs[path] || path === entry) continue;
      const onDemand = later || kind === "dynamic-import";
      if (needed.has(path) && (onDemand || !needed.get(path))) continue;
      needed.set(path, onDemand);
      follow(path, onDemand);
    }
  };
  follow(entry, false);
  const head = [
    `<link rel="icon" type="image/svg+xml" href="/assets/${await named("icon.svg")}">`,
    ...Object.keys(outputs).filter((f) => f.endsWith(".css")).map((f) => `<link rel="stylesheet" href="${url(f)}">`),
    ...[...needed].map(([f, later]) => `<link rel="modulepreload" href="${url(f)}"${later ? ' fetchpriority="low"' : ""}>`),
    `<script type="module" src="${url(entry)}"></script>`,
  ];
  const template = await readFile(join(root, "index.html"), "utf8");
  await writeFile(join(made, "index.html"), template.replace("<!--head-->", () => head.join("\n")));
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
const outputs = await bundle();
await copyFile(join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"), join(assets, "maplibre-gl-worker.mjs"));
await page(outputs);
await compress(made);
await compress(assets);
await moveIn();
