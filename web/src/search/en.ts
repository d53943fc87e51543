import type { zh } from "./zh";

/** Texts of the search in English. */
export const en: Record<keyof typeof zh, string> = {
  searchLabel: "Search areas, codes or roads",
  searchHint: "Name, code, initials or road",
  searchResults: "Search results",
  searchNothing: "Nothing found for “{text}”. Try part of a name, a code, or pinyin initials.",
  searchFailed: "The search got no answer. Please try again in a moment.",
  searchCount: "{n} results",
};
