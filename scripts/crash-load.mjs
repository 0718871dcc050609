// The load of the crash test: callers that register in a tight loop and remember what was acknowledged.
import { Agent, request } from "node:http";

/** What one name was sent and what of it the hub said it has; both are versions, 0 for none. */
export class Ledger {
  sent = new Map();
  acknowledged = new Map();
}

const namesPerCaller = 6;

export function nameOf(caller, turn) {
  return `crash-${caller}-${turn % namesPerCaller}`;
}

/** Fields enough to make a registration span pages of the file now and then. */
function registration(name, version, port) {
  return JSON.stringify({
    name,
    transport: "http",
    // Port 9 refuses at once: probes of it cost nothing and tell nothing.
    endpoint: `http://127.0.0.1:9/${name}`,
    version: String(version),
    description: "x".repeat((version * 131) % (version % 50 === 0 ? 5_000 : 400)),
    tags: ["crash", `port-${port}`],
    // Proves that it is the same server: without it nothing changes while a lease of it lives.
    serviceKey: `crash-test-service-key-of-${name}`,
    ...(version % 2 === 0 ? { lease: {} } : {}),
  });
}

/** Resolves with the status, or rejects when the hub is gone. */
function post(agent, port, body) {
  return new Promise((resolve, reject) => {
    const call = request(
      { agent, host: "127.0.0.1", port, path: "/register", method: "POST" },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("error", reject);
        // Only an answer that arrived in full is an acknowledgement.
        response.on("end", () => {
          if (response.complete) resolve({ status: response.statusCode, text });
          else reject(new Error("cut off"));
        });
      },
    );
    call.on("error", reject);
    call.setHeader("content-type", "application/json");
    call.end(body);
  });
}

/**
 * Starts `callers` loops against the hub on `port`. `flowing` resolves when `enough` registrations have
 * been acknowledged. `stopped` resolves with the number of all that were, when every loop has lost the
 * hub; an answer that is no success rejects it.
 */
export function startLoad({ port, callers, ledger, enough }) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  let count = 0;
  let onEnough = () => {};
  const flowing = new Promise((resolve) => {
    onEnough = resolve;
  });
  const loop = async (caller) => {
    for (let turn = 0; ; turn += 1) {
      const name = nameOf(caller, turn);
      const version = (ledger.sent.get(name) ?? 0) + 1;
      ledger.sent.set(name, version);
      let answer;
      try {
        answer = await post(agent, port, registration(name, version, port));
      } catch {
        return;
      }
      if (answer.status !== 200 && answer.status !== 201)
        throw new Error(`The hub answered ${answer.status}: ${answer.text.slice(0, 300)}`);
      ledger.acknowledged.set(name, version);
      count += 1;
      if (count >= enough) onEnough();
    }
  };
  const stopped = Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)))
    .finally(() => agent.destroy())
    .then(() => count);
  return { flowing, stopped };
}
