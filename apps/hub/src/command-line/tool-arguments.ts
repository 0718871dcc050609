import { nearestName } from "@hub/core/environment";
import { CommandError } from "./command-error.js";
import {
  isObject,
  type Parameter,
  parametersOf,
  parameterText,
  type Schema,
  typeOfValue,
  typesOf,
} from "./tool-schema.js";

export type ToolArguments = Readonly<Record<string, unknown>>;

const wrong = (message: string) => new CommandError("usage", message);

/** @throws CommandError unless it is the text of a JSON object. */
export function parseJsonObject(text: string, source: string): ToolArguments {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(
      `${source} is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (!isObject(value))
    throw wrong(
      `${source} must be a JSON object, as {"city": "Bergen"}, and is ${typeOfValue(value)}.`,
    );
  return value;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Whether a value, as JSON wrote it, is of one of these types. */
function isOfType(value: unknown, types: readonly string[]): boolean {
  const type = typeOfValue(value);
  return types.includes(type) || (Number.isInteger(value) && types.includes("integer"));
}

/** Reads the text of a value as what the schema of its parameter wants. */
function readValue(key: string, text: string, schema: Schema | undefined): unknown {
  const types = schema === undefined ? [] : typesOf(schema);
  const parsed = parseJson(text);
  if (types.length === 0) return parsed === undefined ? text : parsed.value;
  // What may be text is text, unless it is written as something else that it may be too.
  const others = types.filter((type) => type !== "string");
  if (parsed !== undefined && isOfType(parsed.value, others)) return parsed.value;
  if (types.includes("string")) return text;
  if (types.includes("array")) {
    const items = isObject(schema?.items) ? schema.items : undefined;
    return [readValue(key, text, items)];
  }
  const example = types.includes("object") ? ', as {"a": 1}' : "";
  throw wrong(
    `${key} must be ${types.join(" or ")}${example}, and ${JSON.stringify(text)} is not.`,
  );
}

function readPair(word: string): readonly [key: string, text: string, isJson: boolean] {
  const match = /^([^=]+?)(:?=)([\s\S]*)$/.exec(word);
  const [, key, sign, text] = match ?? [];
  if (key === undefined || text === undefined)
    throw wrong(`${JSON.stringify(word)} is no argument: write key=value, or one JSON object.`);
  return [key, text, sign === ":="];
}

/** A key that the tool does not have is a slip, unless its schema says that it takes others too. */
function assertKnown(key: string, parameters: readonly Parameter[], inputSchema: unknown): void {
  const names = parameters.map(({ name }) => name);
  const others = isObject(inputSchema) ? inputSchema.additionalProperties : undefined;
  const isClosed = others === false || (others === undefined && names.length > 0);
  if (names.includes(key) || !isClosed) return;
  const nearest = nearestName(key, names);
  const takes = names.length === 0 ? "It takes none" : `It takes ${names.join(", ")}`;
  const advice = nearest === undefined ? takes : `The nearest is ${nearest}`;
  throw wrong(`The tool has no argument ${JSON.stringify(key)}. ${advice}.`);
}

/**
 * The arguments of a call from what was typed: one JSON object, or `key=value`, where the schema of the tool
 * says what a value is, and `key:=value` is JSON in any case. A key that is given several times is a list.
 * @throws CommandError for what the tool cannot take.
 */
export function readToolArguments(words: readonly string[], inputSchema: unknown): ToolArguments {
  const [first, ...others] = words;
  if (first?.trimStart().startsWith("{")) {
    if (others.length === 0) return parseJsonObject(first, "The argument");
    throw wrong("Behind one JSON object there can be no other arguments.");
  }
  const parameters = parametersOf(inputSchema);
  const given = new Map<string, unknown>();
  for (const word of words) {
    const [key, text, isJson] = readPair(word);
    assertKnown(key, parameters, inputSchema);
    const schema = parameters.find(({ name }) => name === key)?.schema;
    const parsed = isJson ? parseJson(text) : { value: readValue(key, text, schema) };
    if (parsed === undefined)
      throw wrong(`${key}:= takes JSON, and ${JSON.stringify(text)} is none.`);
    const { value } = parsed;
    if (!given.has(key)) {
      given.set(key, value);
      continue;
    }
    const before = given.get(key);
    const list: readonly unknown[] = Array.isArray(before) ? before : [before];
    given.set(key, list.concat(value));
  }
  return Object.fromEntries(given);
}

/** @throws CommandError, which names them all, when required arguments are missing. */
export function assertComplete(given: ToolArguments, inputSchema: unknown, tool: string): void {
  const missing = parametersOf(inputSchema).filter(
    ({ name, isRequired }) => isRequired && !Object.hasOwn(given, name),
  );
  if (missing.length === 0) return;
  throw wrong(
    `${tool} needs ${missing.map(parameterText).join(", ")}. Give them as ${missing[0]?.name}=value, or as one JSON object.`,
  );
}
