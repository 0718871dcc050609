import type { ChangedItem } from "@hub/api";
import { isRecord, textOf } from "./definition.js";

/** What a change means for those who call. `breaks` is worse than `choice`, which is worse than `fine`. */
export type Meaning = {
  readonly level: "breaks" | "choice" | "fine";
  /** A sentence. */
  readonly text: string;
};

type Schema = Readonly<Record<string, unknown>>;

const levels = ["breaks", "choice", "fine"] as const;

const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(", ");
const many = (names: readonly string[], one: string, several: string) =>
  names.length === 1 ? one : several;

/** What came of a tool, resource, template or prompt, for those who call it; the worst first. */
export function meaningsOf(
  item: Pick<ChangedItem, "change" | "kind" | "before" | "after" | "isCut">,
): readonly Meaning[] {
  const { change, kind, before = {}, after = {} } = item;
  if (change === "removed")
    return [{ level: "breaks", text: "It is gone: calls to it fail from now on." }];
  if (change === "added") return [{ level: "fine", text: "New: nobody called it before." }];
  if (item.isCut === true)
    return [{ level: "choice", text: "What changed is not known: its definition is too large." }];
  const found = [
    ...(kind === "tools" ? inputMeanings(before.inputSchema, after.inputSchema) : []),
    ...(kind === "prompts" ? promptMeanings(before.arguments, after.arguments) : []),
    ...(kind === "tools" ? outputMeanings(before, after) : []),
    ...hintMeanings(before.annotations, after.annotations),
    ...wordMeanings(before, after),
  ];
  if (found.length === 0) return [{ level: "fine", text: "Callers do not notice." }];
  return levels.flatMap((level) => found.filter((one) => one.level === level));
}

/** The worst of some meanings; undefined when there is none. */
export function worstOf(meanings: readonly Meaning[]): Meaning["level"] | undefined {
  return levels.find((level) => meanings.some((one) => one.level === level));
}

const schemaOf = (value: unknown): Schema => (isRecord(value) ? value : {});
const partsOf = (schema: Schema): Schema => schemaOf(schema.properties);
const requiredOf = ({ required }: Schema): readonly string[] =>
  Array.isArray(required) ? required.filter((one) => typeof one === "string") : [];

function inputMeanings(one: unknown, other: unknown): readonly Meaning[] {
  const [before, after] = [schemaOf(one), schemaOf(other)];
  return argumentMeanings(
    { parts: partsOf(before), required: requiredOf(before) },
    { parts: partsOf(after), required: requiredOf(after) },
  );
}

function promptMeanings(one: unknown, other: unknown): readonly Meaning[] {
  const read = (value: unknown) => {
    const all = (Array.isArray(value) ? value : []).filter(isRecord);
    const named = all.flatMap((each) => {
      const name = textOf(each.name);
      return name === undefined ? [] : [{ name, isRequired: each.required === true }];
    });
    return {
      parts: Object.fromEntries(named.map(({ name }) => [name, {}])),
      required: named.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    };
  };
  return argumentMeanings(read(one), read(other));
}

type Arguments = { readonly parts: Schema; readonly required: readonly string[] };

function argumentMeanings(before: Arguments, after: Arguments): readonly Meaning[] {
  const [old, now] = [before.parts, after.parts];
  const had = (name: string) => Object.hasOwn(old, name);
  const has = (name: string) => Object.hasOwn(now, name);
  const demanded = after.required.filter((name) => !before.required.includes(name));
  const addedRequired = demanded.filter((name) => !had(name));
  const nowRequired = demanded.filter(had);
  const gone = Object.keys(old).filter((name) => !has(name));
  const added = Object.keys(now).filter((name) => !had(name) && !addedRequired.includes(name));
  const eased = before.required.filter((name) => has(name) && !after.required.includes(name));
  const meanings: Meaning[] = [];
  const say = (names: readonly string[], level: Meaning["level"], one: string, several: string) => {
    if (names.length > 0)
      meanings.push({ level, text: `${quoted(names)} ${many(names, one, several)}` });
  };
  const failing = "calls without it fail.";
  say(
    addedRequired,
    "breaks",
    `is a new required argument: ${failing}`,
    "are new required arguments: calls without them fail.",
  );
  say(
    nowRequired,
    "breaks",
    `is required now: ${failing}`,
    "are required now: calls without them fail.",
  );
  say(
    gone,
    "breaks",
    "is no argument any more: calls with it may fail.",
    "are no arguments any more: calls with them may fail.",
  );
  for (const name of Object.keys(old).filter(has))
    meanings.push(...valueMeanings(name, schemaOf(old[name]), schemaOf(now[name])));
  say(
    added,
    "fine",
    "is a new optional argument: calls go on as before.",
    "are new optional arguments: calls go on as before.",
  );
  say(eased, "fine", "need not be given any more.", "need not be given any more.");
  return meanings;
}

