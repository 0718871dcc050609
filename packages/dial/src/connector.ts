import { lookup } from "node:dns/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { connect as connectTls } from "node:tls";
import { addressKind, canonicalAddress } from "./address.js";
import type { Deadline } from "./deadline.js";
import { codeOf, DialError, type DialStep, TimeLimit } from "./dial-error.js";
import { checkAddress, type EndpointRules, literalAddresses } from "./endpoint-rules.js";

/** Finds the addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** An address the hub itself listens on. `0.0.0.0` and `::` mean every address of this machine. */
export type ListenAddress = { readonly address: string; readonly port: number };

export type ConnectorOptions = {
  readonly rules: EndpointRules;
  readonly resolve: Resolve;
  readonly ownAddresses: () => readonly ListenAddress[];
  /** More certificate authorities to trust, as PEM. */
  readonly ca?: string | undefined;
};

export type Goal = { readonly hostname: string; readonly port: number; readonly isTls: boolean };

/** What a connection went through, told as it happens. */
export type ConnectTrace = (step: DialStep, done?: string) => void;

const mostAddresses = 8;
/** An address that does not answer must leave time for the next one. */
const nextAddressMs = 1_000;

/** Asks the system, as every other program on the machine would. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** Every address of this machine, in one spelling each. */
export function machineAddresses(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address } of addresses ?? []) found.add(canonicalAddress(address) ?? address);
  }
  return found;
}

/** Whether a connection to this address would reach the hub itself. */
export function isOwnAddress(ip: string, port: number, own: readonly ListenAddress[]): boolean {
  const dialled = canonicalAddress(ip) ?? ip;
  return own.some((listening) => {
    if (listening.port !== port) return false;
    const address = canonicalAddress(listening.address) ?? listening.address;
    if (address === dialled) return true;
    const isEverywhere = address === "0.0.0.0" || address === "::";
    return isEverywhere && (addressKind(ip) === "loopback" || machineAddresses().has(dialled));
  });
}

async function addressesOf(goal: Goal, options: ConnectorOptions, signal: AbortSignal) {
  const literal = literalAddresses(goal.hostname);
  if (literal !== undefined) return literal;
  try {
    return await unlessAborted(options.resolve(goal.hostname), signal);
  } catch (error) {
    throw asDialError("resolve", error, signal);
  }
}

/** The addresses that may be connected to; throws when there is none. */
function checkedAddresses(
  addresses: readonly string[],
  goal: Goal,
  options: ConnectorOptions,
): string[] {
  const allowed: string[] = [];
  let refusal: DialError | undefined;
  for (const address of addresses) {
    const verdict = checkAddress(address, options.rules);
    if (!verdict.isAllowed) {
      refusal ??= new DialError("connect", "ADDRESS_DENIED", verdict.reason, {
        address,
        fix: verdict.fix,
      });
    } else if (isOwnAddress(address, goal.port, options.ownAddresses())) {
      throw new DialError("connect", "HUB_ITSELF", "is the hub itself", { address });
    } else {
      allowed.push(address);
    }
  }
  if (allowed.length > 0) return allowed.slice(0, mostAddresses);
  throw refusal ?? new DialError("resolve", "ENOTFOUND", "has no address");
}

/** The addresses of a host that may be connected to. Throws DialError when there is none. */
export async function legalAddresses(
  goal: Goal,
  options: ConnectorOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return checkedAddresses(await addressesOf(goal, options, signal), goal, options);
}

/**
 * Connects to a host: resolves it once, checks every address, and dials only what passed the check,
 * so that a name that resolves differently a moment later changes nothing.
 */
