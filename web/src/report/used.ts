const place = "gridpatrol-used";

/** Gives the categories used last on this device, the latest first. */
export function lastUsed(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    return Array.isArray(kept) ? kept.filter((c) => typeof c === "string") : [];
  } catch {
    return [];
  }
}

/** Notes that a category was used. */
export function noteUsed(code: string): void {
  try {
    localStorage.setItem(place, JSON.stringify([code, ...lastUsed().filter((c) => c !== code)].slice(0, 2)));
  } catch {
    // Then the order is the server's.
  }
}

/** Puts the categories used last first; the others stay in their order. */
export function ordered<T extends { code: string }>(all: readonly T[], used: readonly string[]): T[] {
  const first = used.flatMap((code) => all.filter((c) => c.code === code));
  return [...first, ...all.filter((c) => !first.includes(c))];
}

/** Reports whether a category is meant by what was typed, in either language. */
export function matches(c: { name: string; name_en: string }, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return c.name.toLowerCase().includes(wanted) || c.name_en.toLowerCase().includes(wanted);
}
