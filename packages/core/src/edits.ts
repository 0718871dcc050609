import { z } from "zod";
import { linkSchema } from "./endpoint.js";
import type { EntryRecord } from "./entry.js";
import { HubError } from "./errors.js";
import { expected, fieldsError, line, prose, shownValue, text } from "./fields.js";
import { canonicalJson } from "./json.js";
import { type Profile, tagsSchema } from "./profile.js";

export const lifecycles = ["experimental", "production", "deprecated"] as const;

/** No limit for one server is longer than a call may take in all. */
export const longestCallMs = 15 * 60_000;
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
 * A change of what an operator says of a server, beside what it says of itself. What is left out stays as
 * it was; null takes it back.
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

export type EditChange = z.output<typeof editSchema>;

export type EditInput = z.input<typeof editSchema>;

type Values = { readonly [Field in keyof EditChange]?: NonNullable<EditChange[Field]> };

/** What an operator says of a server. It wins over what the server says, and stays when that registers again. */
export type Edits = Omit<Values, "toolTimeoutsMs"> & {
  readonly toolTimeoutsMs?: Readonly<Record<string, number>>;
};

/** What people see of a server: its own words, and those of an operator over them. */
export type ShownProfile = Profile &
  Pick<Edits, "documentation" | "onCall" | "lifecycle" | "replacedBy">;

/** What is said after a change; undefined when that is nothing. Throws INVALID_REQUEST for too many tools. */
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
  // Not hidden is what a server is anyway.
  return said<Edits>({
    ...rest,
    toolTimeoutsMs: tools,
    hidden: hidden === true ? true : undefined,
  });
}

/** The names of what differs between two. */
export function changedEdits(before: Edits = {}, after: Edits = {}): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Edits>;
  const jsonOf = (value: Edits[keyof Edits]) =>
    value === undefined ? "" : canonicalJson(JSON.parse(JSON.stringify(value)));
  return [...fields].filter((field) => jsonOf(before[field]) !== jsonOf(after[field])).sort();
}

export function shownProfile({ profile, edits }: EntryRecord): ShownProfile {
  if (edits === undefined) return profile;
  const { hidden, callTimeoutMs, toolTimeoutsMs, maxInFlight, ...words } = edits;
  const { description, ...shown } = { ...profile, ...words };
  // An operator may also say that there is nothing to say.
  return description === undefined || description === "" ? shown : { ...shown, description };
}

export function isHidden({ edits }: EntryRecord): boolean {
  return edits?.hidden === true;
}

/** Without what is not said; undefined when nothing is. */
function said<T extends object>(
  values: { readonly [Key in keyof T]?: T[Key] | null | undefined },
): T | undefined {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  // Only what is not said is dropped, and the type says exactly that.
  return given.length === 0 ? undefined : (Object.fromEntries(given) as T);
}
