import type {
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
  UpstreamRequest,
} from "@hub/gateway";
import type { Agent, Dispatcher } from "undici";
import { DialError } from "./dial-error.js";
import { type DialerOptions, headersFor, hubIdHeader } from "./dialer.js";

/**
 * Sends a request and hands the answer on as it comes, undecoded. Its calls are the gateway's hot path,
 * so nothing is wrapped that need not be.
 */
export function relay(
  agent: Agent,
  url: string,
  request: UpstreamRequest,
  receiver: UpstreamReceiver,
  options: Pick<DialerOptions, "hubId" | "version">,
): UpstreamExchange {
  const target = new URL(url);
  let controller: Dispatcher.DispatchController | undefined;
  let isOver = false;
  const fail = (failure: UpstreamFailure) => {
    if (isOver) return;
    isOver = true;
    receiver.onFailure(failure);
  };
  agent.dispatch(
    {
      origin: target.origin,
      path: `${target.pathname}${target.search}`,
      method: request.method,
      headers: headersFor(request, options),
      body: request.body ?? null,
    },
    {
      // Called when the connection stands and the first byte is about to go out.
      onRequestStart(started) {
        controller = started;
        if (isOver) started.abort(new Error("given up"));
      },
      onResponseStart(_, status, headers) {
        if (isOver) return;
        if (headers[hubIdHeader] === options.hubId) {
          fail({ neverSent: false, code: "HUB_ITSELF", detail: "the hub itself answers there" });
          controller?.abort(new Error("the hub itself"));
          return;
        }
        receiver.onHead(status, headers);
      },
      onResponseData(_, chunk) {
        if (!isOver) receiver.onData(chunk);
      },
      onResponseEnd() {
        if (isOver) return;
        isOver = true;
        receiver.onEnd();
      },
      onResponseError(_, error) {
        fail(failureOf(error, controller === undefined));
      },
    },
  );
  return {
    abort() {
      if (isOver) return;
      isOver = true;
      controller?.abort(new Error("given up"));
    },
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  };
}

const details: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its host name has no address",
  EAI_AGAIN: "its host name could not be resolved",
  ECONNRESET: "it broke the connection",
  UND_ERR_SOCKET: "it closed the connection before it had answered",
  EHOSTUNREACH: "there is no way to its host",
  ENETUNREACH: "there is no way to its network",
  EPIPE: "it broke the connection",
  TIMEOUT: "no connection could be made in time",
};

function failureOf(error: Error, neverSent: boolean): UpstreamFailure {
  const isDial = error instanceof DialError;
  const code = "code" in error && typeof error.code === "string" ? error.code : "FAILED";
  const known = details[code];
  // The texts of other errors may repeat what a server sent.
  const detail = known ?? (isDial ? `it ${error.message}` : `the connection failed (${code})`);
  return { neverSent, code, detail };
}
