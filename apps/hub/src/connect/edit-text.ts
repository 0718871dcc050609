import { isDeepStrictEqual } from "node:util";
import { memberOf, type Place } from "./entry.js";
import { putInJson, readFromJson, removeFromJson } from "./json-edit.js";
import { commentsOf, jsonValue, readJson } from "./json-text.js";
import { EditRefused } from "./refusal.js";
import { putInToml, readFromToml, removeFromToml, tomlValue } from "./toml-edit.js";
import { tomlComments } from "./toml-scan.js";
import { putInYaml, readFromYaml, removeFromYaml, yamlComments, yamlValue } from "./yaml-edit.js";

/** What the file of a client is written in. JSON may have comments and commas at the end. */
export type FileFormat = "json" | "toml" | "yaml";

type Editor = {
  readonly put: (text: string, place: Place) => string;
  readonly remove: (text: string, place: Place) => string;
  readonly read: (text: string, place: Place) => unknown;
  /** Throws `EditRefused` for a text that is broken. */
  readonly value: (text: string) => unknown;
  readonly comments: (text: string) => readonly string[];
};

const editors: Readonly<Record<FileFormat, Editor>> = {
  json: {
    put: putInJson,
    remove: removeFromJson,
    read: readFromJson,
    value: (text) => {
      readJson(text);
      return jsonValue(text);
    },
    comments: commentsOf,
  },
  toml: {
    put: putInToml,
    remove: removeFromToml,
    read: readFromToml,
    value: tomlValue,
    comments: tomlComments,
  },
  yaml: {
    put: putInYaml,
    remove: removeFromYaml,
    read: readFromYaml,
    value: yamlValue,
    comments: yamlComments,
  },
};

const byteOrderMark = "\ufeff";

/** What stands at a place of a text; undefined for nothing. */
export function readPlace(text: string, format: FileFormat, place: Place): unknown {
  return editors[format].read(withoutMark(text), place);
}

/**
 * The text with entries in their places. Everything else of it is the same, byte by byte: comments, other
 * entries, order, line ends, a byte order mark. Throws `EditRefused` where that cannot be promised; the
 * result was read again and compared before it is returned.
 */
export function putPlaces(text: string, format: FileFormat, places: readonly Place[]): string {
  return checked(text, format, places, editors[format].put);
}

/** The text without those entries. Everything else is the same, as with `putPlaces`. */
export function removePlaces(text: string, format: FileFormat, places: readonly Place[]): string {
  return checked(text, format, places, editors[format].remove);
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function checked(
  given: string,
  format: FileFormat,
  places: readonly Place[],
  edit: (text: string, place: Place) => string,
): string {
  const text = withoutMark(given);
  const editor = editors[format];
  const before = editor.value(text);
  const edited = places.reduce((sofar, place) => edit(sofar, place), text);
  if (edited === text) return given;
  if (
    !isSameBut(places, before, valueAfter(editor, edited)) ||
    !areCommentsKept(editor, text, edited, places)
  )
    throw new EditRefused(
      "unclear",
      "It is written in a way that cannot be edited without a risk for the rest",
    );
  return given.slice(0, given.length - text.length) + edited;
}

/** A result that cannot be read is our fault, and not one of the file. */
function valueAfter(editor: Editor, text: string): unknown {
  try {
    return editor.value(text);
  } catch (error) {
    if (!(error instanceof EditRefused)) throw error;
    throw new EditRefused("unclear", `The change would break it (${error.message})`);
  }
}

function isSameBut(places: readonly Place[], before: unknown, after: unknown): boolean {
  const rest = (value: unknown) => places.reduce(without, value);
  return isDeepStrictEqual(rest(before), rest(after));
}

/** A value without what stands at a place, and without the objects and lists that are empty then. */
function without(value: unknown, place: Place): unknown {
  return withoutAt(value, place.path, place);
}

function withoutAt(value: unknown, path: readonly string[], place: Place): unknown {
  const [name, ...more] = path;
  if (name === undefined) {
    if (place.kind === "member" || !Array.isArray(value)) return undefined;
    const rest = value.filter((one) => memberOf(one, place.by) !== place.value[place.by]);
    return rest.length === 0 ? undefined : rest;
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return value;
  const members = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (key !== name) return [[key, one]];
    const rest = withoutAt(one, more, place);
    const isGone = rest === undefined || rest === null || isEmptyObject(rest);
    return isGone ? [] : [[key, rest]];
  });
  return Object.fromEntries(members);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Comments inside of an entry that is taken out, or whose member is, go with it; all others stay. */
function areCommentsKept(
  editor: Editor,
  before: string,
  after: string,
  places: readonly Place[],
): boolean {
  if (places.some((place) => editor.read(before, place) !== undefined)) return true;
  const left = [...editor.comments(after)];
  return editor.comments(before).every((comment) => {
    const at = left.indexOf(comment);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}
