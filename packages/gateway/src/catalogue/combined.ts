import type { Part } from "./part.js";

/**
 * A name that several tools or prompts would have in one list, so that none of them is in it; of names that
 * were cut, the first server's is.
 */
export type Ambiguous = { readonly name: string; readonly servers: readonly string[] };

/** By server: its own URIs that have another one here. Most servers have none. */
export type RewritesByServer = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** About what it costs to hold one of many: an entry of a map, an item of a part that no other view has. */
export const bytesOfOne = 100;

/** What the servers of a view show together in one list. */
export type Combined = {
  readonly parts: readonly Part[];
  readonly ambiguous: readonly Ambiguous[];
  readonly rewrites: RewritesByServer;
  /** Items that had to be looked at. */
  readonly work: number;
  /** About what is held for this list alone, in bytes. */
  readonly ownBytes: number;
};

/** Nothing that one server shows is in the way of another's. */
export const sideBySide = (parts: readonly Part[], work: number): Combined => ({
  parts,
  ambiguous: [],
  rewrites: new Map(),
  work,
  ownBytes: 0,
});
