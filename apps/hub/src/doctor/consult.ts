import { type Diagnosis, HubClientError, proxyVariableFor, tokenOfEnvironment } from "@hub/client";
import type { Environment } from "@hub/core/environment";
import { otherAddresses, writtenAddress } from "./addresses.js";
import { conditionOf, conditionProblems, type HubInSomeCondition } from "./condition.js";
import { addressesOfSame, type HubFacts, hubProblems } from "./hub-problems.js";
import { look } from "./look.js";
import { type AnyProblem, fault } from "./problem.js";
import { reach } from "./reach.js";
import { reachProblems } from "./reach-problems.js";

/** As much of `HubClient` as the doctor asks. */
interface AskedHub extends HubInSomeCondition {
  readonly url: string;
  diagnose(
    asked: { readonly server: string } | { readonly endpoint: string },
    signal?: AbortSignal,
  ): Promise<Diagnosis>;
  servers(query: { readonly limit: number }, signal?: AbortSignal): Promise<unknown>;
  everyServer(
    query: Readonly<Record<never, never>>,
    signal?: AbortSignal,
  ): Promise<readonly { readonly id: string; readonly status: string }[]>;
}

export type Consultation = {
  readonly hub: AskedHub;
  /** `--hub`. */
  readonly option: string | undefined;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** A client for another hub. */
  readonly other: (url: string) => AskedHub;
};

/** What `mcp-hub doctor` says. */
export type DoctorAnswer = {
  readonly ok: boolean;
  readonly hub: string;
  /** All that was found, faults first. */
  readonly problems: readonly AnyProblem[];
  /** The hub's own answers, as POST /diagnose gives them. */
  readonly diagnoses: readonly Diagnosis[];
  /** Servers that are not up and were not looked at, because there are many. */
  readonly moreServers: number;
  /** Where other hubs answer that share the database of this one, and so its catalogue. */
  readonly sameCatalogue: readonly string[];
};

/** One after the other, they would take too long; all at once, the hub would refuse. */
const mostServers = 12;
const atOnce = 4;
/** A hub answers its list from memory. In milliseconds. */
const fetchMs = 2_000;

/** Asks the hub, and looks around on this machine. `asked`: a URL, the id or name of a server, or nothing. */
export async function consult(
  consultation: Consultation,
  asked: string | undefined,
): Promise<DoctorAnswer> {
  let facts = await hubFacts(consultation);
  const isShut = hubProblems(facts).some(({ severity }) => severity === "fault");
  const { hub } = consultation;
  const condition = isShut ? {} : await conditionOf(hub, consultation.signal);
  facts = { ...facts, sharing: new Set(condition.hubs?.map(({ id }) => id)) };
  const found: AnyProblem[] = [...hubProblems(facts), ...conditionProblems(condition)];
  let diagnoses: readonly Diagnosis[] = [];
  let moreServers = 0;
  if (!isShut && asked === undefined) {
    const all = await allTroubled(consultation);
    ({ diagnoses, moreServers } = all);
    for (const { problems } of diagnoses) found.push(...problems);
  } else if (!isShut && asked !== undefined) {
    const about = await oneThing(consultation, asked);
    if ("problem" in about) found.push(about.problem);
    else {
      diagnoses = [about.diagnosis];
      found.push(...about.diagnosis.problems, ...(await fromHere(consultation, about.diagnosis)));
    }
  }
  const faults = found.filter(({ severity }) => severity === "fault");
  const warnings = found.filter(({ severity }) => severity === "warning");
  return {
    ok: faults.length === 0,
    hub: hub.url,
    problems: [...faults, ...warnings],
    diagnoses,
    moreServers,
    sameCatalogue: addressesOfSame(facts),
  };
}

const isUrl = (text: string) => /^https?:\/\//i.test(text);

