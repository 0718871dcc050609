import { isJsonObject } from "@hub/core/json";
import { mayMatch } from "./template-match.js";

/** By a server's own URI or template: the one it has here. */
export type Rewrites = ReadonlyMap<string, string>;

const uriMembers = new Set(["uri", "uriTemplate"]);

/** With more URIs than this, parsing a message costs less than looking for each of them in it. */
const mostSought = 64;
/** Templates that are tried for the URIs of one message; what comes later is known by its list only. */
const mostTries = 20_000;

type Tries = { left: number };

const templates = new WeakMap<Rewrites, readonly (readonly [string, string])[]>();

function templatesOf(rewrites: Rewrites): readonly (readonly [string, string])[] {
  const known = templates.get(rewrites) ?? [...rewrites].filter(([uri]) => uri.includes("{"));
  templates.set(rewrites, known);
  return known;
}

/**
 * Puts the URIs that a server shares with another into the form they have here, wherever a message
 * carries one: links, embedded resources, contents, notifications. Arguments and structured content are
 * data of the server's and stay.
 */
export function rewriteUris<T>(value: T, rewrites: Rewrites): T {
  return walk(value, rewrites, { left: mostTries }) as T; // the same shape; only texts are replaced
}

/** A server's own URI as it is here: by its list, else by a template it may come from. */
export function rewriteUri(
  uri: string,
  rewrites: Rewrites | undefined,
  tries: Tries = { left: mostTries },
): string {
  if (rewrites === undefined) return uri;
  const exact = rewrites.get(uri);
  if (exact !== undefined) return exact;
  for (const [template, exposed] of templatesOf(rewrites)) {
    if (tries.left-- <= 0) return uri;
    // What is put before the template is put before what comes from it.
    if (mayMatch(template, uri))
      return `${exposed.slice(0, exposed.length - template.length)}${uri}`;
  }
  return uri;
}

function walk(value: unknown, rewrites: Rewrites, tries: Tries): unknown {
  if (Array.isArray(value)) return value.map((one) => walk(one, rewrites, tries));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === "structuredContent" || key === "_meta") return [key, member];
      if (uriMembers.has(key) && typeof member === "string")
        return [key, rewriteUri(member, rewrites, tries)];
      return [key, walk(member, rewrites, tries)];
    }),
  );
}

/** The text of a message with its URIs as they are here. What is no JSON, or names none of them, stays as it is. */
export function rewriteText(text: string, rewrites: Rewrites | undefined): string {
  if (rewrites === undefined) return text;
  // Most messages name none of them. Where letters of a URI are written as escapes, only parsing tells.
  const mayName =
    rewrites.size > mostSought ||
    /\\[/u]/.test(text) ||
    [...rewrites.keys()].some((uri) => text.includes(fixedStart(uri)));
  if (!mayName) return text;
  try {
    const value: unknown = JSON.parse(text);
    const rewritten = JSON.stringify(rewriteUris(value, rewrites));
    // Numbers keep all their digits where nothing has to change.
    return rewritten === JSON.stringify(value) ? text : rewritten;
  } catch {
    return text;
  }
}

/** What every URI of a template begins with, as JSON writes it. */
function fixedStart(uri: string): string {
  return JSON.stringify(uri.split("{", 1)[0]).slice(0, -1);
}
