import { useQueryClient } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { shownError } from "../api/problem.js";
import { toClipboard } from "../parts/clipboard.js";
import { foundBy } from "../server/found-by.js";
import { setTheme } from "../shell/theme.js";
import { tell } from "../toasts/toasts.js";
import type { PaletteAct } from "./entries.js";

/** Does what was chosen in the palette, which is gone by then, and says in a toast what came of it. */
export function useAct(): (act: PaletteAct) => Promise<void> {
  const queries = useQueryClient();
  return async (act) => {
    switch (act.does) {
      case "theme":
        setTheme(act.theme);
        return;
      case "copy":
        if (await toClipboard(act.text)) tell(`Copied: ${act.text}`);
        else tell("The browser did not allow copying.", undefined, "bad");
        return;
      case "probe":
        try {
          const server = await hub.probe(act.serverId);
          queries.setQueryData(["server", act.serverId], server);
          void queries.invalidateQueries({ queryKey: ["servers"] });
          tell(`${server.title ?? server.name}: ${foundBy(server)}`);
        } catch (error) {
          tell(shownError(error).detail, undefined, "bad");
        }
    }
  };
}
