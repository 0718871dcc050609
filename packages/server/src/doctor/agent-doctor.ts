import type { Diagnosis } from "@hub/api";
import { type Entry, HubError, type JsonObject } from "@hub/core";
import { isAdmitted } from "@hub/core/access";
import type { Doctor } from "./doctor.js";

/** What an agent asks about: `server` is an id or a name. */
type AgentQuestion =
  | { readonly server: string; readonly endpoint?: undefined }
  | { readonly server?: undefined; readonly endpoint: string };

/** A verdict as an agent reads it, or in words why there is none. `sees`: which servers it may speak of. */
export type AskForAgent = (
  asked: AgentQuestion,
  sees: (entry: Entry) => boolean,
) => Promise<JsonObject | string>;

/** A model pays for each line. */
const mostLines = 40;
const mostItems = 5;

/** The doctor for coding agents: the same verdict, with as much around it as a model can use. */
export function createAgentDoctor(
  doctor: Pick<Doctor, "ask">,
  mayDial: (endpoint: string) => void,
  stopping: AbortSignal,
): AskForAgent {
  return async (asked, sees) => {
    const seesToo = (entry: Entry) => isAdmitted(entry.record) && sees(entry);
    try {
      if (asked.endpoint !== undefined) mayDial(asked.endpoint);
      return inShort(await doctor.ask({ ...asked, sees: seesToo, signal: stopping }));
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
