import { rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubProcess, ModernUpstream, quick, selfSigned, serve, serveTls } from "@hub/testing";

/** A certificate that the hub trusts, and one that it trusts and that is over. */
export const trusted = selfSigned();
export const expired = selfSigned({ fromDays: -3, toDays: -1 });

/** Files that the hubs of this run read, for `closeStage`. */
const files: string[] = [];

/** A real hub that notices quickly and trusts the two certificates. */
export async function startHub(): Promise<HubProcess> {
  const file = join(tmpdir(), `mcp-hub-doctor-${process.pid}.pem`);
  writeFileSync(file, `${trusted.cert}\n${expired.cert}`);
  files.push(file);
  return HubProcess.start({
    ...quick,
    MCP_HUB_PROBE_TIMEOUT_MS: "4000",
    NODE_EXTRA_CA_CERTS: file,
  });
}

export function removeFiles(): void {
  for (const file of files.splice(0)) rmSync(file, { force: true });
}

/** The id of a name that is plain words. */
export const idOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/-$/, "");

export type Registration = {
  readonly name: string;
  readonly endpoint: string;
  readonly transport?: string;
  readonly lease?: object;
};

/** Registers as the seed's servers do, without a lease unless one is asked for. */
export async function register(hubUrl: string, registration: Registration) {
  const response = await fetch(`${hubUrl}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ transport: "streamable-http", ...registration }),
  });
  const answer = (await response.json()) as {
    readonly server?: { readonly id: string };
    readonly lease?: { readonly id: string };
    readonly code?: string;
  }; // as the contract says
  return { status: response.status, ...answer };
}

/** A server that works, or that does only what `fault` does with each request, until it is mended. */
export async function upstreamWith(
  name: string,
  fault?: RequestListener,
  tools?: readonly (string | Readonly<Record<string, unknown>>)[],
): Promise<ModernUpstream> {
  const upstream = await ModernUpstream.start({ name, ...(tools === undefined ? {} : { tools }) });
  if (fault !== undefined)
    upstream.intercept = (request, response) => {
      void fault(request, response);
      return true;
    };
  return upstream;
}

/** Hands each request on to a server, and its answer back. */
const handedOn =
  (upstream: ModernUpstream, delayMs = 0): RequestListener =>
  async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const { host, connection, "content-length": length, ...headers } = request.headers;
    try {
      const answer = await fetch(upstream.endpoint, {
        method: request.method ?? "GET",
        headers: headers as Record<string, string>, // of a request with one value each
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "application/json",
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      // The server was stopped in the middle of it.
      response.destroy();
    }
  };

/** The same server over TLS. */
export const overTls = (upstream: ModernUpstream, certificate: Parameters<typeof serveTls>[0]) =>
  serveTls(certificate, handedOn(upstream));

/** The same server, each answer of which comes late. */
export const slowed = (upstream: ModernUpstream, delayMs: number) =>
  serve(handedOn(upstream, delayMs));
