// Every kind, in the order in which they are tried: what is left behind is looked for last.
import addresses from "./addresses.mjs";
import credentials from "./credentials.mjs";
import hidden from "./hidden.mjs";
import junk from "./junk.mjs";
import names from "./names.mjs";
import neighbours from "./neighbours.mjs";
import paths from "./paths.mjs";
import scopes from "./scopes.mjs";
import sessions from "./sessions.mjs";
import spellings from "./spellings.mjs";
import starts from "./starts.mjs";
import traces from "./traces.mjs";

export const kinds = [
  starts,
  credentials,
  scopes,
  paths,
  hidden,
  spellings,
  sessions,
  names,
  addresses,
  neighbours,
  junk,
  traces,
];
