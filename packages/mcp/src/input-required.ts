import { isJsonObject, type JsonObject } from "@hub/core/json";
import type { JsonRpcRequest } from "./json-rpc.js";

/**
 * How many times a server of 2026-07-28 may ask for input during one call that a client of 2025 makes. One
 * that asks more often would never end.
 */
export const mostInputRounds = 32;

/** A wish for input: what is asked, and what the server wants back with the answers. */
export type InputRequired = {
  readonly inputRequests: Readonly<Record<string, JsonObject>>;
  readonly requestState?: string;
};

/** The wish for input in a result; undefined for every other result. */
export function inputRequired(result: JsonObject | undefined): InputRequired | undefined {
  if (result?.resultType !== "input_required") return undefined;
  const requests = isJsonObject(result.inputRequests) ? result.inputRequests : {};
  return {
    inputRequests: Object.fromEntries(
      Object.entries(requests).flatMap(([key, value]) =>
        isJsonObject(value) ? [[key, value]] : [],
      ),
    ),
    ...(typeof result.requestState === "string" ? { requestState: result.requestState } : {}),
  };
}

/**
 * What is asked as a request of 2025. These revisions want an id with which a server could say that the page
 * was done with; `elicitationId` makes one.
 */
export function legacyQuestion(
  question: JsonObject,
  elicitationId: () => string,
): Pick<JsonRpcRequest, "method" | "params"> {
  const { method, params } = question;
  const shown =
    method === "elicitation/create" && isJsonObject(params) && params.mode === "url"
      ? { elicitationId: elicitationId(), ...params }
      : params;
  return { method: String(method), ...(isJsonObject(shown) ? { params: shown } : {}) };
}
