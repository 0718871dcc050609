import { codes } from "./json-rpc.js";

/** In characters: longer ones say more than that nobody is let in. */
export const longestRefusal = 2_000;

/** Statuses of HTTP, as some write them into the code of an error. */
const codesOfIt: ReadonlySet<number> = new Set([401, 403, 407, -401, -403, -32_401, -32_403]);

const adjective = "(?:missing|invalid|expired|no|bad|wrong|required|unknown)";
const thing =
  "(?:api[-_ ]?key|auth|(?:access|auth\\w*|bearer|security)[-_ ]?(?:token|header|key)|bearer|credentials?|token|authorization|authentication)";
const words = new RegExp(
  [
    "\\bun[-_ ]?auth(?:ori[sz]ed|enticated)\\b",
    "\\bnot (?:been )?(?:authori[sz]ed|authenticated|logged in)\\b",
    "\\b(?:forbidden|(?:access|permission) denied)\\b",
    `\\b${adjective} (?:or \\w+ )?${thing}\\b`,
    `\\b${thing} (?:is |was |has |header )*(?:required|missing|invalid|expired|failed|needed|denied)\\b`,
    `\\brequires? (?:an? )?${thing}\\b`,
    "\\b(?:log|sign) ?in (?:first|(?:is )?required)\\b",
    "\\bmust (?:be (?:logged|signed) in|log in|sign in|authenticate)\\b",
  ].join("|"),
  "i",
);

/** Whether a text says that whoever asks must show who they are. */
export function speaksOfToken(text: string): boolean {
  return text.length <= longestRefusal && words.test(text);
}

/**
 * Whether an error of JSON-RPC says so: by a status of HTTP as its code, or in words. `Envelope.error` has
 * what it goes by.
 */
export function isUnauthorized(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }; // looked at here
  if (typeof code === "number" && codesOfIt.has(code)) return true;
  if (code === codes.parseError || code === codes.methodNotFound) return false;
  return typeof message === "string" && speaksOfToken(message);
}
