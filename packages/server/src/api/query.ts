import type { Context } from "hono";
import type { z } from "zod";
import type { AppEnv } from "./hono.js";
import { parseWith } from "./problem.js";

/** Parameters that may come several times, or once with commas. */
type Lists = readonly string[];

/** Reads the query string by a schema; a parameter that came twice and is no list is refused by it. */
export function readQuery<Schema extends z.ZodObject>(
  context: Context<AppEnv>,
  schema: Schema,
  lists: Lists = [],
): z.output<Schema> {
  const given: Record<string, unknown> = Object.create(null);
  for (const [name, values] of Object.entries(context.req.queries())) {
    if (lists.includes(name))
      given[name] = values.flatMap((value) => value.split(",")).filter((value) => value !== "");
    else given[name] = values.length === 1 ? values[0] : values;
  }
  return parseWith(schema, { ...given });
}
