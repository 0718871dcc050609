import { isJsonObject, type JsonObject, type JsonValue } from "./json.js";

/** A schema that clients accept; or what is wrong with it, when no valid schema means the same. */
export type ReadSchema = { readonly schema: JsonObject } | { readonly problem: string };

/** A root that means the same as an object, and is written in another way. */
function isObjectType(type: JsonValue | undefined): boolean {
  if (type === undefined || type === null) return true;
  if (Array.isArray(type)) return type.includes("object");
  return typeof type === "string" && type.toLowerCase() === "object";
}

/** Some languages know only one empty list for both `[]` and `{}`. */
const isEmptyList = (value: JsonValue | undefined) => Array.isArray(value) && value.length === 0;

/**
 * An input schema with a root that every client takes: arguments are always an object, so that a root
 * which does not say so, or says it in another way, means the same as one that does.
 */
export function readInputSchema(given: JsonValue | undefined): ReadSchema {
  if (given === undefined || given === null || given === true || isEmptyList(given))
    return { schema: { type: "object" } };
  if (!isJsonObject(given)) return { problem: "is not a JSON schema" };
  const { type } = given;
  if (!isObjectType(type)) return { problem: `has the type ${written(type)}` };
  const properties = readProperties(given.properties);
  if (properties === "unreadable") return { problem: "has properties that are not schemas" };
  const required = readRequired(given.required);
  if (required === "unreadable") return { problem: "has a `required` that is not a list of names" };
  return {
    schema: withMembers(given, {
      type: "object",
      properties,
      required,
      $schema: typeof given.$schema === "string" ? given.$schema : undefined,
    }),
  };
}

function readProperties(given: JsonValue | undefined): JsonObject | "unreadable" | undefined {
  if (given === undefined || given === null) return undefined;
  if (isEmptyList(given)) return {};
  if (!isJsonObject(given)) return "unreadable";
  const read = Object.entries(given).map(([name, schema]) => [name, asSchema(schema)] as const);
  if (read.some(([, schema]) => schema === undefined)) return "unreadable";
  return withMembers(given, Object.fromEntries(read));
}

/** A boolean is a schema too, and can be written as an object: `true` allows anything, and `false` nothing. */
function asSchema(schema: JsonValue): JsonObject | undefined {
  if (schema === true || schema === null || isEmptyList(schema)) return {};
  if (schema === false) return { not: {} };
  return isJsonObject(schema) ? schema : undefined;
}

function readRequired(given: JsonValue | undefined): JsonValue | "unreadable" | undefined {
  if (given === undefined || given === null || given === false) return undefined;
  // Some languages write a list with gaps as an object with numbers for names.
  const isNumbered = isJsonObject(given) && Object.keys(given).every((key) => /^\d+$/.test(key));
  const names = isNumbered ? Object.values(given) : given;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    return "unreadable";
  return names;
}

/** A copy with other members; those that are undefined are left out. The same object when nothing differs. */
export function withMembers(
  given: JsonObject,
  members: { readonly [name: string]: JsonValue | undefined },
): JsonObject {
  const isSame = ([name, value]: [string, JsonValue | undefined]) =>
    Object.hasOwn(given, name) ? given[name] === value : value === undefined;
  if (Object.entries(members).every(isSame)) return given;
  const kept = Object.entries({ ...given, ...members });
  return Object.fromEntries(
    kept.filter((member): member is [string, JsonValue] => member[1] !== undefined),
  );
}

/** A value of a server's in a sentence of the hub's. */
export function written(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length <= 40 ? plain : `${plain.slice(0, 40)}...`;
}
