import {
  type FindingView,
  HubClientError,
  type LeaseClient,
  proxyVariableFor,
  type RegisterAnswer,
} from "@hub/client";
import type { Log } from "../log.js";
import { loggedUrl } from "../logged-url.js";
import { isRefusal } from "./backoff.js";
import type { Time } from "./time.js";

/**
 * The hub answers before it probes the server. These are the pauses between requests for the result, in
 * milliseconds.
 */
const looksMs = [250, 500, 1_000, 2_000, 4_000, 8_000];

/** The hub's page has all of them. */
const mostWarnings = 10;

/** Tells the person who started the server whether the hub reaches it, what it cannot use of it, and what to do. */
export async function tellFinding(
  hub: Pick<LeaseClient, "authorization" | "server" | "whoAmI">,
  answer: RegisterAnswer,
  dependencies: {
    readonly time: Time;
    readonly log: Log;
    readonly signal: AbortSignal;
    /**
     * The URL that somebody advertised. A URL that the helper found itself may be wrong, and is not
     * reported.
     */
    readonly advertiseUrl?: string | undefined;
    /** Called when the hub does not reach the server. Default: nothing is. */
    readonly onUnreached?: () => void;
  },
): Promise<void> {
  const { time, log, signal, advertiseUrl, onUnreached } = dependencies;
  for (const warning of answer.warnings ?? []) log({ level: "warn", message: warning });
  for (const [index, waitMs] of looksMs.entries()) {
    await time.sleep(waitMs, signal);
    if (signal.aborted) return;
    if (index === 0 && (await mayReadNothing(hub, signal))) {
      log({
        level: "info",
        message:
          "this token may register only: the page of the hub says whether it reaches this server",
      });
      return;
    }
    const detail = await hub.server(answer.server.id, signal).catch(unlessRefused);
    if (detail !== undefined && "refusal" in detail) {
      log({
        level: "info",
        message: `the hub does not say here whether it reaches this server; its page does (${detail.refusal})`,
      });
      return;
    }
    const instance = detail?.instances.find(({ id }) => id === answer.instance.id);
    if (instance === undefined || instance.status === "pending") continue;
    // It may have registered just before it listens.
    if (instance.status === "suspect" && index < looksMs.length - 1) continue;
    if (instance.status === "up") {
      const tools = detail?.capabilities?.tools;
      const count = tools === undefined ? "" : ` (${tools} ${tools === 1 ? "tool" : "tools"})`;
      log({
        level: "info",
        message: `the hub reaches it at ${loggedUrl(instance.endpoint)}${count}`,
      });
      const isHealed = instance.endpoint !== instance.registeredEndpoint;
      if (isHealed && advertiseUrl !== undefined)
        log({ level: "warn", message: wrongText(advertiseUrl, instance) });
      for (const warning of instance.warnings.slice(0, mostWarnings))
        log({ level: "warn", message: `the hub says: ${warning}` });
    } else if (instance.status === "needs-token" && instance.problem !== undefined) {
      const { cause, fix } = instance.problem;
      log({
        level: "warn",
        message: `the hub reaches ${loggedUrl(instance.endpoint)}: ${cause} ${fix}`,
      });
    } else if (instance.problem !== undefined) {
      log({ level: "warn", message: problemText(instance.endpoint, instance.problem) });
      onUnreached?.();
    } else {
      continue;
    }
    return;
  }
}

/**
 * Whether the hub would refuse to show any server, and write that refusal down. False where that is not known: an
 * older hub may not say it.
 */
async function mayReadNothing(
  hub: Pick<LeaseClient, "authorization" | "whoAmI">,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (Object.keys(await hub.authorization()).length === 0) return false;
    const { grants } = await hub.whoAmI(signal);
    return grants.every(({ action }) => action === "register");
  } catch {
    return false;
  }
}

/** A token may read other servers and not this one: asking again changes nothing, and the hub writes each refusal down. */
function unlessRefused(error: unknown): { readonly refusal: string } | undefined {
  return HubClientError.is(error) && isRefusal(error) ? { refusal: error.detail } : undefined;
}

function wrongText(
  advertiseUrl: string,
  { endpoint, registeredEndpoint }: { endpoint: string; registeredEndpoint: string },
): string {
  return `the advertised URL ${loggedUrl(advertiseUrl)} is wrong: the hub does not reach this server at ${loggedUrl(registeredEndpoint)}, and uses ${loggedUrl(endpoint)} instead. Correct it (\`advertiseUrl\`, MCP_HUB_ADVERTISE_URL), or remove it`;
}

function problemText(endpoint: string, { step, cause, fix }: FindingView): string {
  return `the hub cannot reach ${loggedUrl(endpoint)}: ${cause} ${fix}${directness(endpoint, step)}`;
}

/** People behind a proxy suspect the proxy first. The hub uses none, so the text says so. */
function directness(endpoint: string, step: FindingView["step"]): string {
  const isConnecting = ["resolve", "connect", "tls"].includes(step);
  const isLikely = step === "tls" || proxyVariableFor(endpoint) !== undefined;
  return isConnecting && isLikely ? " (The hub connects directly: it uses no proxy.)" : "";
}
