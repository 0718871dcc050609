/**
 * A store and how many writes it holds. It is kept twice: in the database, where each write counts
 * itself, and beside it, where a write is counted once it is durable. So a database that holds fewer than
 * are counted beside it has lost some, whichever of its files was cut, emptied or replaced. The row is that
 * of the shutdown mark, so that each write marks the database as in use once more.
 */
export type Writes = {
  /** A number that the store drew when it was made. */
  readonly store: number;
  readonly count: number;
};
