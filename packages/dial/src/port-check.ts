import { connect } from "node:net";
import { type ConnectorOptions, connected, type Goal, legalAddresses } from "./connector.js";
import type { Deadline } from "./deadline.js";
import { DialError } from "./dial-error.js";

/**
 * What became of connecting to a host, over all addresses of its name. `accepted`: something listens
 * at one of them. `refused`: nothing listens at any. `silent`: it was too slow, or broke off.
 * `nowhere`: there is no such host, no way to it, or the hub may not dial it.
 */
export type PortState = "accepted" | "refused" | "silent" | "nowhere";

/** From what says most about the host to what says least. */
const telling: readonly PortState[] = ["accepted", "silent", "refused", "nowhere"];

/** Connects to every address of a host, and says nothing there. Never rejects. */
export async function checkPort(
  goal: Goal,
  options: ConnectorOptions,
  deadline: Deadline,
): Promise<PortState> {
  try {
    const addresses = await legalAddresses(goal, options, deadline.signal);
    const heard = await Promise.all(
      addresses.map((host) => checkAddress(host, goal.port, deadline)),
    );
    return telling.find((one) => heard.includes(one)) ?? "nowhere";
  } catch (error) {
    return meaningOf(error);
  }
}

async function checkAddress(host: string, port: number, deadline: Deadline): Promise<PortState> {
  try {
    const open = () => connect({ host, port });
    const socket = await connected(open, "connect", deadline.signal, "connect");
    socket.on("error", () => undefined).destroy();
    return "accepted";
  } catch (error) {
    return meaningOf(error);
  }
}

const meanings: Readonly<Record<string, PortState>> = {
  ECONNREFUSED: "refused",
  ADDRESS_DENIED: "nowhere",
  HUB_ITSELF: "nowhere",
  ENOTFOUND: "nowhere",
  EAI_NODATA: "nowhere",
  EADDRNOTAVAIL: "nowhere",
  EAFNOSUPPORT: "nowhere",
  ENETUNREACH: "nowhere",
  EHOSTUNREACH: "nowhere",
};

function meaningOf(error: unknown): PortState {
  return (error instanceof DialError ? meanings[error.code] : undefined) ?? "silent";
}
