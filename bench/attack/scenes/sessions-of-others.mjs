// A thousand new sessions that nobody uses, against one session that is in use.
import { legacy } from "../../gateway/mcp.mjs";
import { each, numbers } from "../stage.mjs";

export default {
  name: "sessions-of-others",
  faults: ["S17"],
  title: "1,000 new sessions against one that is in use",
  async run(stage) {
    const used = await stage.session("/mcp");
    const ping = () => stage.call("/mcp", legacy, "ping", {}, { session: used });
    await ping();
    let opened = 0;
    let refused = 0;
    await each(numbers(1_100), 8, async () => {
      const session = await stage.session("/mcp").catch(() => undefined);
      if (session === undefined) refused += 1;
      else opened += 1;
    });
    stage.note("opened", opened);
    stage.note("refused", refused);
    const isAlive = (await ping()).message?.result !== undefined;
    stage.must("the used session lives", isAlive ? "yes" : "no", isAlive);
  },
};
