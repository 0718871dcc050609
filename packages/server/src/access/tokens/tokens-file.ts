import { readFile, stat } from "node:fs/promises";
import { type TokenRecord, tokensFileSchema } from "@hub/core/access";
import type { Audit } from "../../audit/audit.js";
import type { Log } from "../../log.js";
import { StartError } from "../../start-error.js";
import type { Tokens } from "./tokens.js";
import { auditOf } from "./tokens-file-audit.js";

export type TokensFileOptions = {
  readonly file: string;
  readonly tokens: Pick<Tokens, "takeFile">;
  readonly log: Pick<Log, "info" | "error">;
  readonly audit: Pick<Audit, "happened">;
  /** How often it is looked at, in milliseconds. Default: 400. */
  readonly everyMs?: number | undefined;
};

const mostBytes = 4 * 1024 * 1024;

/** Why the file cannot be used; never with anything that stands in it, which may be a token by mistake. */
class FileProblem extends Error {}

/**
 * The file of MCP_HUB_TOKENS_FILE. It is looked at again and again rather than watched: what mounts secrets swaps
 * links, of which no watcher hears everywhere.
 */
export class TokensFile {
  readonly #options: TokensFileOptions;
  #seen = "";
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  private constructor(options: TokensFileOptions) {
    this.#options = options;
  }

  /** Throws StartError when the file cannot be used. */
  static async open(options: TokensFileOptions): Promise<TokensFile> {
    const file = new TokensFile(options);
    try {
      await file.#take();
    } catch (error) {
      throw error instanceof FileProblem ? new StartError(error.message) : error;
    }
    file.#timer = setInterval(() => void file.#look(), options.everyMs ?? 400);
    file.#timer.unref();
    return file;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { file, log, audit } = this.#options;
    const before = this.#seen;
    try {
      if (await this.#take()) log.info("tokens-file-read", { file });
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      // Said once, and not at every look.
      if (this.#seen === before) return;
      const problem = `${error.message} The tokens that it held before stay in force.`;
      log.error("tokens-file-unusable", { error: problem });
      audit.happened({
        ...{ action: "tokens-file", outcome: "failed", subject: file },
        after: { problem },
      });
    } finally {
      this.#isLooking = false;
    }
  }

  /** Reads the file when it is another than it was; says whether it was. */
  async #take(): Promise<boolean> {
    const { audit, file, tokens } = this.#options;
    const found = await stateOf(file);
    if (found === this.#seen) return false;
    // Kept before it is read: a change meanwhile is another state.
    this.#seen = found;
    for (const line of auditOf(tokens.takeFile(await readTokens(file))))
      audit.happened({ ...line, subject: file });
    return true;
  }
}

async function stateOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "missing";
  }
}

async function readTokens(file: string): Promise<readonly TokenRecord[]> {
  const unusable = (why: string) => new FileProblem(`MCP_HUB_TOKENS_FILE ${file} ${why}.`);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw unusable(`cannot be read${code}`);
  }
  if (text.length > mostBytes) throw unusable(`is larger than ${mostBytes} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw unusable("is no JSON");
  }
  const parsed = tokensFileSchema.safeParse(json);
  if (!parsed.success) {
    const said = parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join(".") || "it"} ${message.replace(/, got .*$/s, "")}`);
    throw unusable(`is not as it should be: ${said.join("; ")}`);
  }
  return parsed.data.map(({ expiresAt, ...token }) => ({
    ...token,
    createdAt: 0,
    createdBy: "file",
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
  }));
}
