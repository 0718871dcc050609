import { HubError } from "@hub/core";
import { invalidCredential } from "../refusals.js";
import type { Claims } from "./claims.js";
import type { Issuer } from "./issuer.js";
import type { Jose } from "./key-set.js";

/** What a hub takes for a signature: each needs a key that only its issuer has. */
const algorithms = ["RS256", "ES256", "EdDSA", "PS256"];

/** Kinds of tokens that say who somebody is. Others, such as those that announce a sign-out, do not. */
const types = new Set(["jwt", "at+jwt", "application/jwt", "application/at+jwt"]);

/** How far the clocks of an issuer and of the hub may be apart. */
export const clockSkewMs = 30_000;

/** A token's claims, of which these are known to be there. */
export type VerifiedClaims = Claims & {
  readonly sub: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly aud: string | readonly string[];
};

export type VerifyOptions = {
  readonly jose: Jose;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Hears why an issuer could not be asked. */
  readonly onUnreachable: (issuer: Issuer, error: unknown) => void;
};

/**
 * The claims of a token that one of some issuers signed; undefined when it is of none of them. Rejects with
 * UNAUTHENTICATED for one that is not valid, and with ISSUER_UNAVAILABLE while its issuer was never reached.
 */
export async function verifyToken(
  token: string,
  issuers: ReadonlyMap<string, Issuer>,
  { jose, now, onUnreachable }: VerifyOptions,
): Promise<{ readonly issuer: Issuer; readonly claims: VerifiedClaims } | undefined> {
  const { errors } = jose;
  try {
    const said: Claims = jose.decodeJwt(token);
    const issuer = typeof said.iss === "string" ? issuers.get(said.iss) : undefined;
    if (issuer === undefined) return undefined;
    const key = async (header: import("jose").JWTHeaderParameters) => {
      if (header.typ !== undefined && !types.has(header.typ.toLowerCase()))
        throw new errors.JWTInvalid("This kind of token");
      const found = await issuer.keyFor(header).catch((error: unknown) => {
        onUnreachable(issuer, error);
        throw issuerUnavailable();
      });
      if (found === undefined) throw new errors.JWKSNoMatchingKey();
      return found;
    };
    const { payload } = await jose.jwtVerify(token, key, {
      algorithms,
      issuer: issuer.settings.issuer,
      clockTolerance: clockSkewMs / 1_000,
      currentDate: new Date(now),
      requiredClaims: ["sub", "exp", "aud"],
    });
    const { sub, exp, aud } = payload;
    if (typeof sub !== "string" || sub === "" || exp === undefined || aud === undefined)
      throw new errors.JWTInvalid("sub, exp and aud are missing");
    return { issuer, claims: { ...payload, sub, exp, aud } };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenExpired();
    if (error instanceof errors.JOSEError) throw tokenInvalid();
    throw error;
  }
}

export const tokenExpired = () =>
  invalidCredential("This token has expired. Get a new one from its issuer.");

/** Says no more: what exactly is wrong helps only who forges one. */
export const tokenInvalid = () =>
  invalidCredential(
    "This token is not valid: its signature, its issuer, its time or its kind is wrong.",
  );

const issuerUnavailable = () =>
  new HubError(
    "ISSUER_UNAVAILABLE",
    "The hub could not reach the issuer of this token to check it. The hub's log says why.",
    { retryAfterMs: 5_000 },
  );
