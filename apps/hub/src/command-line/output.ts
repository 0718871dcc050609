import type { Environment } from "@hub/core/environment";
import { safeJson, safeLine, safeText } from "./safe-text.js";
import { hasColour, type Line, renderLine } from "./styled.js";
import { cutToWidth } from "./text-width.js";

/** As much of a stream as a command's output needs. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** `--json` was given. */
  readonly isJson: boolean;
  readonly environment: Environment;
}

/**
 * Where a command writes. Answers go to stdout, as JSON or as text; all else goes to stderr. No text that is
 * written here can give the terminal an order.
 */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #isColoured: boolean;
  readonly #areNotesColoured: boolean;
  #hasProgress = false;

  constructor({ stdout, stderr, isJson, environment }: OutputOptions) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#isColoured = hasColour(stdout, environment);
    this.#areNotesColoured = hasColour(stderr, environment);
  }

  /** The width of the terminal; undefined where stdout is none, and nothing needs to fit. */
  get columns(): number | undefined {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? 80) : undefined;
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** The one answer of a command: the value with `--json`, else the lines. */
  answer(value: unknown, lines: () => readonly Line[]): void {
    if (this.isJson) this.#write(`${safeJson(value, 2)}\n`);
    else this.lines(lines());
  }

  /** One of the answers of a command that goes on: a line of JSON with `--json`, else the lines. */
  item(value: unknown, lines: () => readonly Line[]): void {
    if (this.isJson) this.#write(`${safeJson(value)}\n`);
    else this.lines(lines());
  }

  /** Text that is the answer as it is, such as a file or what a tool said. It ends with a line break. */
  text(text: string): void {
    const safe = safeText(text);
    this.#write(safe.endsWith("\n") || safe === "" ? safe : `${safe}\n`);
  }

  lines(lines: readonly Line[]): void {
    const rendered = lines.map((line) => `${renderLine(line, this.#isColoured).trimEnd()}\n`);
    if (rendered.length > 0) this.#write(rendered.join(""));
  }

  /** Says something beside the answer, on stderr. With `--json` nobody reads it, so it is not said. */
  note(line: Line): void {
    if (this.isJson) return;
    this.progress(undefined);
    this.#stderr.write(`${renderLine(line, this.#areNotesColoured)}\n`);
  }

  /** Says why a command failed, on stderr. */
  complain(lines: readonly Line[]): void {
    this.progress(undefined);
    const rendered = lines.map((line) => `${renderLine(line, this.#areNotesColoured)}\n`);
    this.#stderr.write(rendered.join(""));
  }

  /** Shows what is being done, in one line that the next one overwrites; on a terminal only. */
  progress(text: string | undefined): void {
    if (this.isJson || this.#stderr.isTTY !== true) return;
    if (text === undefined && !this.#hasProgress) return;
    const shown = cutToWidth(safeLine(text ?? ""), (this.#stderr.columns ?? 80) - 1);
    this.#stderr.write(`\r\u001b[2K${shown}`);
    this.#hasProgress = text !== undefined;
  }

  /** Draws a screen anew in the place of what was there. Only for a terminal. */
  screen(lines: readonly Line[]): void {
    const rendered = lines.map((line) => `${renderLine(line, this.#isColoured)}\u001b[K\n`);
    this.#stdout.write(`\u001b[H${rendered.join("")}\u001b[J`);
  }

  #write(text: string): void {
    this.progress(undefined);
    this.#stdout.write(text);
  }
}
