import { type CapabilityKind, type CapabilitySnapshot, capabilityKinds } from "@hub/core";
import { type Flawed, usableItems } from "./items.js";

/** How many definitions of each list a warning names. For the others, it says only their number. */
const mostNamed = 8;

const nouns: Readonly<Record<CapabilityKind, string>> = {
  tools: "tool",
  resources: "resource",
  resourceTemplates: "resource template",
  prompts: "prompt",
};

/**
 * Warnings about the definitions of a server that clients get corrected or not at all: one sentence for
 * each, with the reason and the fix. Definitions that are left out come first.
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

/** A name that a server chose, on one line and without invisible characters. */
function shown(name: string): string {
  return `"${[...name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")].slice(0, 100).join("")}"`;
}
