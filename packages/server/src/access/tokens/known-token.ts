import type { Principal, TokenRecord } from "@hub/core/access";

/** A token that the hub accepts, and where that is said. */
export type KnownToken = {
  readonly record: TokenRecord;
  readonly source: "store" | "file";
  readonly hash: Buffer;
  /** The same object for as long as the token is known: what is made for its grants is kept by it. */
  readonly principal: Principal;
};

/** The token as the gate knows it. */
export function knownToken(record: TokenRecord, source: KnownToken["source"]): KnownToken {
  const { id, name, sha256, grants } = record;
  return {
    record,
    source,
    hash: Buffer.from(sha256, "hex"),
    principal: { kind: "token", id: `token:${id}`, name, grants },
  };
}

/** Whether two tokens are the same in all that the gate asks of them. */
export const isSameToken = (one: KnownToken, other: KnownToken | undefined): boolean =>
  other !== undefined && JSON.stringify(one.record) === JSON.stringify(other.record);

/** Whether a token is refused because its time is over. */
export function isExpired({ expiresAt }: TokenRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
