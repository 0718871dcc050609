import type { CommandContext } from "./context.js";
import type { ExitCode } from "./exit-codes.js";

/** What a command works on; its help says so. */
export type WorksOn = "hub" | "files" | "processes";

/** Whose names the completion of a shell offers. */
export type Completes =
  | "servers"
  | "waiting"
  | "tools"
  | "toolsets"
  | "tokens"
  | "clients"
  | "commands"
  | "files"
  | "folders";

export interface ArgumentDeclaration {
  /** What it is, in a few words. */
  readonly summary: string;
  readonly isOptional?: true;
  /** Takes all words that are left; only the last argument may. */
  readonly isRepeatable?: true;
  /** The only words it may be. */
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

export interface OptionDeclaration {
  /** What it does, in a few words. */
  readonly summary: string;
  /** The name of its value in the help. Without one it is a flag. */
  readonly value?: string;
  /** One letter, for `-y`. */
  readonly short?: string;
  /** It may be given several times. */
  readonly isRepeatable?: true;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** Its value is a whole number in this range. */
  readonly number?: { readonly least: number; readonly most: number };
  readonly completes?: Completes;
}

type ArgumentDeclarations = Readonly<Record<string, ArgumentDeclaration>>;
type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

type OneOf<Declared, Otherwise> = Declared extends {
  readonly choices: readonly (infer Choice extends string)[];
}
  ? Choice
  : Otherwise;

type ArgumentValue<Declared> = Declared extends { readonly isRepeatable: true }
  ? readonly OneOf<Declared, string>[]
  : Declared extends { readonly isOptional: true }
    ? OneOf<Declared, string> | undefined
    : OneOf<Declared, string>;

type OptionValue<Declared> = Declared extends { readonly isRepeatable: true }
  ? readonly OneOf<Declared, string>[]
  : Declared extends { readonly number: object }
    ? number | undefined
    : Declared extends { readonly value: string }
      ? OneOf<Declared, string> | undefined
      : boolean;

/** What a command is given: each argument and option under the name it was declared with. */
type Given<Arguments, Options> = {
  readonly args: { readonly [Name in keyof Arguments]: ArgumentValue<Arguments[Name]> };
  readonly options: { readonly [Name in keyof Options]: OptionValue<Options[Name]> };
};

/** The same, of a command that nobody knows yet. */
export type GivenWords = {
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly options: Readonly<
    Record<string, string | number | boolean | readonly string[] | undefined>
  >;
};

interface Declaration {
  /** By name, in their order on the command line. */
  readonly args?: ArgumentDeclarations;
  /** By name without dashes: `accept-data-loss`. `json`, `help` and, where a hub is asked, `hub` are there without. */
  readonly options?: OptionDeclarations;
  /** Paragraphs for its help. */
  readonly details?: readonly string[];
  /** Lines to type, without `mcp-hub`. */
  readonly examples?: readonly string[];
  /** It reads the hub's settings, so an unknown option may be meant for one: `--port`. */
  readonly readsSettings?: true;
  /**
   * It runs until it is stopped: Ctrl-C is its usual end, and the exit code is what `run` gives then. Any
   * other command ends with 130, whatever it gives.
   */
  readonly isService?: true;
}

/** One command, as its file exports it under the name `command`. */
export interface Command extends Declaration {
  /**
   * Does it. What it resolves with is the exit code, by default 0.
   * @throws CommandError, HubClientError or HubError for what can be explained.
   */
  readonly run: (context: CommandContext, given: GivenWords) => Promise<ExitCode | undefined>;
}

type Run<Arguments, Options> = (
  context: CommandContext,
  given: Given<Arguments, Options>,
) => Promise<ExitCode | undefined>;

/** Declares a command, and gives `run` the types of its arguments and options. */
export function defineCommand<
  const Arguments extends ArgumentDeclarations = Readonly<Record<never, never>>,
  const Options extends OptionDeclarations = Readonly<Record<never, never>>,
>(
  declared: Omit<Declaration, "args" | "options"> & {
    readonly args?: Arguments;
    readonly options?: Options;
    readonly run: Run<Arguments, Options>;
  },
): Command {
  return {
    ...declared,
    // The parser reads each word by the declaration that its type comes from.
    run: (context, given) => declared.run(context, given as Given<Arguments, Options>),
  };
}
