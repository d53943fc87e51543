import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Gives what axe finds wrong with a page, or a part of it, in light and in dark, and where, in a line each. */
export async function violations(page: Page, part = "html"): Promise<string[]> {
  const wrong: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await new AxeBuilder({ page }).include(part).analyze();
    wrong.push(...found.violations.flatMap((v) => v.nodes.map((n) => `${colorScheme}: ${v.id}: ${n.target.join(" ")}: ${n.failureSummary ?? v.help}`)));
  }
  return wrong;
}
