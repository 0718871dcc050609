export type Toolset = {
  readonly id: string;
  readonly servers: readonly string[];
  readonly tags: readonly string[];
  readonly allow?: readonly string[];
  readonly deny: readonly string[];
  readonly overrides: Readonly<
    Record<
      string,
      { readonly name?: string; readonly title?: string; readonly description?: string }
    >
  >;
  readonly prefix: "always" | "never";
  readonly mode: "all" | "search";
  readonly revision: number;
};
