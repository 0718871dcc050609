import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { CredentialInput } from "@hub/client";
import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import type { CommandContext } from "../../command-line/context.js";
import { credentialLines } from "../../command-line/credential-text.js";
import { findServer } from "../../command-line/find-server.js";
import { toned } from "../../command-line/styled.js";

const mostBytes = 16_384;

export const command = defineCommand({
  args: { server: { summary: "the id or the name of a server", completes: "servers" } },
  options: {
    header: { summary: "the header to send (default: Authorization)", value: "name" },
    bearer: { summary: "the secret is a token: put `Bearer ` before it" },
    file: {
      summary: "read the secret from a file (default: stdin, or a question on a terminal)",
      value: "file",
      completes: "files",
    },
    "token-endpoint": {
      summary: "the secret is that of an OAuth client: get tokens here",
      value: "url",
    },
    "client-id": { summary: "of the OAuth client", value: "id" },
    scope: { summary: "what its tokens are to allow", value: "scopes" },
    resource: { summary: "whom its tokens are for (default: the server's endpoint)", value: "url" },
    authentication: {
      summary: "how the client shows who it is (default: basic)",
      value: "way",
      choices: ["basic", "post"],
    },
  },
  details: [
    "The secret is never an argument, where other processes and the history of the shell would see it. The hub seals it, sends it to this server only, and shows it to nobody.",
  ],
  examples: [
    "credential set weather --bearer",
    "credential set weather --header X-Api-Key --file key.txt",
    "credential set weather --token-endpoint https://issuer.example/token --client-id hub --file secret.txt",
  ],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const endpoint = options["token-endpoint"];
    const isClient = endpoint !== undefined;
    const ofClient = [
      options["client-id"],
      options.scope,
      options.resource,
      options.authentication,
    ];
    if (!isClient && ofClient.some((one) => one !== undefined))
      throw new CommandError("usage", "An OAuth client needs --token-endpoint.");
    if (isClient && (options.header !== undefined || options.bearer))
      throw new CommandError(
        "usage",
        "The tokens of an OAuth client go out as `Authorization: Bearer`; leave --header and --bearer out.",
      );
    const clientId = options["client-id"];
    if (isClient && clientId === undefined)
      throw new CommandError("usage", "An OAuth client needs --client-id.");
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const name = options.header ?? "Authorization";
    const secret = await secretFor(isClient ? "secret of the client" : name, options.file, context);
    const credential: CredentialInput =
      endpoint !== undefined && clientId !== undefined
        ? {
            kind: "oauth-client",
            tokenEndpoint: endpoint,
            clientId,
            clientSecret: secret,
            scope: options.scope,
            resource: options.resource,
            authentication: options.authentication,
          }
        : { kind: "header", name, value: headerValue(name, secret, options.bearer) };
    await client.setCredential(id, credential, interrupted);
    const { status, instances } = await client.probe(id, interrupted);
    const { credentials, problem } = await client.credentials(id, interrupted);
    const found = problem ?? instances.find((one) => one.problem !== undefined)?.problem;
    output.answer({ server: id, status, credentials, problem: found }, () => [
      ["The hub has it. ", toned(id, "name"), ` is ${status}.`],
      ...credentialLines({ credentials, problem: found }, output.columns),
    ]);
  },
});

/** A token alone is no value of `Authorization`, and what was meant can only be guessed. */
function headerValue(name: string, secret: string, isBearer: boolean): string {
  if (isBearer) return `Bearer ${secret.replace(/^bearer +/i, "")}`;
  if (name.toLowerCase() === "authorization" && !secret.includes(" "))
    throw new CommandError(
      "usage",
      "Authorization needs a scheme before the token, as in `Bearer <token>`: give --bearer to have it put there.",
    );
  return secret;
}

async function secretFor(
  what: string,
  file: string | undefined,
  { folder, input, interrupted, output }: CommandContext,
): Promise<string> {
  const isAsked = file === undefined && input.isTerminal && !output.isJson;
  const text = isAsked
    ? await input.askSecret(`${what}: `, interrupted)
    : file === undefined
      ? await input.readText(mostBytes)
      : await readFile(resolve(folder, file), "utf8").catch((error: Error) => {
          throw new CommandError("usage", `${file} cannot be read: ${error.message}.`);
        });
  // Editors and `echo` end every file with it.
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "")
    throw new CommandError(
      "usage",
      `There is no secret ${file === undefined ? "on stdin" : `in ${file}`}.`,
    );
  return secret;
}
