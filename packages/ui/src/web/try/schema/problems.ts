import { isInexactNumeral } from "./coerce.js";
import { Unreadable } from "./draft.js";
import { kindOf, requiredOf, shown } from "./kind.js";
import { isObject, isSame, listOf, numberOf, type Schema } from "./schema.js";
import { textProblem } from "./text-problem.js";

/** What is wrong with the field at a JSON pointer. */
export type FieldProblem = { readonly path: string; readonly message: string };

const mostDepth = 24;
/** Forms within forms multiply, so fewer of them are looked into. */
const unionDepth = 12;

/** The step from a value to one of its fields or entries, as a JSON pointer writes it. */
export const step = (path: string, key: string | number) =>
  `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * What keeps a value from being sent, as far as a form can tell. The server checks everything; what
 * a form does not know, such as `if` and `not`, it leaves to the server.
 */
export function problemsOf(
  given: Schema,
  root: Schema,
  value: unknown,
  isRequired = true,
  path = "",
  depth = 0,
): readonly FieldProblem[] {
  const say = (message: string) => [{ path, message }];
  if (value === undefined) return isRequired ? say("This field is required.") : [];
  if (value instanceof Unreadable) return say(value.problem);
  if (depth > mostDepth) return [];
  const schema = shown(given, root, isRequired);
  const kind = kindOf(schema, root);
  switch (kind.is) {
    case "text":
      return typeof value === "string"
        ? textProblem(schema, value).flatMap(say)
        : say("This must be a text.");
    case "number":
      return numberProblem(schema, kind.isInteger, value).flatMap(say);
    case "boolean":
      return typeof value === "boolean" ? [] : say("This must be true or false.");
    case "null":
      return value === null ? [] : say("This must be null.");
    case "choice":
      return kind.options.some((one) => isSame(one.value, value))
        ? []
        : say("Choose one of the values.");
    case "choices":
      if (!Array.isArray(value)) return say("This must be a list.");
      return value.every((one) => kind.options.some((option) => isSame(option.value, one)))
        ? lengthProblem(schema, value.length).flatMap(say)
        : say("Choose only values from the list.");
    case "list":
      if (!Array.isArray(value)) return say("This must be a list.");
      return [
        ...lengthProblem(schema, value.length).flatMap(say),
        ...value.flatMap((one, index) =>
          problemsOf(kind.items, root, one, true, step(path, index), depth + 1),
        ),
      ];
    case "object": {
      if (!isObject(value)) return say("This must be an object.");
      const required = requiredOf(schema);
      return kind.properties.flatMap(([name, one]) =>
        problemsOf(
          one,
          root,
          Object.hasOwn(value, name) ? value[name] : undefined,
          required.has(name),
          step(path, name),
          depth + 1,
        ),
      );
    }
    case "union": {
      const of = kind.variants.map((one) =>
        problemsOf(one, root, value, true, path, depth + unionDepth),
      );
      return of.reduce((best, one) => (one.length < best.length ? one : best), of[0] ?? []);
    }
    case "json":
      return listOf(schema.required)
        .filter(
          (name) => typeof name === "string" && isObject(value) && !Object.hasOwn(value, name),
        )
        .flatMap((name) => say(`The field ${String(name)} is needed.`));
  }
}

function numberProblem(schema: Schema, isInteger: boolean, value: unknown): readonly string[] {
  if (typeof value === "string" && isInexactNumeral(value))
    return ["This number has too many digits to be sent exactly."];
  if (typeof value !== "number")
    return [isInteger ? "This must be a whole number." : "This must be a number."];
  if (isInteger && !Number.isInteger(value)) return ["This must be a whole number."];
  const least = numberOf(schema.minimum);
  const most = numberOf(schema.maximum);
  const above = numberOf(schema.exclusiveMinimum);
  const below = numberOf(schema.exclusiveMaximum);
  if (least !== undefined && value < least) return [`This must be at least ${least}.`];
  if (most !== undefined && value > most) return [`This must be at most ${most}.`];
  if (above !== undefined && value <= above) return [`This must be more than ${above}.`];
  if (below !== undefined && value >= below) return [`This must be less than ${below}.`];
  return [];
}

function lengthProblem(schema: Schema, length: number): readonly string[] {
  const least = numberOf(schema.minItems);
  const most = numberOf(schema.maxItems);
  if (least !== undefined && length < least) return [`At least ${least} are needed.`];
  if (most !== undefined && length > most) return [`At most ${most} are allowed.`];
  return [];
}

/** Which of the variants a value fits best: the one with the fewest problems. */
export function variantOf(variants: readonly Schema[], root: Schema, value: unknown): number {
  const counts = variants.map((one) => problemsOf(one, root, value).length);
  return Math.max(0, counts.indexOf(Math.min(...counts)));
}
