import type { Queries } from "./database.js";

/** Where all hubs on one database stand. */
export type State = {
  /** How often the catalogue was written. */
  readonly writes: number;
  readonly lastSeq: number;
  readonly journalBytes: number;
  /** The last write that changed a history. */
  readonly historyWrite: number;
  /** Of entries that went with a write up to this one nothing may be known. */
  readonly removedUntil: number;
};

/** Reads the state as it is told, which may be another one a moment later. */
export const toldOf = `SELECT writes, last_seq AS "lastSeq", journal_bytes AS "journalBytes",
  history_write AS "historyWrite", removed_until AS "removedUntil" FROM hub_state`;

/** Reads the state and keeps other writers waiting until this transaction ends. */
export async function lockState(queries: Queries): Promise<State> {
  const [state] = await queries.rows<State>(`${toldOf} FOR UPDATE`);
  if (state === undefined) throw new Error("The table hub_state is empty.");
  return state;
}
