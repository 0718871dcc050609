import {
  areReady,
  type ReadyHeaders,
  type UpstreamCredentials,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamReceiver,
  type UpstreamRequest,
} from "@hub/core/upstream";
import { credentialHeaders } from "./credential-headers.js";
import { DialError } from "./dial-error.js";
import { type HopIdentity, headersFor, hubIdHeader, hubViaHeader, viaFor } from "./hop-headers.js";
import { mostRedirects, redirectToFollow } from "./redirect.js";
import { type Dispatcher, parseHeaders } from "./undici.js";

export type ForwardOptions = HopIdentity & {
  /** What goes along to servers that ask for it. Default: nothing. */
  readonly credentials?: UpstreamCredentials | undefined;
  /** Hears how many bytes came, with every piece. Default: nobody. */
  readonly onReceived?: ((length: number) => void) | undefined;
};

/**
 * Sends a request and hands the answer on as it comes, undecoded; one that is redirected on the same
 * origin is sent there instead. Its calls are the gateway's hot path, so nothing is wrapped that need not
 * be.
 */
export function forward(
  agent: Dispatcher,
  url: string,
  request: UpstreamRequest,
  receiver: UpstreamReceiver,
  options: ForwardOptions,
): UpstreamExchange {
  let at = url;
  let redirects = 0;
  let isRedirected = false;
  let abort: ((reason: Error) => void) | undefined;
  let resume: (() => void) | undefined;
  let isPaused = false;
  let isOver = false;
  let isDispatched = false;
  const fail = (failure: UpstreamFailure) => {
    if (isOver) return;
    isOver = true;
    receiver.onFailure(failure);
  };
  let credentials: ReadyHeaders | undefined;
  const dispatch = () => {
    const found = credentialHeaders(options.credentials, request.serverId, at);
    // Nearly always they are at hand, or there are none.
    if (found instanceof Promise) found.then(dispatchWith, () => dispatchWith(undefined));
    else dispatchWith(found);
  };
  const dispatchWith = (own: ReadyHeaders | undefined) => {
    if (isOver) return;
    credentials = own;
    const { origin, path } = targetOf(at);
    const { method, body = null } = request;
    const headers = headerList(request, options, own);
    agent.dispatch({ origin, path, method, headers, body }, handler);
  };
  const goOn = () => {
    isRedirected = false;
    // Nothing of it has been sent to where it goes now.
    abort = undefined;
    dispatch();
  };
  // The handler's first form: the newer one is wrapped around it and makes three objects more a call.
  const handler: Dispatcher.DispatchHandler = {
    // Called when the connection stands and the first byte is about to go out.
    onConnect(abortIt) {
      abort = abortIt;
      if (isOver) abortIt(new Error("given up"));
    },
    onHeaders(status, rawHeaders, resumeIt) {
      resume = resumeIt;
      // Informational answers come before the one that counts.
      if (isOver || status < 200) return true;
      if (status > 599) {
        const detail = `it answered with the status ${status}, which HTTP does not have`;
        fail({ neverSent: false, code: "ANSWER_INVALID", detail });
        abort?.(new Error("no status of HTTP"));
        return true;
      }
      // A header may have the name of something that every other object has.
      const headers = parseHeaders(rawHeaders, Object.create(null));
      if (headers[hubIdHeader] === options.hubId) {
        fail({ neverSent: false, code: "HUB_ITSELF", detail: "the hub itself answers there" });
        abort?.(new Error("the hub itself"));
        return true;
      }
      if (status === 401 && credentials !== undefined && request.serverId !== undefined)
        options.credentials?.onRefused(request.serverId, credentials);
      const next =
        redirects < mostRedirects && typeof headers.location === "string"
          ? redirectToFollow(status, headers.location, at)
          : undefined;
      if (next !== undefined) {
        at = next;
        redirects += 1;
        isRedirected = true;
        abort?.(new Error("redirected"));
        return true;
      }
      receiver.onHead(status, headers);
      return !isPaused;
    },
    onData(chunk) {
      // undici reports nothing when it goes on in the middle of a body; it must not be stopped again by that.
      if (chunk.length === 0) return true;
      options.onReceived?.(chunk.length);
      if (!isOver && !isRedirected) receiver.onData(chunk);
      return !isPaused;
    },
    onComplete() {
      if (isOver) return;
      if (isRedirected) return goOn();
      isOver = true;
      receiver.onEnd();
    },
    onError(error) {
      if (isRedirected && !isOver) return goOn();
      const failure = failureOf(error, abort === undefined);
      // What is wrong at once is told later as well, when the caller has what this returns.
      if (isDispatched) fail(failure);
      else queueMicrotask(() => fail(failure));
    },
  };
  dispatch();
  isDispatched = true;
  return {
    abort() {
      if (isOver) return;
      isOver = true;
      abort?.(new Error("given up"));
    },
    pause() {
      isPaused = true;
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      // undici reads on at once, and fails when it is reading another answer at that moment. In between
      // everybody else has a turn, however quickly this one is paused and resumed.
      setImmediate(() => {
        if (!isPaused && !isOver) resume?.();
      });
    },
  };
}

/** As a list, which is quicker to read than an object of many shapes. */
function headerList(
  request: UpstreamRequest,
  options: HopIdentity,
  credentials: ReadyHeaders = none,
): string[] {
  if (areReady(request.headers)) {
    const agent = `mcp-hub/${options.version}`;
    const via = viaFor(request.via, options);
    return [...request.headers, "user-agent", agent, hubViaHeader, via, ...credentials];
  }
  const headers = headersFor(request.headers, request.via, options);
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name] ?? "");
  list.push(...credentials);
  return list;
}

const none: ReadyHeaders = [];

type Target = { readonly origin: string; readonly path: string };

const mostTargets = 4_000;
/** Longer URLs, which a server can name in its stream, are read anew each time. */
const longestKept = 2_048;
const targets = new Map<string, Target>();

/** The same few URLs are called again and again. */
function targetOf(url: string): Target {
  const known = targets.get(url);
  if (known !== undefined) return known;
  const { origin, pathname, search } = new URL(url);
  const target = { origin, path: `${pathname}${search}` };
  if (url.length > longestKept) return target;
  if (targets.size >= mostTargets) targets.clear();
  targets.set(url, target);
  return target;
}

const details: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: "nothing listens there",
    ENOTFOUND: "its host name has no address",
    EAI_AGAIN: "its host name could not be resolved",
    ECONNRESET: "it broke the connection",
    UND_ERR_SOCKET: "it closed the connection before it had answered",
    EHOSTUNREACH: "there is no way to its host",
    ENETUNREACH: "there is no way to its network",
    EPIPE: "it broke the connection",
    TIMEOUT: "no connection could be made in time",
  }),
);

function failureOf(error: Error, neverSent: boolean): UpstreamFailure {
  const isDial = error instanceof DialError;
  const code = "code" in error && typeof error.code === "string" ? error.code : "FAILED";
  const known = details.get(code);
  // The texts of other errors may repeat what a server sent.
  const detail = known ?? (isDial ? `it ${error.message}` : `the connection failed (${code})`);
  return { neverSent, code, detail };
}
