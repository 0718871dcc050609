import type { Call } from "@hub/api";

type Look = {
  readonly word: string;
  readonly tone: "good" | "bad" | "warn" | "calm";
  readonly hint: string;
};

/** What came of a call, in the same words everywhere. */
export const outcomes: Readonly<Record<Call["outcome"], Look>> = {
  ok: { word: "OK", tone: "good", hint: "The call was answered." },
  "tool-error": { word: "Tool error", tone: "warn", hint: "The tool itself failed." },
  error: { word: "Refused", tone: "bad", hint: "The server refused the call." },
  cancelled: { word: "Cancelled", tone: "calm", hint: "The client cancelled it." },
  "hub-error": { word: "No answer", tone: "bad", hint: "The hub could not get an answer." },
};
