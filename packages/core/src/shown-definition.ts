import { isJsonObject, type JsonObject, type JsonValue } from "./json.js";
import { isCompilable } from "./output-schema.js";
import { readInputSchema, withMembers, written } from "./readable-schema.js";
import type { CapabilityKind } from "./snapshot.js";

/** What is wrong with a definition, and how its server can fix it. Each is a sentence without its end. */
export type Flaw = { readonly reason: string; readonly mend: string };

/** A definition that every client can read, with what the hub had to correct in it; or why there is none. */
export type Shown =
  | { readonly definition: JsonObject; readonly mends: readonly Flaw[] }
  | { readonly definition?: undefined; readonly flaw: Flaw };

/** Thrown when a definition cannot be corrected without a change of its meaning. */
class Unusable extends Error {
  constructor(readonly flaw: Flaw) {
    super(flaw.reason);
  }
}

/** What a member must be. `read`: the value, another that means the same, or undefined to leave it out. */
type Rule = {
  readonly expected: string;
  readonly read: (value: JsonValue, whole: JsonObject) => JsonValue | undefined;
};
type Rules = { readonly [member: string]: Rule };

const keepIf = (expected: string, isGood: (value: JsonValue) => boolean): Rule => ({
  expected,
  read: (value) => (isGood(value) ? value : undefined),
});

const text = keepIf("a text", (value) => typeof value === "string");
const flag = keepIf("true or false", (value) => typeof value === "boolean");
const number = keepIf("a number", Number.isFinite);
const object = keepIf("an object", isJsonObject);
const oneOf = (...values: readonly string[]) =>
  keepIf(`one of ${values.join(", ")}`, (value) => values.some((one) => one === value));

/** An object whose known members keep to rules; what breaks one is left out of it. */
function shape(rules: Rules): Rule {
  return {
    expected: "an object as MCP defines it",
    read: (value) => (isJsonObject(value) ? withRules(value, rules).kept : undefined),
  };
}

/** A list without the elements that are none of its own. */
function listOf(rule: Rule, isWhole: (element: JsonValue) => boolean = () => true): Rule {
  return {
    expected: `a list, each element ${rule.expected}`,
    read(value, whole) {
      if (!Array.isArray(value)) return undefined;
      const kept = value.flatMap((one: JsonValue) => {
        const element = rule.read(one, whole);
        return element !== undefined && isWhole(element) ? [element] : [];
      });
      const isSame = kept.length === value.length && kept.every((one, at) => one === value[at]);
      return isSame ? value : kept;
    },
  };
}

const icons = listOf(
  shape({ src: text, mimeType: text, sizes: listOf(text), theme: oneOf("light", "dark") }),
  (icon) => isJsonObject(icon) && icon.src !== undefined,
);

const instant = keepIf("an instant such as 2026-01-31T12:00:00Z", isInstant);

const annotations = shape({
  audience: listOf(oneOf("user", "assistant")),
  priority: keepIf(
    "a number from 0 to 1",
    (value) => typeof value === "number" && value >= 0 && value <= 1,
  ),
  lastModified: instant,
});

const inputSchema: Rule = {
  expected: 'a JSON schema with the type "object"',
  read(value) {
    const read = readInputSchema(value);
    if ("schema" in read) return read.schema;
    throw new Unusable({
      reason: `its inputSchema ${read.problem}`,
      mend: 'Give it an inputSchema of type "object" that says which arguments it takes',
    });
  },
};

const outputSchema: Rule = {
  expected: 'a JSON schema with the type "object" that validators can compile',
  read(value) {
    // What a result is may be anything: a root that names no type means an object only with properties.
    const { type, properties } = isJsonObject(value) ? value : {};
    if (type !== "object" && (type !== undefined || !isJsonObject(properties))) return undefined;
    const read = readInputSchema(value);
    return "schema" in read && isCompilable(read.schema) ? read.schema : undefined;
  },
};

/** What a resource is called: for people, so that its title or URI serves as well. */
const resourceName: Rule = {
  expected: "a text",
  read: (value, { title, uri, uriTemplate }) =>
    [value, title, uri, uriTemplate].find((one) => typeof one === "string"),
};

