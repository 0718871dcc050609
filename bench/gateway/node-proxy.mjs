// A plain reverse proxy: what anybody writes with node:http in twenty lines, connections kept alive.
// `/sdk/...` goes to the second upstream, everything else to the first.
import { Agent, createServer, request as send } from "node:http";

const [port, first, second] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer((request, response) => {
  const isSecond = request.url.startsWith("/sdk/");
  const forwarded = send(
    {
      agent,
      host: "127.0.0.1",
      port: isSecond ? second : first,
      method: request.method,
      path: isSecond ? request.url.slice("/sdk".length) : request.url,
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  forwarded.on("error", () => response.destroy());
  request.pipe(forwarded);
});
server.keepAliveTimeout = 60_000;
server.listen(port, "127.0.0.1", () => process.send("listening"));
process.once("disconnect", () => process.exit());
