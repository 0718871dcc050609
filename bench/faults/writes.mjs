// Programs that register in a tight loop, and remember what was acknowledged.
import { Agent, request } from "node:http";
import { sleep } from "../gateway/processes.mjs";

/** What one name was sent and what of it the hub said it has; both are versions, 0 for none. */
export class Ledger {
  sent = new Map();
  acknowledged = new Map();

  /** Holds names with their versions, as they are stored, against it. Returns one sentence a fault, by kind. */
  compare(servers) {
    const own = servers.filter(({ name }) => name.startsWith(prefix));
    const stored = new Map(own.map(({ name, version }) => [name, version]));
    const faults = { lost: [], torn: [] };
    for (const [name, version] of this.acknowledged) {
      const found = Number(stored.get(name) ?? 0);
      if (found < version)
        faults.lost.push(
          `${name}: version ${version} was acknowledged, ${found || "nothing"} is stored`,
        );
    }
    for (const [name, version] of stored) {
      if (!(Number(version) <= (this.sent.get(name) ?? 0)))
        faults.torn.push(`${name}: version ${version} is stored and was never sent`);
    }
    return faults;
  }
}

const prefix = "write-";
const namesPerCaller = 6;
const nameOf = (caller, turn) => `${prefix}${caller}-${turn % namesPerCaller}`;

/** Fields enough to make a registration span pages of a file now and then. */
function registration(name, version) {
  return JSON.stringify({
    name,
    transport: "http",
    // Port 9 refuses at once: probes of it cost nothing and tell nothing.
    endpoint: `http://127.0.0.1:9/${name}`,
    version: String(version),
    description: "x".repeat((version * 131) % (version % 50 === 0 ? 5_000 : 400)),
    tags: ["faults"],
    // Proves that it is the same server: without it nothing changes while a lease of it lives.
    serviceKey: `service-key-of-${name}`,
    ...(version % 2 === 0 ? { lease: {} } : {}),
  });
}

/** Sends one request; rejects when there is no whole answer, since only such a one is an acknowledgement. */
export function send(url, method, path, { agent, body } = {}) {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, url), { agent, method }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (!response.complete) return reject(new Error("cut off"));
        resolve({ status: response.statusCode, headers: response.headers, text });
      });
    });
    call.on("error", reject);
    if (body !== undefined) call.setHeader("content-type", "application/json");
    call.end(body);
  });
}

/**
 * Starts `callers` loops against hubs. `flowing` resolves when `enough` registrations have been acknowledged, `stopped`
 * with what was `seen`: how many were `acknowledged`, the answers that should not have come (`wrong`), and the
 * milliseconds until each 503 that says when to come again (`refusals`).
 *
 * A loop ends when its hub is gone; where it `goesOn`, it asks the next hub instead, until `stop`.
 */
export function startWrites({ urls, callers, ledger, enough = 1, goesOn = false }) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const seen = { acknowledged: 0, refusals: [], wrong: [] };
  let isOver = false;
  let onEnough = () => {};
  const flowing = new Promise((resolve) => {
    onEnough = resolve;
  });
  const loop = async (caller) => {
    for (let turn = 0, hub = caller; !isOver; turn += 1) {
      const name = nameOf(caller, turn);
      const version = (ledger.sent.get(name) ?? 0) + 1;
      ledger.sent.set(name, version);
      const began = performance.now();
      let answer;
      try {
        const body = registration(name, version);
        answer = await send(urls[hub % urls.length], "POST", "/register", { agent, body });
      } catch {
        if (!goesOn) return;
        hub += 1;
        await sleep(20);
        continue;
      }
      if (answer.status < 300) {
        ledger.acknowledged.set(name, version);
        seen.acknowledged += 1;
        if (seen.acknowledged >= enough) onEnough();
      } else if (goesOn && answer.status === 503 && answer.headers["retry-after"] !== undefined) {
        seen.refusals.push(performance.now() - began);
        hub += 1;
        await sleep(100);
      } else {
        seen.wrong.push(`a registration was answered ${answer.status}: ${answer.text}`);
        if (!goesOn) return;
        await sleep(100);
      }
    }
  };
  const stopped = Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)))
    .finally(() => agent.destroy())
    .then(() => seen);
  const stop = () => {
    isOver = true;
    return stopped;
  };
  return { seen, flowing, stopped, stop };
}
