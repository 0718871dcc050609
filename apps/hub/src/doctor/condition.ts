import { HubClientError, type HubList, type Pulse, type Readiness } from "@hub/client";
import { type ClientProblem, fault, warning } from "./problem.js";

/** As much of `HubClient` as says how a hub is. */
export interface HubInSomeCondition {
  readiness(signal?: AbortSignal): Promise<Readiness>;
  pulse(query: Readonly<Record<never, never>>, signal?: AbortSignal): Promise<Pulse>;
  hubs(signal?: AbortSignal): Promise<HubList>;
}

/** What a hub that answers says of itself and of those beside it. What it would not say is missing. */
export type Condition = {
  /** Why it is not ready, in its words. */
  readonly unready?: string | undefined;
  readonly protection?: Pulse["protection"];
  readonly hubs?: HubList["hubs"] | undefined;
};

/** For each of the questions, in milliseconds: all are answered from memory, but for one look at the store. */
const answerMs = 5_000;

export async function conditionOf(
  hub: HubInSomeCondition,
  signal: AbortSignal,
): Promise<Condition> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const [unready, pulse, list] = await Promise.all([
    hub.readiness(limited).then(() => undefined, whyUnready),
    hub.pulse({}, limited).catch(unsaid),
    hub.hubs(limited).catch(unsaid),
  ]);
  return { unready, protection: pulse?.protection, hubs: list?.hubs };
}

/** What is wrong with a hub that answers, and with the hubs beside it. Pure. */
export function conditionProblems({ unready, protection, hubs = [] }: Condition): ClientProblem[] {
  const found: ClientProblem[] = [];
  if (unready !== undefined)
    found.push(
      fault(
        "HUB_NOT_READY",
        `The hub answers and cannot do all its work: ${unready}`,
        "Look at its database or disk and into its log. Servers can be called meanwhile; changes are refused. GET /readyz answers 200 when it is over.",
      ),
    );
  else if (protection !== undefined)
    found.push(
      fault(
        "HUB_PROTECTED",
        protection.reason,
        "Look whether the machine of the hub still has its network, and into the hub's log. It is over by itself when the servers are heard again.",
      ),
    );
  const silent = hubs.filter(({ state, isSelf }) => state === "silent" && !isSelf);
  if (silent.length > 0) {
    const names = silent.map(nameOf).join(", ");
    found.push(
      warning(
        "HUB_SILENT",
        `${silent.length} of ${hubs.length} hubs ${silent.length === 1 ? "is" : "are"} silent (${names}): ended without a word, or cut off from the database. The others do the work.`,
        "Start it again where it ran, or look into its log there.",
      ),
    );
  }
  const strange = hubs.filter(({ hasAnotherKey }) => hasAnotherKey);
  if (strange.length > 0) {
    const names = strange.map((one) => (one.isSelf ? "this one" : nameOf(one))).join(", ");
    found.push(
      warning(
        "ANOTHER_KEY",
        `${strange.length} of ${hubs.length} hubs ${strange.length === 1 ? "has" : "have"} not the key of the database (${names}): such a hub takes no credentials, and does not start once one is sealed there.`,
        "Give it the key file of the other hubs (MCP_HUB_SECRET_KEY_FILE), and restart it. If that key is lost, stop all hubs and run: mcp-hub rekey",
      ),
    );
  }
  return found;
}

const nameOf = ({ id, address }: HubList["hubs"][number]) => address ?? id.slice(0, 8);

/** Only a hub that says so itself is not ready; whoever gets no answer at all hears of it elsewhere. */
function whyUnready(error: unknown): string | undefined {
  if (!HubClientError.is(error)) throw error;
  return error.status >= 500 && error.problem.code !== undefined ? error.detail : undefined;
}

function unsaid(error: unknown): undefined {
  if (!HubClientError.is(error)) throw error;
}