export async function openSocket(
  goal: Goal,
  options: ConnectorOptions,
  deadline: Deadline,
  trace: ConnectTrace = () => undefined,
): Promise<Socket> {
  trace("resolve");
  const addresses = await addressesOf(goal, options, deadline.signal);
  trace("resolve", addresses.slice(0, mostAddresses).join(", "));
  trace("connect");
  const checked = checkedAddresses(addresses, goal, options);
  let failure: unknown;
  for (const [index, address] of checked.entries()) {
    const isLast = index === checked.length - 1;
    const limit = isLast ? deadline : deadline.within(nextAddressMs);
    try {
      const socket = await connected(
        () => connectTcp({ host: address, port: goal.port }),
        "connect",
        limit.signal,
        "connect",
      );
      trace("connect", `${address.includes(":") ? `[${address}]` : address}:${goal.port}`);
      return goal.isTls ? await secured(socket, goal, options, deadline, trace) : socket;
    } catch (error) {
      if (error instanceof DialError && error.step === "tls") throw error;
      // The first address of a name is the one people mean; the others only say the same.
      failure ??= withAddress(error, address);
      if (deadline.signal.aborted) break;
    } finally {
      if (!isLast) limit.clear();
    }
  }
  throw failure;
}

function withAddress(error: unknown, address: string): unknown {
  if (!(error instanceof DialError)) return error;
  return new DialError(error.step, error.code, error.message, { cause: error.cause, address });
}

async function secured(
  socket: Socket,
  goal: Goal,
  options: ConnectorOptions,
  deadline: Deadline,
  trace: ConnectTrace,
): Promise<Socket> {
  trace("tls");
  const isName = addressKind(goal.hostname) === undefined;
  const secure = await connected(
    () =>
      connectTls({
        socket,
        // What the certificate must be for; an address is no server name.
        host: goal.hostname,
        ...(isName ? { servername: goal.hostname } : {}),
        ...(options.ca === undefined ? {} : { ca: options.ca }),
        ALPNProtocols: ["http/1.1"],
        // Said aloud, so that no environment variable switches it off.
        rejectUnauthorized: true,
      }),
    "secureConnect",
    deadline.signal,
    "tls",
  );
  trace("tls", "The certificate is valid.");
  return secure;
}

/** Whether a TLS server answers there. Sends no request, and trusts nothing it hears. */
export async function speaksTls(
  goal: Goal,
  options: ConnectorOptions,
  deadline: Deadline,
): Promise<boolean> {
  const socket = await openSocket({ ...goal, isTls: false }, options, deadline);
  try {
    await connected(
      () => connectTls({ socket, host: goal.hostname, rejectUnauthorized: false }),
      "secureConnect",
      deadline.signal,
      "tls",
    );
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits until a socket is ready; destroys it when it is not in time. */
export function connected<S extends Socket>(
  open: () => S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
  step: DialStep,
): Promise<S> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(asDialError(step, signal.reason, signal));
    const socket = open();
    const settle = (run: () => void) => {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, onReady);
      socket.off("error", onError);
      socket.off("close", onClose);
      run();
    };
    const fail = (error: unknown) =>
      settle(() => {
        // An error that comes after this one must not end the process.
        socket.on("error", () => undefined);
        socket.destroy();
        reject(asDialError(step, error, signal));
      });
    const onReady = () => settle(() => resolve(socket));
    const onError = (error: Error) => fail(error);
    const onClose = () => fail(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    const onAbort = () => fail(signal.reason);
    socket.setNoDelay(true);
    socket.once(event, onReady).once("error", onError).once("close", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Rejects with the reason of the abort as soon as that comes. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Any failure as one that says where it happened. */
export function asDialError(step: DialStep, error: unknown, signal?: AbortSignal): DialError {
  if (error instanceof DialError) return error;
  const reason = signal?.aborted === true ? signal.reason : error;
  if (reason instanceof DialError) return reason;
  if (reason instanceof TimeLimit)
    return new DialError(step, "TIMEOUT", reason.message, { cause: reason });
  if (signal?.aborted === true)
    return new DialError(step, "ABORTED", "was given up", { cause: reason });
  const code = codeOf(error);
  return new DialError(step, code, code, { cause: error });
}
