import { HubClientError } from "../hub-client-error.js";

/** The challenge (RFC 6750) of a hub. It hands on none of a server's, so these are its own words. */
const challengePattern = /^Bearer realm="mcp-hub"/;
/** The right that is missing, in a challenge. */
const scopePattern = /\bscope="([^"]*)"/;

/**
 * Why the hub lets nobody in with the token that was sent, as REST would say it; undefined for every other answer,
 * also for the no of a server behind the hub. The SDKs would say of it that something is missing, and not what.
 */
export async function hubRefusalIn(response: Response): Promise<HubClientError | undefined> {
  if (response.status !== 401 && response.status !== 403) return undefined;
  const challenge = response.headers.get("www-authenticate") ?? "";
  if (!challengePattern.test(challenge)) return undefined;
  const said = errorOf(await response.clone().text());
  if (said === undefined) return undefined;
  const scope = scopePattern.exec(challenge)?.[1];
  return new HubClientError({
    status: response.status,
    ...said,
    problem: scope === undefined ? {} : { scope },
  });
}

function errorOf(text: string): { readonly code: string; readonly detail: string } | undefined {
  try {
    const { hubError, cause } = JSON.parse(text).error.data;
    return typeof hubError === "string" && typeof cause === "string"
      ? { code: hubError, detail: cause }
      : undefined;
  } catch {
    // It is no error of JSON-RPC, or none of the hub's.
    return undefined;
  }
}

/** The refusal that an SDK handed on, by itself or beneath an error of its own. */
export function refusalBeneath(error: unknown): HubClientError | undefined {
  let last = error;
  for (let depth = 0; depth < 5 && last instanceof Error; depth += 1) {
    if (HubClientError.is(last)) return last;
    last = last.cause;
  }
  return undefined;
}
