import { hubSettings, nearestName } from "@hub/core/environment";
import type { ArgumentDeclaration, Command, GivenWords, OptionDeclaration } from "./command.js";
import { nearestNames } from "./nearest.js";

/** What every command takes. */
export const commonOptions = {
  json: { summary: "answer in JSON; errors as one JSON line on stderr" },
  help: { summary: "say what the command does", short: "h" },
  version: { summary: "say which version this is", short: "v" },
} as const satisfies Readonly<Record<string, OptionDeclaration>>;

/** What every command that asks a hub takes. */
export const hubOption = {
  hub: {
    summary: "the hub to ask (default: MCP_HUB_URL, else this machine's at MCP_HUB_PORT or 8001)",
    value: "url",
  },
} as const satisfies Readonly<Record<string, OptionDeclaration>>;

export type OptionsByName = Readonly<Record<string, OptionDeclaration>>;
type Value = GivenWords["options"][string];

/** What was typed for one command. */
export type ParsedWords =
  | ({ readonly ok: true } & GivenWords)
  | { readonly ok: false; readonly problems: readonly string[] };

/** A word that is an option: `-` alone is none, it stands for stdin. */
export const isOption = (word: string) => word.startsWith("-") && word !== "-";

type Option = { readonly name: string; readonly declared: OptionDeclaration };

function optionOf(word: string, options: OptionsByName): Option | undefined {
  const [key = ""] = word.split("=");
  const name = key.startsWith("--")
    ? key.slice(2)
    : Object.keys(options).find((one) => options[one]?.short === key.slice(1));
  const declared = name !== undefined && Object.hasOwn(options, name) ? options[name] : undefined;
  return name === undefined || declared === undefined ? undefined : { name, declared };
}

/** What is wrong with a value, or undefined. */
function valueProblem(
  word: string,
  value: string,
  declared: OptionDeclaration | ArgumentDeclaration,
): string | undefined {
  const { choices } = declared;
  if (choices !== undefined && !choices.includes(value)) {
    const nearest = nearestNames(value, choices);
    const advice =
      nearest.length === 0 ? `one of ${choices.join(", ")}` : `perhaps ${nearest.join(" or ")}`;
    return `${word} cannot be ${JSON.stringify(value)}: ${advice}.`;
  }
  const number = "number" in declared ? declared.number : undefined;
  if (number === undefined) return undefined;
  const isInRange =
    /^\d{1,15}$/.test(value) && Number(value) >= number.least && Number(value) <= number.most;
  return isInRange
    ? undefined
    : `${word} takes a whole number, ${number.least}-${number.most}, and got ${JSON.stringify(value)}.`;
}

/** The error for an option that nobody knows, with what it may have been meant for. */
function unknownOption(word: string, options: OptionsByName, readsSettings: boolean): string {
  const known = Object.keys(options).map((name) => `--${name}`);
  const nearest = nearestName(word, readsSettings ? [...known, ...hubSettings] : known);
  const advice =
    nearest === undefined
      ? `It takes ${known.join(", ")}`
      : known.includes(nearest)
        ? `The nearest option is ${nearest}`
        : `Set ${nearest} in the environment instead`;
  return `MCP Hub does not know ${JSON.stringify(word)}. ${advice}.`;
}

/** Reads options until `--`, and leaves the other words, in their order. */
function readOptions(words: readonly string[], options: OptionsByName, readsSettings: boolean) {
  const problems: string[] = [];
  const rest: string[] = [];
  const values = new Map<string, Value>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!isOption(word)) {
      rest.push(word);
      continue;
    }
    const option = optionOf(word, options);
    if (option === undefined) {
      problems.push(unknownOption(word, options, readsSettings));
      continue;
    }
    const { name, declared } = option;
    const equals = word.indexOf("=");
    const key = equals < 0 ? word : word.slice(0, equals);
    if (declared.value === undefined) {
      if (equals >= 0) problems.push(`${key} takes no value.`);
      values.set(name, true);
      continue;
    }
    const value = equals >= 0 ? word.slice(equals + 1) : words[++at];
    if (value === undefined || value === "") {
      problems.push(`${key} needs a value: <${declared.value}>, ${declared.summary}.`);
      continue;
    }
    const problem = valueProblem(key, value, declared);
    if (problem !== undefined) problems.push(problem);
    const before = values.get(name);
    if (declared.isRepeatable) values.set(name, [...(Array.isArray(before) ? before : []), value]);
    else if (before !== undefined) problems.push(`${key} can be given only once.`);
    else values.set(name, declared.number === undefined ? value : Number(value));
  }
  return { problems, rest, values };
}

function readArguments(words: readonly string[], command: Pick<Command, "args">) {
  const problems: string[] = [];
  const args: Record<string, string | readonly string[] | undefined> = {};
  let rest = words;
  for (const [name, declared] of Object.entries(command.args ?? {})) {
    const taken = declared.isRepeatable ? rest : rest.slice(0, 1);
    rest = rest.slice(taken.length);
    if (taken.length === 0 && !declared.isOptional)
      problems.push(`<${name}> is missing: ${declared.summary}.`);
    for (const word of taken) {
      const problem = valueProblem(`<${name}>`, word, declared);
      if (problem !== undefined) problems.push(problem);
    }
    args[name] = declared.isRepeatable ? taken : taken[0];
  }
  problems.push(...rest.map((word) => `MCP Hub does not know ${JSON.stringify(word)} here.`));
  return { problems, args };
}

/** Every option of a command, those that all commands take at the end. */
export function optionsOf(command: Pick<Command, "options">, asksHub: boolean): OptionsByName {
  return { ...command.options, ...(asksHub ? hubOption : {}), ...commonOptions };
}

/**
 * Reads what was typed behind the name of a command, and says everything that is wrong with it at once.
 * Options may stand anywhere before `--`. With `--help` or `--version` nothing else is judged.
 */
export function parseWords(
  command: Pick<Command, "args" | "options" | "readsSettings">,
  asksHub: boolean,
  words: readonly string[],
): ParsedWords {
  const known = optionsOf(command, asksHub);
  const read = readOptions(words, known, command.readsSettings === true);
  const { args, problems } = readArguments(read.rest, command);
  const options: Record<string, Value> = {};
  for (const [name, declared] of Object.entries(known)) {
    const absent = declared.isRepeatable ? [] : declared.value === undefined ? false : undefined;
    options[name] = read.values.get(name) ?? absent;
  }
  const all = [...read.problems, ...problems];
  const isJudged = options.help !== true && options.version !== true;
  return isJudged && all.length > 0 ? { ok: false, problems: all } : { ok: true, args, options };
}
