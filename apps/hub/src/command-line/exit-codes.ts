/** How a command ends, as a number for scripts. */
export const exitCodes = {
  ok: 0,
  /** It was done and did not succeed; or a bug. */
  failed: 1,
  /** What was typed cannot be done. */
  usage: 2,
  notFound: 3,
  /** The hub or a server said no. */
  refused: 4,
  /** No hub, or no server, was reached. */
  unreachable: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
