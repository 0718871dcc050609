import { useState } from "react";
import type { Finished } from "../run/use-run.js";
import { isObject, isSame, type JsonObject } from "../schema/schema.js";
import { withoutSecrets } from "../schema/secrets.js";
import type { Subject } from "../subject.js";
import { keepPastCall, pastKey, readPastCalls } from "./past-calls.js";

/** The calls of one tool, prompt or resource that this tab of the browser has made. */
export function usePastCalls({ serverId, kind, name, schema }: Subject) {
  const key = pastKey(serverId, kind, name);
  const [calls, setCalls] = useState(() => readPastCalls(key));
  const keep = (filled: JsonObject, { startedAt: at, durationMs, outcome }: Finished) => {
    const open = withoutSecrets(schema, schema, filled);
    const values = isObject(open) ? open : {};
    const isPartial = !isSame(values, filled);
    setCalls(keepPastCall(key, { at, durationMs, outcome, values, isPartial }));
  };
  return { calls, keep };
}
