import type { Grant } from "./principal.js";

/** A token as the hub keeps it: without what its holder sends. It never changes; it is made and revoked. */
export type TokenRecord = {
  /** A part of the token; nothing secret. */
  readonly id: string;
  readonly name: string;
  /** Of the whole token, as 64 hexadecimal characters. */
  readonly sha256: string;
  readonly grants: readonly Grant[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The id of the principal that made it. */
  readonly createdBy: string;
  /** From when on it is refused, in milliseconds since 1970. Absent: never. */
  readonly expiresAt?: number | undefined;
};
