import { type CapabilityKind, type CapabilitySnapshot, capabilityKinds } from "@hub/core";
import { type Flawed, usableItems } from "./items.js";

/** So many of each list are named; of the others only the number is said. */
const mostNamed = 8;

const nouns: Readonly<Record<CapabilityKind, string>> = {
  tools: "tool",
  resources: "resource",
  resourceTemplates: "resource template",
  prompts: "prompt",
};

/**
 * What of a server's lists clients do not get as it is written, and why: a sentence each, for whoever can
 * mend it. What is not shown comes first.
 */
export function listProblems(snapshot: CapabilitySnapshot): string[] {
  const all = capabilityKinds.map((kind) => ({ kind, ...usableItems(snapshot, kind) }));
  return [
    ...all.flatMap(({ kind, leftOut }) =>
      named(kind, leftOut, "is left out of /mcp and of toolsets", "are left out too"),
    ),
    ...all.flatMap(({ kind, mended }) =>
      named(kind, mended, "is shown with a correction", "are corrected too"),
    ),
  ];
}

function named(
  kind: CapabilityKind,
  flawed: readonly Flawed[],
  what: string,
  more: string,
): string[] {
  const said = flawed
    .slice(0, mostNamed)
    .map(
      ({ name, reason, mend }) => `The ${nouns[kind]} ${shown(name)} ${what}: ${reason}. ${mend}.`,
    );
  const left = flawed.length - said.length;
  return left === 0 ? said : [...said, `Of its ${nouns[kind]}s, ${left} more ${more}.`];
}

/** A server's name for something, on one line and without what cannot be seen. */
function shown(name: string): string {
  return `"${[...name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")].slice(0, 100).join("")}"`;
}
