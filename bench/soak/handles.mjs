// What the hub's process has open, by kind.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The sockets of TCP that are open on this machine: by inode, the port here. */
function sockets() {
  const found = new Map();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(table, "utf8").split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (inode === undefined) continue;
      const here = Number.parseInt(local.split(":")[1], 16);
      found.set(inode, { here, isListening: state === "0A" });
    }
  }
  return found;
}

function kindOf(target, tcp, port) {
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  if (inode === undefined) return target.startsWith("/") ? "files" : "others";
  const socket = tcp.get(inode);
  if (socket === undefined || socket.isListening) return "others";
  return socket.here === port ? "clients" : "servers";
}

/** How many there are: connections of `clients` to its port, connections to `servers`, `files`, and `others`. */
export function handlesOf(pid, port) {
  const tcp = sockets();
  const counts = { clients: 0, servers: 0, files: 0, others: 0 };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      counts[kindOf(readlinkSync(`/proc/${pid}/fd/${fd}`), tcp, port)] += 1;
    } catch {
      // It was closed meanwhile.
    }
  }
  return counts;
}
