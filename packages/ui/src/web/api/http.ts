import type { ProblemDocument } from "@hub/api";
import { learnHubTime } from "../live/clock.js";

/** An answer of the hub that is not what was asked for, or none at all. */
export class ApiError extends Error {
  constructor(
    /** The hub's code, such as `SERVER_NOT_FOUND`; `HUB_AWAY` when nothing answered. */
    readonly code: string,
    readonly title: string,
    /** What happened and what to do. */
    detail: string,
    readonly status: number,
    /** What is wrong with the fields of a form, by JSON pointer. */
    readonly problems: readonly { readonly pointer: string; readonly detail: string }[] = [],
  ) {
    super(detail);
    this.name = "ApiError";
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  // Whatever stands between the page and the hub may answer something that is no problem document.
  const problem: Partial<ProblemDocument> = await response.json().catch(() => ({}));
  return new ApiError(
    problem.code ?? `HTTP_${response.status}`,
    problem.title ?? `The hub answered ${response.status}`,
    problem.detail ?? "The hub's log says why.",
    response.status,
    problem.errors ?? [],
  );
}

export type Asked = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};

/** Asks the hub that this page came from. Throws ApiError; an AbortError when the signal ended it. */
export async function ask(path: string, asked: Asked = {}): Promise<Response> {
  const { method = "GET", body, headers = {}, signal } = asked;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(
      "HUB_AWAY",
      "The hub does not answer",
      "Is it running? This page tries again by itself.",
      0,
    );
  }
  learnHubTime(response.headers.get("date"));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The JSON of an answer, as the hub's OpenAPI document describes it. */
export async function askJson<T>(path: string, asked?: Asked): Promise<T> {
  const response = await ask(path, asked);
  return response.json();
}
