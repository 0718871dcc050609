import type { ConnectClient, Wanted } from "./connect-client.js";
import { type FileFormat, putPlaces, readPlace, removePlaces } from "./edit-text.js";
import type { Entry, Place } from "./entry.js";
import { EditRefused } from "./refusal.js";

export type PlanOptions = {
  readonly client: ConnectClient;
  readonly wanted: Wanted;
  /** The address of the hub: an entry that leads there is ours, and is brought up to date. */
  readonly hub: string;
  /** Whether an entry of the same name that leads elsewhere gives way. Default: it is refused. */
  readonly replace: boolean;
};

/**
 * The text of a file with the entry in it. `text` is undefined for a file that is not there. Throws
 * `EditRefused`.
 */
export function planAdd(text: string | undefined, options: PlanOptions): string {
  const { client, wanted, hub, replace } = options;
  const { format } = client;
  const places = client.places(wanted);
  const begun = text ?? client.beginning ?? "";
  const taken = places.filter((place) => {
    const present = isEntry(place, wanted) ? readPlace(begun, format, place) : undefined;
    return present !== undefined && !leadsTo(present, hub);
  });
  if (taken.length === 0) return putPlaces(begun, format, places);
  if (replace) return putPlaces(removePlaces(begun, format, taken), format, places);
  throw new EditRefused(
    "taken",
    `There is an entry ${JSON.stringify(wanted.name)} already, and it does not lead to ${hub}. Choose another name with --name, or put this one in its place with --replace`,
  );
}

/** An entry and not what belongs to it, as an input that asks for its token. */
function isEntry(place: Place, { name }: Wanted): boolean {
  return place.kind === "item" ? place.value[place.by] === name : place.path.at(-1) === name;
}

/** Whether an entry leads to the hub, by itself or through a bridge. */
function leadsTo(value: unknown, hub: string): boolean {
  if (typeof value === "string") return value === hub || value.startsWith(`${hub}/`);
  return typeof value === "object" && value !== null
    ? Object.values(value).some((one) => leadsTo(one, hub))
    : false;
}

/**
 * The text of a file without the entry. When it was added to one of `earlier` texts (the newest first) and
 * nothing else has changed since, that text is the result; undefined for no file, when it would be ours alone.
 */
export function planRemove(
  text: string,
  options: Pick<PlanOptions, "client" | "wanted">,
  earlier: readonly string[],
): string | undefined {
  const { client } = options;
  const { format } = client;
  // With a token there are more places; those that the file does not have are no matter.
  const wanted = { ...options.wanted, tokenVariable: options.wanted.tokenVariable ?? "TOKEN" };
  const present = client.places(wanted).flatMap((place) => {
    const value = readPlace(text, format, place);
    return isObject(value) ? [{ ...place, value: value as Entry }] : [];
  });
  const entries = present.filter((place) => isEntry(place, wanted));
  if (entries.length === 0) return text;
  for (const before of [...earlier, undefined])
    if (isResultOf(before ?? client.beginning ?? "", present, text, format)) return before;
  const without = removePlaces(text, format, entries);
  const left = present.filter((place) => !entries.includes(place) && !isUsed(place, without));
  return removePlaces(without, format, left);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isResultOf(
  before: string,
  places: readonly Place[],
  text: string,
  format: FileFormat,
): boolean {
  try {
    const isNew = places.every((place) => readPlace(before, format, place) === undefined);
    return isNew && putPlaces(before, format, places) === text;
  } catch (error) {
    if (error instanceof EditRefused) return false;
    throw error;
  }
}

/** Whether something else in a file refers to an input. */
function isUsed(place: Place, text: string): boolean {
  return place.kind === "item" && text.includes(`\${input:${String(place.value[place.by])}}`);
}
