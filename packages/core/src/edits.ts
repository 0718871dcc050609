import { z } from "zod";
import { linkSchema } from "./endpoint.js";
import { HubError } from "./errors.js";
import { expected, fieldsError, line, prose, shownValue, text } from "./fields.js";
import { canonicalJson } from "./json.js";
import { type Profile, tagsSchema } from "./profile.js";

/** How far a server is, as its operator says. */
export const lifecycles = ["experimental", "production", "deprecated"] as const;

/** The longest time that a whole call may take, which no limit for one server exceeds. */
const longestCallMs = 15 * 60_000;
const shortestCallMs = 100;
const mostToolTimeouts = 100;
const longestToolName = 256;

/** A whole number between two, both included. */
function wholeNumber(least: number, most: number, unit: string) {
  const error = expected(`a whole number of ${unit} from ${least} to ${most}`);
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

const callMs = wholeNumber(shortestCallMs, longestCallMs, "milliseconds");

const toolTimeoutsSchema = z
  .record(text(), callMs.nullable(), { error: expected("an object such as { render: 300000 }") })
  .superRefine((timeouts, context) => {
    const names = Object.keys(timeouts);
    const tooLong = names.find((name) => name.length === 0 || name.length > longestToolName);
    if (names.length > mostToolTimeouts)
      context.addIssue({
        code: "custom",
        message: `must name at most ${mostToolTimeouts} tools, got ${names.length}`,
      });
    if (tooLong !== undefined)
      context.addIssue({
        code: "custom",
        message: `must name tools by 1-${longestToolName} characters, got ${shownValue(tooLong)}`,
      });
  });

/**
 * A change of an operator's edits of a server. A field that is left out stays as it was; null removes the
 * edit.
 */
export const editSchema = z.strictObject(
  {
    title: line(200).nullish(),
    description: prose(5_000).nullish(),
    tags: tagsSchema.nullish(),
    owner: line(200).nullish(),
    documentation: linkSchema.nullish().describe("Where its documentation is."),
    onCall: line(200).nullish().describe("Whom to call when it fails: a name, an address."),
    lifecycle: z
      .enum(lifecycles, {
        error: expected(lifecycles.map((one) => JSON.stringify(one)).join(" or ")),
      })
      .nullish(),
    replacedBy: text()
      .regex(/^[a-z0-9-]{1,40}$/, {
        error: (issue) =>
          `must be the id of a server, 1-40 characters of a-z 0-9 -, got ${shownValue(issue.input)}`,
      })
      .nullish()
      .describe("The id of the server to use in its place."),
    hidden: z
      .boolean({ error: expected("true or false") })
      .nullish()
      .describe(
        "`true`: lists, searches and /mcp show the server only with ?hidden=true. The hub still probes it.",
      ),
    callTimeoutMs: callMs.nullish().describe("How long the server may be silent during a call."),
    toolTimeoutsMs: toolTimeoutsSchema
      .nullish()
      .describe(
        "The same for single tools, by the names that the server gives them. A tool that you leave out keeps its limit; null removes it.",
      ),
    maxInFlight: wholeNumber(1, 1_000_000, "calls")
      .nullish()
      .describe(
        "Calls that each of its instances works on at a time; further ones wait. At most the hub's own limit.",
      ),
  },
  {
    error: fieldsError(
      "a change of a server",
      "title, description, tags, owner, documentation, onCall, lifecycle, replacedBy, hidden, callTimeoutMs, toolTimeoutsMs, maxInFlight",
    ),
  },
);

/** A change of what an operator set: null takes back, what is left out stays. */
export type EditChange = z.output<typeof editSchema>;

/** The same as it is sent. */
export type EditInput = z.input<typeof editSchema>;

type Values = { readonly [Field in keyof EditChange]?: NonNullable<EditChange[Field]> };

/** An operator's edits of a server. They replace what the server says, and stay when it registers again. */
export type Edits = Omit<Values, "toolTimeoutsMs"> & {
  readonly toolTimeoutsMs?: Readonly<Record<string, number>>;
};

/** The profile that people see: the server's own, with the edits of an operator in place of edited fields. */
export type ShownProfile = Profile &
  Pick<Edits, "documentation" | "onCall" | "lifecycle" | "replacedBy">;

/** The edits after a change; undefined when none are left. Throws INVALID_REQUEST for too many tools. */
export function editsAfter(before: Edits = {}, change: EditChange): Edits | undefined {
  const { toolTimeoutsMs, ...plain } = change;
  const tools =
    toolTimeoutsMs === null
      ? undefined
      : said<Record<string, number>>({ ...before.toolTimeoutsMs, ...toolTimeoutsMs });
  if (Object.keys(tools ?? {}).length > mostToolTimeouts)
    throw new HubError(
      "INVALID_REQUEST",
      `toolTimeoutsMs may name at most ${mostToolTimeouts} tools of one server. Remove those that you do not need (null), or set callTimeoutMs for all.`,
    );
  const { hidden, ...rest } = { ...before, ...plain };
  // `hidden: false` is the default, so it is not stored.
  return said<Edits>({
    ...rest,
    toolTimeoutsMs: tools,
    hidden: hidden === true ? true : undefined,
  });
}

/** The names of the fields that differ between two sets of edits. */
export function changedEdits(before: Edits = {}, after: Edits = {}): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Edits>;
  const jsonOf = (value: Edits[keyof Edits]) =>
    value === undefined ? "" : canonicalJson(JSON.parse(JSON.stringify(value)));
  return [...fields].filter((field) => jsonOf(before[field]) !== jsonOf(after[field])).sort();
}

/** The object without its undefined members; undefined when no member is left. */
function said<T extends object>(
  values: { readonly [Key in keyof T]?: T[Key] | null | undefined },
): T | undefined {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  // The cast holds because only undefined members are dropped.
  return given.length === 0 ? undefined : (Object.fromEntries(given) as T);
}
