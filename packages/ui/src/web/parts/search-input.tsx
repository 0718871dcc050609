import { useEffect, useRef, useState } from "react";
import { inputClass } from "./controls.js";

/**
 * A search field whose text also stands elsewhere, as in the URL, which follows late: what is typed is
 * shown at once, and only a value that was not typed here takes its place.
 */
export function SearchInput({
  label,
  value,
  onChange,
  className = "",
  isPageSearch = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly className?: string;
  /** Whether the key `/` goes here. Default: no. */
  readonly isPageSearch?: boolean;
}) {
  const [text, setText] = useState(value);
  const typed = useRef<string[]>([]);
  useEffect(() => {
    const at = typed.current.lastIndexOf(value);
    typed.current = at === -1 ? [] : typed.current.slice(at + 1);
    if (at === -1) setText(value);
  }, [value]);
  return (
    <input
      type="search"
      {...(isPageSearch ? { "data-search": "" } : {})}
      aria-label={label}
      placeholder={isPageSearch ? `${label} ( / )` : label}
      value={text}
      onChange={(event) => {
        typed.current.push(event.target.value);
        setText(event.target.value);
        onChange(event.target.value);
      }}
      className={`${inputClass} ${className}`}
    />
  );
}
