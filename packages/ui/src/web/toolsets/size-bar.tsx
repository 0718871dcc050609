import type { ToolsetPreview } from "@hub/api";
import { TriangleAlert } from "lucide-react";
import { Button } from "../parts/controls.js";
import { budgetWarning } from "./budgets.js";
import type { Draft } from "./draft.js";
import { amount, plural } from "./words.js";

/** Always in sight: how large the toolset is, which hosts do not take that much, and `children`, what saves it. */
export function SizeBar({
  preview,
  mode,
  onMode,
  children,
}: {
  readonly preview: ToolsetPreview | undefined;
  readonly mode: Draft["mode"];
  readonly onMode: (mode: Draft["mode"]) => void;
  readonly children: React.ReactNode;
}) {
  const listed =
    preview === undefined ? 0 : mode === "search" ? preview.hubTools.length : preview.toolCount;
  const warning = budgetWarning(listed);
  return (
    <div
      data-testid="size-bar"
      className="sticky bottom-18 z-10 mt-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface px-4 py-2.5 shadow-over md:bottom-4"
    >
      <p className="min-w-0 text-sm tabular-nums">
        {preview === undefined ? (
          <span className="text-soft">Counting…</span>
        ) : (
          <>
            <span className="font-semibold" data-testid="tool-count">
              {plural(preview.toolCount, "tool")}
            </span>
            {mode === "search" && ` behind ${listed} of the hub's`}
            <span className="text-soft">
              {" "}
              · about <span data-testid="tokens">{amount(preview.tokens.listed)}</span> tokens
            </span>
          </>
        )}
      </p>
      {warning !== undefined && (
        <div
          role="status"
          className="flex min-w-0 items-center gap-2 text-sm text-warn max-md:order-last max-md:basis-full"
        >
          <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
          <span className="min-w-0 flex-1">{warning}</span>
          <Button onClick={() => onMode("search")}>Use search mode</Button>
        </div>
      )}
      <div className="ml-auto">{children}</div>
    </div>
  );
}
