import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { Problem } from "../parts/panels.js";
import { counted } from "../parts/units.js";
import { mostExported, readJournal } from "./queries.js";
import type { ActivitySearch } from "./search.js";

/** Hands a file to whoever looks at the page. */
function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Everything the filter selects as one JSON file, as `GET /events` would answer it. */
export function useExport(search: ActivitySearch) {
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [error, setError] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    setSaid("");
    setError(undefined);
    try {
      const page = await readJournal(search);
      const day = new Date().toISOString().slice(0, 19).replaceAll(":", "");
      save(`mcp-hub-events-${day}.json`, JSON.stringify(page, null, 2));
      setSaid(
        page.nextCursor === undefined
          ? `Exported ${counted(page.events.length, "event")}.`
          : `Exported the newest ${mostExported.toLocaleString()} events, which is the most. Older ones: GET /events?cursor=${page.nextCursor}`,
      );
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  return {
    button: (
      <Button disabled={isBusy} onClick={() => void run()}>
        <Download className="size-4" aria-hidden="true" />
        {isBusy ? "Exporting…" : "Export JSON"}
      </Button>
    ),
    result:
      error === undefined ? (
        <p role="status" className="text-sm break-words text-soft not-empty:mb-3">
          {said}
        </p>
      ) : (
        <div className="mb-3">
          <Problem error={error} onRetry={() => void run()} />
        </div>
      ),
  };
}
