import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { inputClass } from "../../parts/controls.js";
import { useDebounced } from "../../parts/use-debounced.js";
import type { Completer } from "./completer.js";

const mostShown = 50;

/** A line of text with what the server suggests for it, in the browser's own list. */
export function CompletedInput({
  name,
  text,
  complete,
  filled,
  onText,
  ...rest
}: Omit<React.ComponentProps<"input">, "onChange" | "value" | "list"> & {
  readonly name: string;
  readonly text: string;
  readonly complete: Completer;
  readonly filled: unknown;
  readonly onText: (text: string) => void;
}) {
  const id = useId();
  const [isAsked, setAsked] = useState(false);
  const asked = useDebounced({ text, filled });
  const { data = [] } = useQuery({
    queryKey: ["completion", complete.key, name, asked],
    queryFn: ({ signal }) => complete.suggest(name, asked.text, asked.filled, signal),
    enabled: isAsked,
    retry: false,
    placeholderData: (before) => before,
  });
  return (
    <>
      <input
        {...rest}
        list={id}
        value={text}
        onFocus={() => setAsked(true)}
        onChange={(event) => onText(event.target.value)}
        className={inputClass}
      />
      <datalist id={id} data-testid={`suggestions for ${name}`}>
        {data.slice(0, mostShown).map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  );
}