/** Clients that read it as a URL refuse the whole list for one that is none by itself. */
const resourceUri: Rule = {
  expected: "an absolute URI",
  read(value) {
    if (typeof value === "string" && URL.canParse(value)) return value;
    throw new Unusable({
      reason: "its uri is no absolute URI, for which Python clients refuse the whole list",
      mend: "Give it a URI with a scheme, such as file:///notes.txt or notes://today",
    });
  },
};

const promptArguments: Rule = {
  expected: "a list of arguments with names",
  read(value) {
    if (value === null || (isJsonObject(value) && Object.keys(value).length === 0))
      return undefined;
    if (Array.isArray(value)) {
      const read = value.map(promptArgument);
      return read.every((one, at) => one === value[at]) ? value : read;
    }
    throw new Unusable(unnamedArguments);
  },
};

const unnamedArguments: Flaw = {
  reason: "its arguments are not a list of objects with a name",
  mend: 'Give each argument as {"name": ..., "description": ..., "required": true or false}',
};

/** What is required is never left out for its spelling. */
const spelledFlag: Rule = {
  expected: "true or false",
  read(value) {
    if (value === null) return undefined;
    if (typeof value === "boolean") return value;
    if (value === "true" || value === 1) return true;
    if (value === "false" || value === 0) return false;
    throw new Unusable({
      reason: `an argument of it has \`required\` as ${written(value)}`,
      mend: "Set `required` to true or false",
    });
  },
};

const argumentRules: Rules = { title: text, description: text, required: spelledFlag };

function promptArgument(value: JsonValue): JsonValue {
  if (!isJsonObject(value) || typeof value.name !== "string") throw new Unusable(unnamedArguments);
  return withRules(value, argumentRules).kept;
}

const common: Rules = { title: text, description: text, icons, _meta: object };
const located: Rules = { name: resourceName, ...common, mimeType: text, annotations };

const rules: { readonly [kind in CapabilityKind]: Rules } = {
  tools: {
    inputSchema,
    ...common,
    outputSchema,
    annotations: shape({
      title: text,
      readOnlyHint: flag,
      destructiveHint: flag,
      idempotentHint: flag,
      openWorldHint: flag,
    }),
    execution: shape({ taskSupport: oneOf("required", "optional", "forbidden") }),
  },
  resources: { uri: resourceUri, ...located, size: number },
  resourceTemplates: located,
  prompts: { ...common, arguments: promptArguments },
};

/** The members that every client needs. All others may be missing. */
const needed: ReadonlySet<Rule> = new Set([inputSchema, resourceName]);

/**
 * Reads a definition so that it can be part of a list. Many clients refuse a whole list when one definition
 * in it breaks the schema of MCP. The hub therefore corrects a definition where this does not change its
 * meaning, and shows no definition that it cannot correct. A valid definition is returned unchanged.
 */
export function shownDefinition(kind: CapabilityKind, definition: JsonObject): Shown {
  try {
    const { kept, mends } = withRules(definition, rules[kind]);
    return { definition: kept, mends };
  } catch (error) {
    if (error instanceof Unusable) return { flaw: error.flaw };
    throw error;
  }
}

function withRules(
  given: JsonObject,
  rules: Rules,
): { readonly kept: JsonObject; readonly mends: readonly Flaw[] } {
  const mended: Record<string, JsonValue | undefined> = {};
  const mends: Flaw[] = [];
  for (const [member, rule] of Object.entries(rules)) {
    const value = given[member];
    if (value === undefined && !needed.has(rule)) continue;
    const kept = rule.read(value ?? null, given);
    if (kept === value) continue;
    mended[member] = kept;
    mends.push({
      reason: `its ${member} is ${written(value)}`,
      mend: `Expected ${rule.expected}${needed.has(rule) ? "" : ", or nothing at all"}`,
    });
  }
  return mends.length === 0 ? { kept: given, mends } : { kept: withMembers(given, mended), mends };
}

const mostDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isInstant(value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
      value,
    );
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !isLeap) return false;
  return day >= 1 && day <= (mostDays[month - 1] ?? 0);
}
