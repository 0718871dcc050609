// Who is measured: the way without anything in between, two reverse proxies, and the hub's two doors.
import { join } from "node:path";
import { allUp, isReady, register, startHub, visibleAfter } from "./hub.mjs";
import { legacy, modern } from "./mcp.mjs";
import { startNginx } from "./nginx.mjs";
import { startPeer } from "./peer.mjs";
import { folder, startScript } from "./processes.mjs";

export const direct = "direct";
export const nginx = "nginx";
const roomyNginx = "nginx, 128 KB buffers";
export const nodeProxy = "node:http proxy";
export const hubAll = "hub /mcp";
export const hubOne = "hub /servers/{id}/mcp";

/** The upstreams that are called. `id` is the name the hub gives them. */
const paths = {
  modern: "/modern/0/0/mcp",
  legacy: "/legacy/0/0/mcp",
  sdk: "/mcp",
};
const eras = { modern, legacy, sdk: modern };

/** A proxy that forwards paths as they are, and `/sdk/...` to the server made with the SDK. */
function forwarder(name, { pid, port }) {
  return {
    name,
    pid,
    toolName: (_upstream, tool) => tool,
    target: (upstream) => ({
      port,
      path: upstream === "sdk" ? `/sdk${paths.sdk}` : paths[upstream],
      era: eras[upstream],
    }),
  };
}

/** Buffers make a difference to long answers only. */
function nginxContenders(web) {
  const roomy = forwarder(roomyNginx, { pid: web.pid, port: web.roomyPort });
  return [forwarder(nginx, web), { ...roomy, isForLongAnswersOnly: true }];
}

async function startHubContenders(upstream, sdk) {
  const hub = await startHub(join(folder, "calls"));
  await isReady(hub);
  await register(hub, "bench-modern", `${upstream.url}${paths.modern}`);
  await register(hub, "bench-legacy", `${upstream.url}${paths.legacy}`);
  await register(hub, "bench-sdk", `${sdk.url}${paths.sdk}`);
  await allUp(hub, 3);
  const { pid, port } = hub;
  const contenders = [
    {
      name: hubAll,
      pid,
      toolName: (upstreamName, tool) => `bench-${upstreamName}__${tool}`,
      target: (upstreamName) => ({ port, path: "/mcp", era: eras[upstreamName] }),
    },
    {
      name: hubOne,
      pid,
      toolName: (_upstream, tool) => tool,
      target: (upstreamName) => ({
        port,
        path: `/servers/bench-${upstreamName}/mcp`,
        era: eras[upstreamName],
      }),
    },
  ];
  return { hub, contenders };
}

/** Starts everything that takes part in the measurements of calls. */
export async function startContenders() {
  const upstream = await startScript("upstream.mjs");
  const sdk = await startScript("sdk-upstream.mjs");
  const proxy = await startScript("node-proxy.mjs", upstream.port, sdk.port);
  const web = await startNginx(upstream.port, sdk.port);
  const hub = await startHubContenders(upstream, sdk);
  const other = await startPeer(`${upstream.url}${paths.legacy}`);
  const noHop = {
    name: direct,
    pid: undefined,
    toolName: (_upstream, tool) => tool,
    target: (name) => ({
      port: name === "sdk" ? sdk.port : upstream.port,
      path: paths[name],
      era: eras[name],
    }),
  };
  // Changes reach clients a moment after the registry has them.
  await visibleAfter(hub.hub.port, 9, performance.now(), { limitMs: 5_000 }).catch((error) => {
    console.log(`The hub's /mcp does not show the servers: ${error.message}.`);
  });
  const contenders = [
    noHop,
    ...(web === undefined ? [] : nginxContenders(web)),
    forwarder(nodeProxy, proxy),
    ...hub.contenders,
    ...(other === undefined ? [] : [other.contender]),
  ];
  const children = [upstream, sdk, proxy, web, hub.hub, other].filter((one) => one !== undefined);
  return { contenders, upstream, hub: hub.hub, children: children.map(({ child }) => child) };
}
