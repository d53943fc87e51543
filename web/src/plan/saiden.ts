import type { Said } from "./saidzh";

/** What is wrong with a plan, as a sentence, in English. */
export const en: Record<Said, string> = {
  GAP: "{m2} belong to nobody, between {areas}",
  GAP_loose: "Lines of {areas} lie on each other here without sharing their corners",
  OVERLAP: "{areas} overlap, {m2}",
  OUTSIDE_DISTRICT: "{areas}: {m2} beyond the district",
  OUTSIDE_PARENT: "{first} reaches beyond {rest}, which it belongs to, by {m2}",
  NOT_CONTIGUOUS: "{first} is in {n} parts",
  UNIT_SPLIT: "{first} lies in {n} grids: {rest}",
  UNIT_SPLIT_refused: "{first} cannot go to {rest} whole",
  UNITS_MIXED: "{first} has to do with {rest}; an urban grid should be within one community, a rural one should have whole villages of one township",
  HOUSEHOLDS_more: "{first} has {n} households, {percent} % more than the {norm} of {of} on average",
  HOUSEHOLDS_fewer: "{first} has {n} households, {percent} % fewer than the {norm} of {of} on average",
  NOT_COMPACT: "The compactness of {first} is {n}, less than {norm} (a circle has 1)",
  VACANT_POST: "Nobody holds these posts of {first} yet: {posts}",
  CODE_RULE: "The code {code} of {first} should begin with {prefix}, {form}",
  form_digits: "{n} digits in all",
  form_compound: "then C and three digits",
  DUP_CODE: "The code {code} is, or was, another area's, and cannot be used again",
  CODE_UNKNOWN_PARENT: "What {first} belonged to is no more",
  LOCKED: "The line of {first} is locked",
  before: "{text} (as before)",
  m2: "{n} m²",
  and: ", ",
};
