import type { Environment } from "@hub/core/environment";
import { commands } from "../commands/index.js";

/** What npm says it runs, where a clone's own script started the command line. */
const scriptOfClone = /\bscripts[\\/](?:hub|start|demo|backup)\.mjs\b/;

const words = new Set(commands.map(({ name }) => name.split(" ")[0]));
words.delete("stdio");
const typed = new RegExp(`\\bmcp-hub (?=(?:${[...words].join("|")}|--help)\\b)`, "g");

/** What a person types for this command line: `mcp-hub`, or `npm run hub --` in a clone. */
function ownName({ npm_lifecycle_script: script = "" }: Environment): string {
  return scriptOfClone.test(script) ? "npm run hub --" : "mcp-hub";
}

/**
 * A text for people, in which every command of ours can be typed as they typed the one that says it.
 * `mcp-hub stdio` stays: clients start it, and people read of it.
 */
export function asTyped(text: string, environment: Environment): string {
  return text.replace(typed, () => `${ownName(environment)} `);
}
