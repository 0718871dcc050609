import { inputClass } from "./controls.js";

/** Chooses one server, or all. One from the URL that the hub does not know any more stays chosen. */
export function ServerSelect({
  servers,
  value,
  onChange,
}: {
  readonly servers: readonly { readonly id: string; readonly name: string }[];
  readonly value: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}) {
  const sorted = [...servers].sort((a, b) =>
    a.name.localeCompare(b.name, undefined, { numeric: true }),
  );
  return (
    <select
      aria-label="Server"
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      className={`${inputClass} w-auto! max-w-60 min-w-0 pr-8`}
    >
      <option value="">All servers</option>
      {value !== undefined && !servers.some(({ id }) => id === value) && (
        <option value={value}>{value}</option>
      )}
      {sorted.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
