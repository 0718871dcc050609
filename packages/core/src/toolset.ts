import { z } from "zod";
import { atMost, expected, fieldsError, line, prose, shownValue, text } from "./fields.js";
import { tagSchema } from "./profile.js";
import { nameSchema } from "./registration.js";
import { invisibleInLine } from "./text.js";

const mostEntries = 500;
const mostTags = 32;
const longestToolName = 256;

/** A list without repetitions. */
function distinct<Item extends z.ZodType<string>>(item: Item, most: number, what: string) {
  return z
    .array(item, { error: expected(`a list of ${what}`) })
    .max(most, atMost(most, what))
    .transform((items) => [...new Set(items)]);
}

const idSchema = text().regex(/^[a-z0-9-]{1,40}$/, {
  error: (issue) => `must be 1-40 characters of a-z 0-9 -, got ${shownValue(issue.input)}`,
});

const serverIdSchema = text().regex(/^[a-z0-9-]{1,40}$/, {
  error: (issue) =>
    `must be the id of a server (1-40 characters of a-z 0-9 -), got ${shownValue(issue.input)}`,
});

/** `<serverId>/<toolName>`. The id of a server holds no slash, the name of a tool may. */
const toolRef = /^[a-z0-9-]{1,40}\/(?<tool>.+)$/su;

function toolOf(reference: string): string | undefined {
  const tool = toolRef.exec(reference)?.groups?.tool;
  return tool === undefined || tool.length > longestToolName || invisibleInLine(tool) !== undefined
    ? undefined
    : tool;
}

const toolRefSchema = text().refine((reference) => toolOf(reference) !== undefined, {
  error: (issue) =>
    `must be <server id>/<tool name>, or <server id>/* for all of its tools, got ${shownValue(issue.input)}`,
});

const toolsSchema = distinct(toolRefSchema, mostEntries, "tools");

const overrideSchema = z
  .strictObject(
    {
      name: text()
        .regex(/^[A-Za-z0-9_-]{1,64}$/, {
          error: (issue) =>
            `must be 1-64 characters of A-Z a-z 0-9 _ -, got ${shownValue(issue.input)}`,
        })
        .refine((name) => !name.startsWith("hub__"), {
          error: (issue) =>
            `must not begin with hub__, as the hub's own tools do, got ${shownValue(issue.input)}`,
        })
        .optional(),
      title: line(200).optional(),
      description: prose(5_000).optional(),
    },
    { error: fieldsError("an override", "name, title, description") },
  )
  .refine((override) => Object.keys(override).length > 0, {
    error: "must hold a name, a title or a description",
    when: ({ issues }) => issues.length === 0,
  });

type Overrides = Readonly<Record<string, z.output<typeof overrideSchema>>>;

/** The tools whose name an earlier tool already has. */
function namesTakenTwice(overrides: Overrides): { readonly tool: string; readonly name: string }[] {
  const taken = new Set<string>();
  return Object.entries(overrides).flatMap(([tool, { name }]) => {
    if (name === undefined) return [];
    if (taken.has(name)) return [{ tool, name }];
    taken.add(name);
    return [];
  });
}

const overridesSchema = z
  .record(text(), overrideSchema, { error: expected("an object") })
  .superRefine((overrides, context) => {
    const refuse = (tool: string, message: string) =>
      context.addIssue({ code: "custom", path: [tool], message });
    const tools = Object.keys(overrides);
    if (tools.length > mostEntries) {
      const message = `must have at most ${mostEntries} tools, got ${tools.length}`;
      context.addIssue({ code: "custom", message });
    }
    for (const tool of tools) {
      const name = toolOf(tool);
      if (name === undefined || name === "*")
        refuse(tool, `must be under <server id>/<tool name>, got ${shownValue(tool)}`);
    }
    for (const { tool, name } of namesTakenTwice(overrides))
      refuse(tool, `must have a name of its own, got ${shownValue(name)} again`);
  });

/** The definition of a saved selection. */
export const toolsetSchema = z.strictObject(
  {
    id: idSchema
      .optional()
      .describe("Part of its URL. Default: made from the name, as for servers."),
    name: nameSchema.describe("Display name, 1-200 characters."),
    description: prose(5_000).optional(),
    servers: distinct(serverIdSchema, mostEntries, "server ids")
      .default([])
      .describe(
        "Only these servers. Empty: all. One that does not exist yet joins when it registers.",
      ),
    tags: distinct(tagSchema, mostTags, "tags")
      .default([])
      .describe("Only servers with one of these tags. Empty: any. Narrows `servers` further."),
    allow: toolsSchema
      .optional()
      .describe(
        "Only these tools, as <server id>/<tool name>; <server id>/* is all of a server. Absent: all. An empty list: none.",
      ),
    deny: toolsSchema.default([]).describe("Without these tools, written as in `allow`."),
    overrides: overridesSchema
      .default({})
      .describe("Other names, titles and descriptions, by <server id>/<tool name>."),
    prefix: z
      .enum(["always", "never"], { error: expected('"always" or "never"') })
      .default("always")
      .describe("never: tools keep their own names, and a name that two servers have is left out."),
    mode: z
      .enum(["all", "search"], { error: expected('"all" or "search"') })
      .default("all")
      .describe("search: the hub's own search tools in place of all tools."),
    repeat: z
      .enum(["asked", "safe"], { error: expected('"asked" or "safe"') })
      .optional()
      .describe(
        "What of a call that broke off, and may have run, is sent once more where its tool says that it is read-only or idempotent. asked, the default: what a client allows (mcp-hub/repeat in _meta). safe: all that no client forbids there.",
      ),
  },
  {
    error: fieldsError(
      "a toolset",
      "id, name, description, servers, tags, allow, deny, overrides, prefix, mode, repeat",
    ),
  },
);

/** A toolset as somebody defines it, parsed. */
export type ToolsetDefinition = z.output<typeof toolsetSchema>;
/** The same as it is sent. */
export type ToolsetInput = z.input<typeof toolsetSchema>;

/** Fields that are absent when they were not said, and never undefined. */
type Said<Fields> = { readonly [Field in keyof Fields]: Exclude<Fields[Field], undefined> };

/** A saved selection of servers and tools, which has an MCP endpoint of its own. */
export type Toolset = Said<Omit<ToolsetDefinition, "id" | "overrides">> & {
  readonly id: string;
  readonly overrides: Readonly<Record<string, Said<z.output<typeof overrideSchema>>>>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change, and is not given again while the hub runs, even after a removal. */
  readonly revision: number;
};

/** The toolset of a definition, as it will come back from a store. */
export function toolsetOf(
  definition: ToolsetDefinition,
  more: Pick<Toolset, "id" | "createdAt" | "updatedAt" | "revision">,
): Toolset {
  const { id, ...rest } = more;
  return JSON.parse(JSON.stringify({ ...definition, id, ...rest }));
}
