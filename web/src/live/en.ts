export const en: Record<keyof typeof import("./zh").zh, string> = {
  changed: "Boundaries changed: revision {n}",
};
