// One server of the faults run: `node server.mjs NAME modern|legacy PORT HUB_URL|- [SERVICE_KEY]`. With a hub it
// registers itself, and on SIGTERM it leaves the hub first, answers what is still on its way, and ends; without, it
// only listens, as a server does that somebody else has registered. It says when it has done so.
import { registerUrl } from "@hub/register/lease";
import { createMcpServer } from "./mcp-server.mjs";

const [name, era, port, hubUrl, serviceKey] = process.argv.slice(2);
/** Nothing that the hub sent before it knew that the server has left takes longer to arrive. */
const quietMs = 300;
const server = createMcpServer(name, era);
let lastRequestAt = 0;
server.on("request", () => {
  lastRequestAt = performance.now();
});
server.listen(Number(port), "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}/mcp`;
  const membership =
    hubUrl === "-"
      ? undefined
      : registerUrl(url, { name, hubUrl, serviceKey, signals: false, log: () => undefined });
  if (membership === undefined) process.send({ url });
  membership?.onStatus((status) => {
    if (status === "registered") process.send({ url });
  });
  process.once("SIGTERM", async () => {
    await membership?.close();
    lastRequestAt = performance.now();
    setInterval(() => {
      if (performance.now() - lastRequestAt < quietMs) return;
      if (server.listening) server.close(() => process.exit());
      server.closeIdleConnections();
    }, 5);
  });
});
process.once("disconnect", () => process.exit());
