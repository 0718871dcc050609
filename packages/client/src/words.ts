import type { ServerSummary } from "@hub/api";
import type { ServerStatus } from "./queries.js";

/** A degraded server still has an instance that is up. */
export const usableStatuses: readonly ServerStatus[] = ["up", "degraded"];

export const isUsable = ({ status }: ServerSummary) => usableStatuses.includes(status);

export const quoted = (text: string) => `"${text}"`;

/** Texts in quotes: the first ten, and how many more there are. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 10).map(quoted).join(", ");
  return texts.length > 10 ? `${shown} and ${texts.length - 10} more` : shown;
}

/** Why a server cannot be used now: a sentence that begins with its name. */
export function whyNot({ name, status, instances }: ServerSummary): string {
  const said = instances.find(({ problem }) => problem !== undefined)?.problem;
  const why = said === undefined ? "" : `: ${said.cause} ${said.fix}`;
  const state = status === "needs-token" ? "wants a token" : `is ${status}`;
  return `${quoted(name)} ${state}${why === "" ? "." : why}`;
}

/** The first sentence of a text, and of a long one its beginning. */
export function firstSentence(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
  return sentence.length <= 160 ? sentence : `${sentence.slice(0, 159).trimEnd()}…`;
}
