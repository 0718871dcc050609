import type { ProblemDocument } from "@hub/api";
import { HubClientError } from "@hub/client";

/** What is wrong with one field of what was sent. */
export type FieldProblem = { readonly pointer: string; readonly detail: string };

/** An error as the page shows it. */
export type ShownError = {
  readonly title: string;
  /** What happened and what to do. */
  readonly detail: string;
  readonly fields: readonly FieldProblem[];
};

/** Whether nothing answered. */
export function isAway(error: unknown): boolean {
  return HubClientError.is(error) && error.status === 0;
}

/** The HTTP status with which the hub refused; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return HubClientError.is(error) ? error.status : undefined;
}

/** What the hub says of the fields that it refused. */
export function fieldProblems(error: unknown): readonly FieldProblem[] {
  return shownError(error).fields;
}

export function shownError(error: unknown): ShownError {
  if (!HubClientError.is(error)) {
    const detail = error instanceof Error ? error.message : String(error);
    return { title: "This page has an error", detail, fields: [] };
  }
  if (isAway(error))
    return {
      title: "The hub does not answer",
      detail: "Is it running? This page tries again by itself.",
      fields: [],
    };
  // Whatever stands between the page and the hub may answer something that is no problem document.
  const { title, errors }: Partial<ProblemDocument> = error.problem;
  return {
    title: title ?? `The hub answered ${error.status}`,
    detail: error.detail,
    fields: errors ?? [],
  };
}
