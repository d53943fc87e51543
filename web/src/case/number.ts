/**
 * Gives the number of a report as people read it out: the last eight digits
 * of its id, which are its random part, in two groups.
 */
export function numberOf(id: string): string {
  const end = id.replaceAll("-", "").slice(-8).toUpperCase();
  return end.length < 8 ? end : `${end.slice(0, 4)}-${end.slice(4)}`;
}
