import { type Action, actions, type Grant, type Principal } from "@hub/core/access";
import { type Claims, grantsByRules, valuesOf } from "./claims.js";
import { actionsIn, narrowedTo, scopesOf } from "./scopes.js";
import type { OidcSettings, PeopleIssuer } from "./settings.js";
import type { VerifiedClaims } from "./verify.js";

/** Lists of grants that are kept so that equal ones are one, and share what is made for a policy. */
const mostKept = 1_000;
const longestName = 200;

/** Makes of claims who is asking, and what it may do. */
export class Principals {
  readonly #settings: OidcSettings;
  readonly #kept = new Map<string, readonly Grant[]>();

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  /** Whose token it is. */
  ofToken(issuer: string, claims: VerifiedClaims): Principal {
    const { people, workloads = [] } = this.#settings;
    if (people?.issuer === issuer) {
      const scopes = people.usesScopes === false ? actions : actionsIn(scopesOf(claims));
      // A program that has a token of its own is its own subject (RFC 9068).
      const isProgram = valuesOf(claims, "client_id").includes(claims.sub);
      return this.#principal(isProgram ? "workload" : "person", issuer, claims, [
        ...grantsOf(people, scopes, claims),
      ]);
    }
    const rules = workloads.find((workload) => workload.issuer === issuer)?.rules ?? [];
    return this.#principal("workload", issuer, claims, grantsByRules(rules, claims));
  }

  /** Who signed in, when the issuer granted these scopes. */
  ofSignIn(people: PeopleIssuer, claims: VerifiedClaims, scopes: string): Principal {
    const allowed = people.usesScopes === false ? actions : actionsIn(scopes);
    return this.#principal("person", people.issuer, claims, grantsOf(people, allowed, claims));
  }

  #principal(
    kind: "person" | "workload",
    issuer: string,
    claims: VerifiedClaims,
    grants: readonly Grant[],
  ): Principal {
    // No issuer has a space in it, so the same id is always the same subject of the same issuer.
    const id = `${issuer} ${claims.sub}`;
    return { kind, id, name: nameIn(claims), grants: this.#shared(grants) };
  }

  #shared(grants: readonly Grant[]): readonly Grant[] {
    const key = JSON.stringify(grants);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(key, grants);
    return grants;
  }
}

/** What a person may do: what rules say of the claims, or all that scopes can say; never more than the scopes. */
function grantsOf({ rules }: PeopleIssuer, allowed: readonly Action[], claims: Claims) {
  if (rules === undefined) return allowed.map((action): Grant => ({ action }));
  return narrowedTo(allowed, grantsByRules(rules, claims));
}

/** How people know somebody: without what no reader sees. */
function nameIn(claims: VerifiedClaims): string {
  const [name = claims.sub] = ["preferred_username", "email", "name"].flatMap((one) =>
    valuesOf(claims, one),
  );
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, longestName);
}
