// A stdio server behind hub-register writes one line of 32 MB, and says which secrets it was given.
import { legacy } from "../../gateway/mcp.mjs";
import { cpuSeconds } from "../../gateway/processes.mjs";
import { textOf } from "../stage.mjs";
import { startWrapped } from "../wrapped.mjs";

const megabyte = 1024 * 1024;

export default {
  name: "long-line",
  faults: ["S20"],
  title: "a line of 32 MB through hub-register, and what its child is told",
  isLight: true,
  async run(stage) {
    const env = { MCP_HUB_TOKEN: "attack-token", MCP_HUB_SERVICE_KEY: "attack-service-key" };
    const { path, child } = await startWrapped(stage, "wrapped", { env });
    const session = await stage.session(path);
    const call = (name, given, limitMs) =>
      stage.call(path, legacy, "tools/call", { name, arguments: given }, { session, limitMs });
    const told = textOf((await call("secrets", {})).message);
    stage.must("secrets in the environment of the child", told || "none", told === "");
    const bytes = stage.scale(32, 16) * megabyte;
    const began = cpuSeconds(child.pid);
    const long = call("long", { bytes }, 60_000).catch(() => undefined);
    const at = performance.now();
    const { message } = await call("echo", { text: "meanwhile" }, 60_000);
    stage.note("seconds for another call meanwhile", ((performance.now() - at) / 1_000).toFixed(1));
    await long;
    const spent = cpuSeconds(child.pid) - began;
    const most = stage.scale(3, 1.5);
    const what = `CPU seconds for ${bytes / megabyte} MB (at most ${most})`;
    stage.must(what, spent.toFixed(1), spent <= most);
    const isGood = textOf(message) === "meanwhile";
    stage.must("the other call is answered", isGood ? "yes" : "no", isGood);
  },
};
