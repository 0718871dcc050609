import type { AuditLine } from "@hub/api";

type Action = AuditLine["action"];

/** What people call that which the audit keeps; every action has a word, or this does not compile. */
export const actionWords: Readonly<Record<Action, string>> = {
  register: "Register",
  "take-over": "Take over a name",
  update: "Update",
  leave: "Leave",
  edit: "Edit",
  remove: "Remove",
  admit: "Let in",
  wait: "Ask for admission",
  refuse: "Refuse",
  "token-create": "Create a token",
  "token-revoke": "Revoke a token",
  "tokens-file": "Read the file of tokens",
  "toolset-create": "Create a toolset",
  "toolset-replace": "Change a toolset",
  "toolset-delete": "Delete a toolset",
  "credential-set": "Set a credential",
  "credential-remove": "Remove a credential",
  "log-level": "Change the level of the log",
  rekey: "Replace the key",
  copy: "Copy from another place",
  restore: "Restore a backup",
  "sign-in": "Sign in",
  "sign-out": "Sign out",
  access: "Access",
  call: "Call",
  "calls-lost": "Calls not kept",
};

const isAction = (text: string): text is Action => Object.hasOwn(actionWords, text);

export const actions: readonly Action[] = Object.keys(actionWords).filter(isAction);

/** The action that an address names; one that nobody knows is none. */
export const actionOf = (text: string | undefined): Action | undefined =>
  text !== undefined && isAction(text) ? text : undefined;

/** How an outcome looks. */
export const outcomeTones: Readonly<
  Record<AuditLine["outcome"], "good" | "warn" | "bad" | "calm">
> = {
  done: "good",
  refused: "bad",
  failed: "bad",
  ok: "good",
  "tool-error": "warn",
  error: "bad",
  cancelled: "calm",
  "hub-error": "bad",
};

type Outcome = AuditLine["outcome"];

/** What people call what came of it. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  done: "Done",
  refused: "Refused",
  failed: "Failed",
  ok: "OK",
  "tool-error": "Tool error",
  error: "Server error",
  cancelled: "Cancelled",
  "hub-error": "Not reached",
};

const isOutcome = (text: string): text is Outcome => Object.hasOwn(outcomeWords, text);

export const outcomes: readonly Outcome[] = Object.keys(outcomeWords).filter(isOutcome);

/** The outcome that an address names; one that nobody knows is none. */
export const outcomeOf = (text: string | undefined): Outcome | undefined =>
  text !== undefined && isOutcome(text) ? text : undefined;
