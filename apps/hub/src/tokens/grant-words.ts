import { actions, type Grant, grantSchema } from "@hub/core/access";
import { CommandError } from "../command-line/command-error.js";

const fields = ["servers", "tags", "tools", "mostServers"] as const;
type Field = (typeof fields)[number];

const isField = (name: string): name is Field => (fields as readonly string[]).includes(name);

/**
 * Reads one grant as people type it: an action, and what narrows it, with commas between several:
 * `call servers=payments-*,mail tools=read_*`.
 * @throws CommandError that says what is wrong with it.
 */
export function grantOf(given: string): Grant {
  const wrong = (why: string) =>
    new CommandError(
      "usage",
      `--grant ${JSON.stringify(given)}: ${why}. It takes ${actions.join(", ")}, and behind it any of ${fields.map((field) => `${field}=`).join(", ")}, as in --grant 'call servers=payments-* tools=read_*'.`,
    );
  // A tag may have spaces in it.
  const [action = "", ...parts] = given.trim().split(/\s+(?=[A-Za-z]+=)/);
  const grant: Record<string, unknown> = { action };
  for (const part of parts) {
    const [name = ""] = part.split("=", 1);
    if (!isField(name)) throw wrong(`it does not know ${name}=`);
    if (grant[name] !== undefined) throw wrong(`${name}= comes twice`);
    const value = part.slice(name.length + 1);
    const items = value.split(",").map((item) => item.trim());
    grant[name] = name === "mostServers" ? numberOf(value) : items;
  }
  const parsed = grantSchema.safeParse(grant);
  if (parsed.success) return parsed.data;
  throw wrong(
    parsed.error.issues
      .map(({ path, message }) => `${String(path[0] ?? "it")} ${message}`)
      .join("; "),
  );
}

const numberOf = (text: string): number | string => (/^\d{1,15}$/.test(text) ? Number(text) : text);
