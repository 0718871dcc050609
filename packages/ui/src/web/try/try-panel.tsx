import { Empty } from "../parts/panels.tsx";

export type TriedKind = "tool" | "prompt" | "resource" | "resourceTemplate";

/** A tool, prompt, resource or template, to be tried at once. `item` is its definition as its server wrote it. */
export function TryPanel(_: {
  readonly serverId: string;
  readonly kind: TriedKind;
  readonly item: Readonly<Record<string, unknown>>;
}) {
  return <Empty title="Nothing to try yet" />;
}
