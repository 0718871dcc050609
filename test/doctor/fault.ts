/** What the doctor has to say. */
export type Expected = {
  readonly code: string;
  readonly severity: "fault" | "warning";
  readonly cause: RegExp;
  readonly fix: RegExp;
};

/** A fault that stands there now. */
export type Planted = {
  /** Where it stands, when it is not the hub of the run. */
  readonly hubUrl?: string;
  /** The server to ask about. */
  readonly name: string;
  /** Does what the fix says. */
  readonly mend: () => Promise<unknown>;
  /** Ends what was planted. Default: nothing needs it. */
  readonly end?: () => Promise<unknown>;
};

export type Fault = Expected & {
  readonly what: string;
  readonly plant: (hubUrl: string) => Promise<Planted>;
};
