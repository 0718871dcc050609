import { isRecord } from "./definition.js";

export type AnnotationBadge = {
  readonly word: string;
  readonly tone: "good" | "warn" | "bad" | "calm" | "plain";
  readonly meaning: string;
};

const readOnly: AnnotationBadge = {
  word: "read-only",
  tone: "good",
  meaning: "The server says that it changes nothing.",
};
const destructive: AnnotationBadge = {
  word: "destructive",
  tone: "bad",
  meaning: "The server says that it may overwrite or delete something.",
};
const mayChange: AnnotationBadge = {
  word: "may change things",
  tone: "warn",
  meaning: "The server does not say that it is harmless, so it may overwrite or delete something.",
};
const additive: AnnotationBadge = {
  word: "only adds",
  tone: "calm",
  meaning: "The server says that it adds things and overwrites or deletes nothing.",
};
const idempotent: AnnotationBadge = {
  word: "idempotent",
  tone: "calm",
  meaning: "The server says that the same call twice does no more than once.",
};
const openWorld: AnnotationBadge = {
  word: "open world",
  tone: "plain",
  meaning: "The server says that it deals with things outside, such as the web.",
};
const closedWorld: AnnotationBadge = {
  word: "closed world",
  tone: "plain",
  meaning: "The server says that it deals only with what is its own.",
};

/**
 * What a tool's server says that it does. Hints, not promises. What it does not say is taken as MCP
 * takes it: not read-only, and then destructive. Whether it is idempotent means something only for a
 * tool that changes things.
 */
export function badgesOf(tool: Readonly<Record<string, unknown>>): readonly AnnotationBadge[] {
  const hints = isRecord(tool.annotations) ? tool.annotations : {};
  const isReadOnly = hints.readOnlyHint === true;
  const badges: AnnotationBadge[] = [];
  if (isReadOnly) badges.push(readOnly);
  else if (hints.destructiveHint === true) badges.push(destructive);
  else badges.push(hints.destructiveHint === false ? additive : mayChange);
  if (hints.idempotentHint === true && !isReadOnly) badges.push(idempotent);
  if (hints.openWorldHint === true) badges.push(openWorld);
  if (hints.openWorldHint === false) badges.push(closedWorld);
  return badges;
}
