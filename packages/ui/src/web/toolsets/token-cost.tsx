import type { ToolsetPreview } from "@hub/api";
import { amount } from "./words.js";

/** About what a model reads before it does anything, beside the two other ways. */
export function TokenCost({
  tokens,
  mode,
}: {
  readonly tokens: ToolsetPreview["tokens"];
  readonly mode: "all" | "search";
}) {
  const most = Math.max(1, tokens.everything, tokens.all, tokens.search);
  const rows = [
    { key: "all", label: "All its tools", value: tokens.all },
    { key: "search", label: "In search mode", value: tokens.search },
    { key: "everything", label: "Everything at /mcp", value: tokens.everything },
  ] as const;
  return (
    <div>
      <h3 className="text-sm font-semibold">Tokens</h3>
      <p className="text-xs text-soft">
        What the list costs a model, about: four characters count as one token.
      </p>
      <ul className="mt-2 grid grid-cols-1 gap-1.5 text-xs">
        {rows.map(({ key, label, value }) => (
          <li key={key} className={key === mode ? "text-ink" : "text-soft"}>
            <div className="flex justify-between gap-2">
              <span className={key === mode ? "font-semibold" : ""}>
                {label}
                {key === mode && " (chosen)"}
              </span>
              <span className="tabular-nums">{amount(value)}</span>
            </div>
            <div aria-hidden="true" className="mt-0.5 h-1.5 rounded-full bg-raised">
              <div
                className={`h-full rounded-full ${key === mode ? "bg-accent" : "bg-line-strong"}`}
                style={{ width: `${Math.max(1, (value / most) * 100)}%` }}
              />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