function valueMeanings(name: string, before: Schema, after: Schema): readonly Meaning[] {
  const meanings: Meaning[] = [];
  const [type, newType] = [typeText(before), typeText(after)];
  if (type !== newType)
    meanings.push({
      level: "breaks",
      text: `“${name}” is ${newType} where it was ${type}: calls that send the old type fail.`,
    });
  const gone = listOf(before.enum).filter((one) => !listOf(after.enum).includes(one));
  if (Array.isArray(after.enum) && gone.length > 0)
    meanings.push({
      level: "breaks",
      text: `“${name}” no longer takes ${gone.join(", ")}.`,
    });
  else if (Array.isArray(after.enum) && !Array.isArray(before.enum))
    meanings.push({ level: "breaks", text: `“${name}” takes only some values now.` });
  if (isTighter(before, after))
    meanings.push({ level: "breaks", text: `“${name}” has narrower limits: some calls fail.` });
  if (JSON.stringify(before.default) !== JSON.stringify(after.default))
    meanings.push({
      level: "choice",
      text: `“${name}” has another default: calls without it do something else.`,
    });
  if (before.description !== after.description)
    meanings.push({
      level: "choice",
      text: `“${name}” is described in other words: models may fill it in differently.`,
    });
  return meanings;
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [];

const typeText = ({ type }: Schema) =>
  Array.isArray(type) ? [...type].sort().join(" or ") : (textOf(type) ?? "of any type");

function isTighter(before: Schema, after: Schema): boolean {
  const is = (key: string, isWorse: (one: number, other: number) => boolean) => {
    const [one, other] = [before[key], after[key]];
    if (typeof other !== "number") return false;
    return typeof one !== "number" || isWorse(one, other);
  };
  const rises = (one: number, other: number) => other > one;
  const falls = (one: number, other: number) => other < one;
  return (
    ["minimum", "exclusiveMinimum", "minLength", "minItems"].some((key) => is(key, rises)) ||
    ["maximum", "exclusiveMaximum", "maxLength", "maxItems"].some((key) => is(key, falls)) ||
    (typeof after.pattern === "string" && after.pattern !== before.pattern)
  );
}

function outputMeanings(before: Schema, after: Schema): readonly Meaning[] {
  const [one, other] = [before.outputSchema, after.outputSchema];
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (other === undefined)
    return [
      {
        level: "breaks",
        text: "Its result is not promised any more: programs that read it may fail.",
      },
    ];
  if (one === undefined) return [{ level: "fine", text: "Its result has a schema now." }];
  const [old, now] = [partsOf(schemaOf(one)), partsOf(schemaOf(other))];
  const gone = Object.keys(old).filter((name) => !Object.hasOwn(now, name));
  if (gone.length > 0)
    return [
      {
        level: "breaks",
        text: `${quoted(gone)} ${many(gone, "is", "are")} not in its result any more.`,
      },
    ];
  return [
    {
      level: "choice",
      text: "Its result looks different: programs that read it should be checked.",
    },
  ];
}

function hintMeanings(one: unknown, other: unknown): readonly Meaning[] {
  const [before, after] = [schemaOf(one), schemaOf(other)];
  const is = (hints: Schema, name: string, otherwise: boolean) =>
    (hints[name] ?? otherwise) === true;
  const meanings: Meaning[] = [];
  const wasReadOnly = is(before, "readOnlyHint", false);
  const isReadOnly = is(after, "readOnlyHint", false);
  if (wasReadOnly && !isReadOnly)
    meanings.push({
      level: "choice",
      text: "It may change things now: clients may ask before each call.",
    });
  if (!wasReadOnly && isReadOnly)
    meanings.push({ level: "fine", text: "It only reads now: clients may ask less." });
  if (!isReadOnly && is(after, "destructiveHint", true) && before.destructiveHint === false)
    meanings.push({
      level: "choice",
      text: "It may destroy things now: clients may ask before each call.",
    });
  return meanings;
}

function wordMeanings(before: Schema, after: Schema): readonly Meaning[] {
  const meanings: Meaning[] = [];
  if (before.description !== after.description)
    meanings.push({
      level: "choice",
      text: "Its description changed: models may choose it differently.",
    });
  if (before.title !== after.title)
    meanings.push({ level: "fine", text: "Its title changed: people see another one." });
  return meanings;
}
