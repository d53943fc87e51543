import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Lookup, type Found } from "./lookup";
import { packKinds, readLand, ringOf, type PackAnswer } from "./packread";

/** A pack, and of places lon, lat and the code of each kind, null for none, or false where the server decides. */
interface Vectors {
  name: string;
  pack: PackAnswer;
  places: [number, number, ...(string | false | null)[]][];
}

// The tests are bundled below web/node_modules/.cache, and run in web or below it.
function fromRoot(path: string): string {
  for (const up of ["..", ".", "../.."]) if (existsSync(`${up}/${path}`)) return `${up}/${path}`;
  throw new Error(`there is no ${path} from here`);
}

const vectors = JSON.parse(readFileSync(fromRoot("geo/pack/testdata/lookup.json"), "utf8")) as Vectors[];

const said = (f: Found) => (f === "server" ? false : (f?.code ?? null));

test("the lookup says of chosen places what the server's own does", () => {
  assert.equal(vectors.length, 3);
  let asked = 0;
  for (const { name, pack, places } of vectors) {
    const lookup = new Lookup(readLand(pack));
    for (const [lon, lat, ...want] of places) {
      const got = lookup.locate(lon, lat);
      assert.deepEqual(packKinds.map((k) => said(got[k])), want, `${name}: ${lon}, ${lat}`);
      asked++;
    }
  }
  assert.ok(asked > 1000);
});

test("rings are closed, and what they hold is inside", () => {
  const pack = vectors[0]?.pack as PackAnswer;
  const land = readLand(pack);
  const lookup = new Lookup(land);
  for (const kind of packKinds) {
    for (const a of land.kinds[kind].areas) {
      for (const ring of a.shape.flat()) {
        const corners = ringOf(land, ring);
        assert.ok(corners.length > 3);
        assert.deepEqual(corners[0], corners.at(-1));
      }
      const at = lookup.locate(Math.round(a.label[0] * 1e7), Math.round(a.label[1] * 1e7))[kind];
      assert.ok(at === "server" || at?.code === a.code || kind === "compound", a.code);
    }
  }
});

test("a pack of nothing leaves all to the server", () => {
  const nothing = { revision: 0, duty_version: 0, made_at: "", reports: { features: [] }, checkpoints: { features: [] }, checkpoint_kinds: [], categories: [], posts: [], lon_m: 1, lat_m: 1, displacement_m: 0, band_m: 0, exact: 0, arcs: [], areas: {}, lines: [] } satisfies PackAnswer;
  const got = new Lookup(readLand(nothing)).locate(1_256_600_000, 435_200_000);
  assert.deepEqual(packKinds.map((k) => got[k]), packKinds.map(() => "server"));
});

// Packs of the demo district with what the server says of 100,000 places each,
// where TestPackLookup of fixtures has written them.
const dir = process.env["GRIDPATROL_PACK_DIR"];
if (dir !== undefined) {
  for (const file of readdirSync(dir).filter((f) => f.endsWith(".json"))) {
    test(`${file}: outside the band the lookup says what the server does`, () => {
      const { pack, places } = JSON.parse(readFileSync(`${dir}/${file}`, "utf8")) as Vectors;
      const began = performance.now();
      const lookup = new Lookup(readLand(pack));
      const built = performance.now();
      const left = packKinds.map(() => 0);
      const answers = places.map(([lon, lat]) => lookup.locate(lon, lat));
      const took = performance.now() - built;
      places.forEach(([lon, lat, ...want], n) => {
        packKinds.forEach((kind, k) => {
          const got = said((answers[n] as Record<string, Found>)[kind] as Found);
          if (got === false) left[k] = (left[k] as number) + 1;
          else assert.equal(got, want[k], `${kind} at ${lon}, ${lat}`);
        });
      });
      console.log(`${file}: ${places.length} places, left to the server ${left.join(" ")}; made in ${(built - began).toFixed(1)} ms, a place in ${((1000 * took) / places.length).toFixed(2)} µs`);
    });
  }
}
