/** What is asked of a file before it is sent. */
export interface Named {
  name: string;
  size: number;
}

/** The server takes no more in one import, in bytes. */
export const mostBytes = 256 << 20;

/** Files that are one thing: a file alone, or the parts of a shapefile. */
export interface FileSet<F extends Named> {
  name: string;
  files: F[];
  bytes: number;
  /** The parts of a shapefile that are not there; without them it is read as well as it can be. */
  missing: string[];
}

const parts: ReadonlySet<string> = new Set(["shp", "shx", "dbf", "prj", "cpg", "qpj", "qix", "sbn", "sbx"]);
/** What systems and programs leave in folders, which nobody means. */
const junk = /^(\.|~\$|thumbs\.db$|desktop\.ini$)/i;

function split(name: string): [stem: string, ext: string] {
  // The description of a shapefile is called name.shp.xml.
  const xml = /^(.*)\.shp\.xml$/i.exec(name);
  if (xml !== null) return [xml[1] ?? name, "shp.xml"];
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1).toLowerCase()];
}

/** Puts together what belongs together. */
export function setsOf<F extends Named>(files: readonly F[]): FileSet<F>[] {
  const meant = files.filter((f) => !junk.test(f.name));
  const stems = new Set(meant.flatMap((f) => { const [stem, ext] = split(f.name); return ext === "shp" ? [stem.toLowerCase()] : []; }));
  const sets = new Map<string, F[]>();
  for (const f of meant) {
    const [stem, ext] = split(f.name);
    const together = stems.has(stem.toLowerCase()) && (parts.has(ext) || ext === "shp.xml");
    const key = together ? `shp ${stem.toLowerCase()}` : f.name;
    sets.set(key, [...(sets.get(key) ?? []), f]);
  }
  return [...sets].map(([key, of]) => {
    const shape = key.startsWith("shp ") ? of.find((f) => split(f.name)[1] === "shp") : undefined;
    const has = new Set(of.map((f) => split(f.name)[1]));
    return {
      name: shape?.name ?? of[0]?.name ?? "",
      files: of,
      bytes: of.reduce((n, f) => n + f.size, 0),
      missing: shape === undefined ? [] : ["dbf", "shx", "prj"].filter((e) => !has.has(e)).map((e) => `.${e}`),
    };
  });
}

function entryFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  return new Promise((resolve, reject) => {
    const all: FileSystemEntry[] = [];
    // It gives a hundred at a time, and none at the end.
    const more = () => reader.readEntries((some) => { if (some.length === 0 || all.length > 1000) resolve(all); else { all.push(...some); more(); } }, reject);
    more();
  });
}

/** Gives the files that were dropped, those in dropped folders too, one level down. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  // Both lists are empty once the event is over.
  const entries = [...data.items].flatMap((i) => { const e = i.kind === "file" ? i.webkitGetAsEntry() : null; return e === null ? [] : [e]; });
  const plain = [...data.files];
  const folders = entries.filter((e): e is FileSystemDirectoryEntry => e.isDirectory);
  if (folders.length === 0) return plain;
  const inside = await Promise.all(
    entries.map(async (e) => {
      if (e.isFile) return [await entryFile(e as FileSystemFileEntry)];
      const within = await children(e as FileSystemDirectoryEntry);
      return Promise.all(within.filter((c) => c.isFile).map((c) => entryFile(c as FileSystemFileEntry)));
    }),
  );
  return inside.flat();
}
