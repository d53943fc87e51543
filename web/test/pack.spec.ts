import { signIn } from "./accounts";
import { expect, openMap, panelOf, present, setNetwork, share, test } from "./app";

test.use({ viewport: { width: 390, height: 844 } });

/** A pack as far as this test reads it: places in steps of 1e-7 degrees, each counted from the one before. */
interface Pack {
  areas: Record<string, { areas: { code: string; name: string; own?: boolean; label: [number, number] }[] }>;
}

test("without a network an officer's phone draws the map and says whose a place is", async ({ page, context, faults }) => {
  test.setTimeout(60_000);
  await signIn(context, "officer");
  const kept = page.waitForResponse((r) => new URL(r.url()).pathname === "/api/v1/pack" && r.status() === 200);
  await openMap(page);
  const pack = (await (await kept).json()) as Pack;
  let [lon, lat] = [0, 0];
  let grid: { name: string } | undefined;
  for (const a of present(pack.areas["grid"], "grids").areas) {
    lon += a.label[0];
    lat += a.label[1];
    if (a.own === true) {
      grid = a;
      break;
    }
  }
  const own = present(grid, "own grid");
  // It is on the phone's disk, and what reads it is loaded.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const name = (await indexedDB.databases()).map((d) => d.name ?? "").find((n) => n.startsWith("gridpatrol-kept-"));
        if (name === undefined) return false;
        const db = await new Promise<IDBDatabase>((resolve, reject) => {
          const asked = indexedDB.open(name);
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(asked.error);
        });
        const key = await new Promise<unknown>((resolve) => {
          if (!db.objectStoreNames.contains("kept")) return resolve(undefined);
          const asked = db.transaction("kept").objectStore("kept").getKey("pack");
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => resolve(undefined);
        });
        db.close();
        return key === "pack" && performance.getEntriesByType("resource").some((r) => r.name.includes("/assets/packmap-"));
      }),
    )
    .toBe(true);

  // The form's own program comes when it is first opened.
  await page.evaluate(() => {
    location.hash = "#view=report";
  });
  await expect(page.locator(".whose")).toBeVisible();

  await setNetwork(context, false);
  await page.evaluate(([x, y]) => {
    location.hash = `#view=map&map=14/${(y as number) / 1e7}/${(x as number) / 1e7}`;
  }, [lon, lat]);
  await expect(page.getByRole("status").filter({ hasText: "没有网络，地图依据" })).toBeVisible();
  // Lines that were never seen before: the phone was far off, at the whole district.
  const dark = (r: number, g: number, b: number) => r < 140 && g < 150 && b < 160;
  await expect.poll(() => share(page, page.locator("canvas.maplibregl-canvas"), dark)).toBeGreaterThan(0.002);
  await page.mouse.click(195, 422);
  const panel = panelOf(page);
  await expect(panel.getByText("没有网络：依据")).toBeVisible();
  await expect(panel.getByRole("heading", { name: own.name })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveText("");

  // The report form names who has the place too.
  await panel.getByRole("link", { name: "在此上报隐患" }).click();
  await expect(page.locator(".whose")).toContainText("没有网络：依据");
  await expect(page.locator(".whose-name")).toHaveText(own.name);

  await setNetwork(context, true);
  await page.goto(`/#at=${lat / 1e7},${lon / 1e7}`);
  await page.reload();
  await expect(panel.getByRole("heading", { name: own.name })).toBeVisible();
  await expect(panel.getByText("没有网络")).toHaveCount(0);
  // The browser itself tells of every request that found no network.
  faults.splice(0, faults.length, ...faults.filter((f) => !f.includes("ERR_INTERNET_DISCONNECTED")));
});
