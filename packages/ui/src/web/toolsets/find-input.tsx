import { inputClass } from "../parts/controls.js";

/** Narrows a list within a form. Enter would send the whole form off, half made, so it does nothing here. */
export function FindInput({
  label,
  placeholder = label,
  className = "",
  value,
  onChange,
}: {
  readonly label: string;
  readonly placeholder?: string;
  readonly className?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      className={`${inputClass} ${className}`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.preventDefault();
      }}
    />
  );
}
