import { useMemo, useState } from "react";
import { readJson } from "../schema/coerce.js";
import { isReadable, sentOf } from "../schema/draft.js";
import { initialValue } from "../schema/initial.js";
import { problemsOf } from "../schema/problems.js";
import { isObject, isSame, type JsonObject, type Schema } from "../schema/schema.js";

/** What a person fills in, as a form or as raw JSON; each keeps what was typed in the other. */
export function useValues(schema: Schema) {
  const [draft, setDraft] = useState<unknown>(() => initialValue(schema, schema, true) ?? {});
  const [text, setText] = useState("");
  const [isRaw, setRaw] = useState(false);
  const [isChecked, setChecked] = useState(false);
  /** Grows when everything is replaced, so that fields forget what was typed before. */
  const [edition, setEdition] = useState(0);

  const found = useMemo(() => problemsOf(schema, schema, draft), [schema, draft]);
  const rawProblem = isRaw ? problemOfRaw(text) : undefined;

  const toRaw = () => {
    const read = readJson(text);
    // The spaces and the order of an earlier visit stay, as long as they say the same.
    if (!read.isRead || !isSame(read.value, sentOf(draft)))
      setText(JSON.stringify(sentOf(draft), null, 2));
    setRaw(true);
  };
  const toForm = () => {
    const read = readJson(text);
    if (!read.isRead || !isObject(read.value)) return;
    if (!isSame(read.value, sentOf(draft))) {
      setDraft(read.value);
      setEdition(edition + 1);
    }
    setRaw(false);
  };

  return {
    draft,
    edition,
    isRaw,
    text,
    rawProblem,
    problems: isChecked ? found : [],
    /** Whether `current` is what stands there. */
    isReadable: isRaw ? rawProblem === undefined : isReadable(draft),
    setDraft,
    setText,
    setRaw: (isWanted: boolean) => (isWanted ? toRaw() : toForm()),
    replace: (values: JsonObject) => {
      setDraft(values);
      setText(JSON.stringify(values, null, 2));
      setEdition(edition + 1);
      setChecked(false);
    },
    /** What can be sent now; undefined when a problem has to be seen to first. */
    check: (): JsonObject | undefined => {
      setChecked(true);
      if (!isRaw) return found.length === 0 ? sentOf(draft) : undefined;
      const read = readJson(text);
      return read.isRead && isObject(read.value) ? read.value : undefined;
    },
    /** The same without complaint, for what is only shown. */
    current: (): JsonObject => {
      const read = isRaw ? readJson(text) : undefined;
      return read?.isRead === true && isObject(read.value) ? read.value : sentOf(draft);
    },
  };
}

export type Values = ReturnType<typeof useValues>;

function problemOfRaw(text: string): string | undefined {
  const read = readJson(text);
  if (!read.isRead) return read.problem;
  return isObject(read.value) ? undefined : "This must be an object, in braces.";
}
