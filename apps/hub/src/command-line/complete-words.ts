import type { HubClient } from "@hub/client";
import type { Environment } from "@hub/core/environment";
import { commands } from "../commands/index.js";
import type { ArgumentDeclaration, Command, Completes, OptionDeclaration } from "./command.js";
import { entriesBelow, findCommand } from "./find-command.js";
import { isOption, type OptionsByName, optionsOf } from "./parse-words.js";

/** Something that could stand at the cursor. */
interface Candidate {
  readonly word: string;
  readonly summary: string;
}

/** What could stand at the cursor; `files` and `folders` are those that the shell itself finds. */
export type Completion =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" | "folders" };

/** The hub has so long to say which names there are, in milliseconds: somebody is typing. */
const hubMs = 800;

const words = (candidates: readonly Candidate[]): Completion => ({ kind: "words", candidates });

function firstWords(before: readonly string[]): Completion {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const [group] = before;
  const within = group === undefined ? [] : entriesBelow(group);
  if (group !== undefined)
    return words(
      within.map(({ name, summary }) => ({ word: name.slice(group.length + 1), summary })),
    );
  const seen = new Set<string>();
  return words(
    shown.flatMap(({ name, summary }) => {
      const [word = name] = name.split(" ");
      if (seen.has(word)) return [];
      seen.add(word);
      const isGroup = name !== word;
      return [{ word, summary: isGroup ? `${entriesBelow(word).length} commands` : summary }];
    }),
  );
}

/** Reads the words before the cursor as far as they are whole. */
function readBefore(before: readonly string[], options: OptionsByName) {
  const positional: string[] = [];
  const values = new Map<string, string>();
  let open: OptionDeclaration | undefined;
  let isPastOptions = false;
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at] ?? "";
    if (word === "--") isPastOptions = true;
    else if (isPastOptions || !isOption(word)) positional.push(word);
    else {
      const [key = "", value] = word.split(/=(.*)/s);
      const name = key.startsWith("--")
        ? key.slice(2)
        : (Object.keys(options).find((one) => options[one]?.short === key.slice(1)) ?? "");
      const declared = Object.hasOwn(options, name) ? options[name] : undefined;
      if (declared?.value !== undefined && value === undefined) {
        if (at + 1 < before.length) values.set(name, before[++at] ?? "");
        else open = declared;
      } else values.set(name, value ?? "");
    }
  }
  return { positional, values, open, isPastOptions };
}

function argumentAt(command: Command, at: number): ArgumentDeclaration | undefined {
  const list = Object.values(command.args ?? {});
  const last = list.at(-1);
  return list[at] ?? (last?.isRepeatable ? last : undefined);
}

/** Names that a hub knows. A hub that says nothing in time has none. */
async function namesOf(
  completes: Completes,
  hub: HubClient,
  positional: readonly string[],
): Promise<readonly Candidate[]> {
  switch (completes) {
    case "servers":
    case "waiting": {
      const isWaiting = completes === "waiting";
      const servers = await hub.everyServer({
        hidden: true,
        ...(isWaiting ? { admission: ["waiting", "refused"] } : {}),
      });
      return servers.map(({ id, name, title, status }) => ({
        word: id,
        summary: `${title ?? name}, ${status}`,
      }));
    }
    case "tools": {
      const { everyPage } = await import("@hub/client");
      const server = positional[0] ?? "";
      const pages = await everyPage(hub, (cursor) => hub.serverTools(server, { cursor }));
      return pages
        .flatMap(({ tools }) => tools)
        .map(({ name, title }) => ({
          word: name,
          summary: typeof title === "string" ? title : "",
        }));
    }
    case "toolsets": {
      const { toolsets } = await hub.toolsets();
      return toolsets.map(({ id, name }) => ({ word: id, summary: name }));
    }
    case "tokens": {
      const { tokens } = await hub.tokens();
      return tokens.map(({ id, name }) => ({ word: id, summary: name }));
    }
    case "clients": {
      const { clients } = await hub.clients();
      return clients.map(({ id, title }) => ({ word: id, summary: title }));
    }
    default:
      return [];
  }
}

interface Asking {
  readonly environment: Environment;
  readonly hubGiven: string | undefined;
  readonly positional: readonly string[];
}

async function valuesOf(
  declared: ArgumentDeclaration | OptionDeclaration,
  { environment, hubGiven, positional }: Asking,
): Promise<Completion> {
  const { choices, completes } = declared;
  if (choices !== undefined) return words(choices.map((word) => ({ word, summary: "" })));
  if (completes === undefined) return words([]);
  if (completes === "files" || completes === "folders") return { kind: completes };
  if (completes === "commands") return firstWords(positional.slice(0, 1));
  try {
    const [{ HubClient, tokenOfEnvironment }, { hubAddress }] = await Promise.all([
      import("@hub/client"),
      import("./hub-address.js"),
    ]);
    const url = hubAddress(hubGiven, environment);
    const token = tokenOfEnvironment((name) => environment[name]);
    return words(
      await namesOf(completes, new HubClient({ url, token, timeoutMs: hubMs }), positional),
    );
  } catch {
    // Whoever types is not told of a hub that is away.
    return words([]);
  }
}

function optionCandidates(
  options: OptionsByName,
  values: ReadonlyMap<string, string>,
): readonly Candidate[] {
  return Object.entries(options)
    .filter(([name, { isRepeatable }]) => isRepeatable || !values.has(name))
    .map(([name, { summary }]) => ({ word: `--${name}`, summary }));
}

/** What begins with what is typed already; with `--status=u`, the whole word. */
function beginning(completion: Completion, current: string): Completion {
  if (completion.kind !== "words") return completion;
  return words(completion.candidates.filter(({ word }) => word.startsWith(current)));
}

async function candidatesAt(
  before: readonly string[],
  current: string,
  environment: Environment,
): Promise<Completion> {
  const found = findCommand(before);
  const names = before.filter((word) => !isOption(word));
  // Without a command the hub would be started: what is being typed is its name.
  const isNamed = names.length > 0 && found.ok && found.entry !== undefined;
  if (!isNamed) {
    if (!isOption(current)) return firstWords(names);
    return words(optionCandidates(optionsOf({}, true), new Map()));
  }
  const { command } = await found.entry.load();
  const options = optionsOf(command, found.entry.worksOn.includes("hub"));
  const { positional, values, open, isPastOptions } = readBefore(found.words, options);
  const asking = { environment, hubGiven: values.get("hub"), positional };
  if (open !== undefined) return valuesOf(open, asking);
  if (!isPastOptions && current.startsWith("-")) {
    const [key = "", value] = current.split(/=(.*)/s);
    const declared = value === undefined ? undefined : options[key.slice(2)];
    if (declared === undefined) return words(optionCandidates(options, values));
    const completion = await valuesOf(declared, asking);
    return completion.kind === "words"
      ? words(completion.candidates.map((one) => ({ ...one, word: `${key}=${one.word}` })))
      : completion;
  }
  const argument = argumentAt(command, positional.length);
  return argument === undefined ? words([]) : valuesOf(argument, asking);
}

/** What could stand at the cursor, which is in the last word. Never throws, and asks a hub only for its names. */
export async function completeWords(
  typed: readonly string[],
  environment: Environment,
): Promise<Completion> {
  const current = typed.at(-1) ?? "";
  return beginning(await candidatesAt(typed.slice(0, -1), current, environment), current);
}
