import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../hub-process.js";
import { until } from "../until.js";

/** Servers in a process of their own, so that what they do to themselves does not disturb the measuring. */
export class Upstreams {
  readonly program: Program;
  readonly ports: Readonly<Record<string, number>>;

  private constructor(program: Program, ports: Readonly<Record<string, number>>) {
    this.program = program;
    this.ports = ports;
  }

  /** Starts one server a name, as `upstream-program.ts` knows them. A port of 0 is chosen by the system. */
  static async start(
    names: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Upstreams> {
    // The compiler takes half a second to load, and most tests that import this kit start no such program.
    const { default: ts } = await import("typescript");
    const source = readFileSync(join(import.meta.dirname, "upstream-program.ts"), "utf8");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const file = join(tmpdir(), `mcp-hub-upstreams-${process.pid}-${performance.now()}.mjs`);
    writeFileSync(file, outputText);
    const program = new Program(process.execPath, [file, ...names], env);
    try {
      const line = await until(
        "the upstreams to listen",
        () => /^PORTS (.*)$/m.exec(program.output)?.[1],
      );
      return new Upstreams(program, JSON.parse(line));
    } catch (error) {
      await program.kill("SIGKILL");
      throw new Error(`The upstreams did not start:\n${program.output}`, { cause: error });
    } finally {
      rmSync(file, { force: true });
    }
  }

  endpoint(name: string): string {
    return `http://127.0.0.1:${this.ports[name]}/mcp`;
  }

  async stop(): Promise<void> {
    await this.program.kill("SIGKILL");
  }
}