async function oneThing({ hub, signal, other, environment }: Consultation, asked: string) {
  try {
    const question = isUrl(asked) ? { endpoint: asked } : { server: asked };
    return { diagnosis: await hub.diagnose(question, signal) };
  } catch (error) {
    if (!HubClientError.is(error) || error.code !== "SERVER_NOT_FOUND") throw error;
    for (const url of otherAddresses(hub.url, environment)) {
      const there = await other(url)
        .diagnose({ server: asked }, signal)
        .catch(() => undefined);
      if (there !== undefined)
        return {
          problem: fault(
            "OTHER_HUB",
            `The hub at ${hub.url} has no server ${JSON.stringify(asked)}; the one at ${url} has it.`,
            `Ask that one: mcp-hub doctor ${JSON.stringify(asked)} --hub ${url}. Or start the server with MCP_HUB_URL=${hub.url}.`,
          ),
        };
    }
    return {
      problem: fault(
        "NOT_REGISTERED",
        error.detail,
        `Start the server with MCP_HUB_URL=${hub.url}, and look for what its helper says about the hub. mcp-hub doctor <its URL> examines it before it is registered.`,
      ),
    };
  }
}

async function fromHere({ hub, signal }: Consultation, diagnosis: Diagnosis) {
  const here = await reach(diagnosis.endpoint, signal);
  return reachProblems(diagnosis, here, hub.url);
}

async function allTroubled({ hub, signal }: Consultation) {
  const servers = await hub.everyServer({}, signal);
  const troubled = servers.filter(({ status }) => status !== "up");
  const chosen = troubled.slice(0, mostServers);
  const diagnoses: Diagnosis[] = [];
  for (let start = 0; start < chosen.length; start += atOnce) {
    const asked = chosen.slice(start, start + atOnce);
    const answers = await Promise.all(
      asked.map(({ id }) => hub.diagnose({ server: id }, signal).catch(goneMeanwhile)),
    );
    diagnoses.push(...answers.filter((one) => one !== undefined));
  }
  return { diagnoses, moreServers: troubled.length - chosen.length };
}

/** A server that was removed after it was listed is no trouble any more. */
function goneMeanwhile(error: unknown): undefined {
  if (!HubClientError.is(error) || error.code !== "SERVER_NOT_FOUND") throw error;
}

async function hubFacts({ hub, option, environment, signal }: Consultation): Promise<HubFacts> {
  const { url } = hub;
  const { written, source } = writtenAddress(option, environment);
  const { token, unreadable } = await tokenHere(environment);
  const isOtherPath = written.replace(/\/+$/, "") !== url;
  const [direct, metByPrograms, asMcp, ...others] = await Promise.all([
    look(`${url}/servers?limit=1`, { signal, token }),
    metByProgramsOf(hub, signal),
    // The token is for the hub alone, which this may not be.
    isOtherPath && isUrl(written) ? look(written, { signal, rpc: true }) : undefined,
    ...otherAddresses(url, environment).map(async (other) => ({
      url: other,
      look: await look(`${other}/version`, { signal }),
    })),
  ]);
  return {
    url,
    source,
    written,
    direct,
    metByPrograms,
    asMcp,
    proxyVariable: proxyVariableFor(url),
    hasToken: token !== undefined,
    ...(unreadable === undefined ? {} : { unreadableToken: unreadable }),
    others,
  };
}

/** The token that this machine sends, or why it cannot be read. */
async function tokenHere(environment: Environment) {
  try {
    const source = tokenOfEnvironment((name) => environment[name]);
    const token = typeof source === "function" ? await source() : source;
    return { token: token || undefined, unreadable: undefined };
  } catch (error) {
    return { token: undefined, unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** What a program meets that asks the hub as our own client does, by whatever way its `fetch` goes. */
async function metByProgramsOf(hub: AskedHub, signal: AbortSignal): Promise<string | undefined> {
  try {
    await hub.servers({ limit: 1 }, AbortSignal.any([signal, AbortSignal.timeout(fetchMs)]));
    return undefined;
  } catch (error) {
    if (!HubClientError.is(error)) throw error;
    // The hub itself said no: then it was the hub that was met.
    const isOwn = error.problem.code !== undefined;
    return isOwn
      ? undefined
      : error.status === 0
        ? error.code
        : `${error.code}, HTTP ${error.status}`;
  }
}
