import type { Diagnosis } from "@hub/api";
import { type Entry, HubError } from "@hub/core";
import { isAdmitted, type Principal } from "@hub/core/access";
import type { JsonObject } from "@hub/core/json";
import { type AskAsDeps, askAs } from "./ask-as.js";

/** What an agent asks about: `server` is an id or a name. */
type AgentQuestion =
  | { readonly server: string; readonly endpoint?: undefined }
  | { readonly server?: undefined; readonly endpoint: string };

/**
 * A verdict as an agent reads it, or in words why there is none. `sees`: which servers it may speak of, at most
 * those that the principal sees.
 */
export type AskForAgent = (
  asked: AgentQuestion,
  sees: (entry: Entry) => boolean,
  principal: Principal,
) => Promise<JsonObject | string>;

/** A model pays for each line. */
const mostLines = 40;
const mostItems = 5;

/** The doctor for coding agents: the same verdict, with as much around it as a model can use. */
export function createAgentDoctor(deps: AskAsDeps, stopping: AbortSignal): AskForAgent {
  return async (asked, sees, principal) => {
    const seesToo = (entry: Entry) => isAdmitted(entry.record) && sees(entry);
    try {
      return inShort(await askAs(principal, { ...asked, sees: seesToo, signal: stopping }, deps));
    } catch (error) {
      if (HubError.is(error)) return error.message;
      throw error;
    }
  };
}

function inShort(diagnosis: Diagnosis): JsonObject {
  const { ok, summary, endpoint, problems, servers, calls, changes, logs, isLogWanted } = diagnosis;
  return JSON.parse(
    JSON.stringify({
      ok,
      summary,
      endpoint,
      problems,
      servers,
      // Who else calls is nothing to an agent.
      recentCalls: calls.slice(0, mostItems).map(({ principal, ...call }) => call),
      changes: changes.slice(0, mostItems),
      lastLines: logs.slice(0, 1).map(({ at, ageMs, lines }) => ({
        at,
        ageMs,
        lines: lines.slice(-mostLines),
      }))[0],
      isLogWanted,
    }),
  );
}
