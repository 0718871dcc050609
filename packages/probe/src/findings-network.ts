import type { Finding } from "@hub/core";
import {
  addressKind,
  canonicalAddress,
  type DialError,
  type DialStep,
  hostOf,
  literalAddresses,
  machineAddresses,
} from "@hub/dial";
import { type FindingSubject, finding } from "./finding-subject.js";

const doing: Readonly<Record<DialStep, string>> = {
  resolve: "resolving its name",
  connect: "connecting to it",
  tls: "the TLS handshake",
  http: "waiting for its answer",
};

/** Whether an endpoint means "this machine", but another machine registered it. */
export function isLoopbackElsewhere({ endpoint, registeredFrom }: FindingSubject): boolean {
  const addresses = literalAddresses(hostOf(new URL(endpoint)));
  if (addresses?.some((address) => addressKind(address) === "loopback") !== true) return false;
  if (registeredFrom === undefined || addressKind(registeredFrom) === undefined) return false;
  const from = canonicalAddress(registeredFrom) ?? registeredFrom;
  return addressKind(from) !== "loopback" && !machineAddresses().has(from);
}

/** Words for a connection or request that did not get through. */
export function networkFinding(error: DialError, subject: FindingSubject): Finding {
  const url = new URL(subject.endpoint);
  if (error.code === "HUB_ITSELF") {
    return finding(
      error.step,
      "HUB_ITSELF",
      `${url.host} is the hub itself.`,
      "Register the URL of the MCP server, with its own port.",
    );
  }
  if (error.step === "tls" && error.code !== "TIMEOUT") return tlsFinding(error, url);
  switch (error.code) {
    case "ADDRESS_DENIED":
      return finding(
        "connect",
        "ADDRESS_DENIED",
        `The hub does not dial ${url.host}: ${error.address ?? "its address"} ${error.message}.`,
        error.fix ?? "Register the server under another address.",
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
    case "EAI_FAIL":
      return finding(
        "resolve",
        "NAME_NOT_RESOLVED",
        `The hub cannot resolve the name ${url.hostname} (${error.code}).`,
        "Register an address or a name that the hub's machine knows; names of a compose file or a pod exist only inside its network.",
      );
    case "ECONNREFUSED":
      return refusedFinding(error, subject);
    case "TIMEOUT":
      return finding(
        error.step,
        "TOO_SLOW",
        `${url.host} is too slow: ${doing[error.step]} ${error.message}.`,
        error.step === "connect"
          ? "Check that host and port are right and that no firewall drops the hub's packets."
          : error.step === "resolve"
            ? "Check the DNS server of the hub's machine, or register an address instead of a name."
            : "Find out what keeps the server busy. If it always needs this long, raise MCP_HUB_PROBE_TIMEOUT_MS.",
      );
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
    case "ABORTED":
      return finding(
        error.step,
        "CONNECTION_RESET",
        `${url.host} closed the connection before it had answered (${error.code}).`,
        "Look into the server's log for a crash, and check that it speaks HTTP on this port.",
      );
    case "UND_ERR_HEADERS_OVERFLOW":
      return finding(
        "http",
        "ANSWER_TOO_LARGE",
        "The headers of the server's answer are over the hub's limit of 16 KiB.",
        "Make the server send fewer or smaller headers.",
      );
    default:
      return error.step === "http"
        ? finding(
            "http",
            "NOT_MCP",
            `${url.host} does not answer in HTTP (${error.code}).`,
            "Check the port of the endpoint: something other than a web server listens there.",
          )
        : finding(
            error.step,
            "CONNECT_FAILED",
            `The hub cannot connect to ${url.host} (${error.code}).`,
            "Check that the hub's machine has a route to this address, and that no firewall is between them.",
          );
  }
}

export function loopbackElsewhere({ endpoint, registeredFrom }: FindingSubject): Finding {
  const url = new URL(endpoint);
  const from = canonicalAddress(registeredFrom ?? "") ?? "";
  const host = from.includes(":") ? `[${from}]` : from;
  const port = url.port === "" ? "" : `:${url.port}`;
  return finding(
    "connect",
    "LOOPBACK_ELSEWHERE",
    `The endpoint ${url.host} means the hub's own machine, but the server registered from ${from}.`,
    `Make the server listen on 0.0.0.0 and set MCP_HUB_ADVERTISE_URL=${url.protocol}//${host}${port}${url.pathname} for it. If the hub runs in a container on the server's machine, use host.docker.internal as the host.`,
  );
}

function refusedFinding(error: DialError, { endpoint, registeredFrom }: FindingSubject): Finding {
  const url = new URL(endpoint);
  const from = canonicalAddress(registeredFrom ?? "");
  const dialled = canonicalAddress(error.address ?? "");
  const isFromPrivate = from !== undefined && addressKind(from) === "private";
  const isToPrivate = dialled !== undefined && addressKind(dialled) === "private";
  if (isFromPrivate && isToPrivate) {
    return finding(
      "connect",
      "LOOPBACK_IN_CONTAINER",
      `Nothing accepts connections at ${url.host}, although the server registered from ${from}: it probably listens on 127.0.0.1 inside a container or on its own machine.`,
      `Bind the server to 0.0.0.0 and set MCP_HUB_ADVERTISE_URL=${url.protocol}//<service or host name>${url.port === "" ? "" : `:${url.port}`}${url.pathname} for it.`,
    );
  }
  return finding(
    "connect",
    "NOTHING_LISTENS",
    `Nothing listens at ${url.host} (ECONNREFUSED).`,
    "Start the server, or register the port that it really listens on.",
  );
}

function tlsFinding(error: DialError, url: URL): Finding {
  const { code } = error;
  const isPlain =
    code === "ERR_SSL_WRONG_VERSION_NUMBER" ||
    code === "ERR_SSL_PACKET_LENGTH_TOO_LONG" ||
    code === "ERR_SSL_HTTP_REQUEST" ||
    code === "EPROTO";
  if (isPlain) {
    return finding(
      "tls",
      "PLAIN_HTTP_EXPECTED",
      `${url.host} speaks plain HTTP, but the endpoint says https:// (${code}).`,
      `Register http://${url.host}${url.pathname} instead, or give the server a certificate.`,
    );
  }
  const failed = (cause: string, fix: string) => finding("tls", "TLS_FAILED", cause, fix);
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return failed(
        `The certificate of ${url.host} is self-signed (${code}).`,
        "Start the hub with NODE_EXTRA_CA_CERTS=<file> holding the certificate or the authority that signed it.",
      );
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "CERT_UNTRUSTED":
      return failed(
        `The hub does not know the authority that signed the certificate of ${url.host} (${code}).`,
        "Make the server send the whole chain, or start the hub with NODE_EXTRA_CA_CERTS=<file> holding that authority.",
      );
    case "CERT_HAS_EXPIRED":
      return failed(
        `The certificate of ${url.host} has expired (${code}).`,
        "Renew the server's certificate.",
      );
    case "CERT_NOT_YET_VALID":
      return failed(
        `The certificate of ${url.host} is not valid yet (${code}).`,
        "Check the clocks of the hub's machine and of the one that made the certificate.",
      );
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return failed(
        `The certificate of ${url.host} is for another name (${code}).`,
        `Register the name that the certificate is for, or issue one that holds ${url.hostname}.`,
      );
    default:
      return failed(
        `The TLS handshake with ${url.host} failed (${code}).`,
        "Check the server's TLS settings: protocol versions, and whether it asks for a client certificate.",
      );
  }
}
