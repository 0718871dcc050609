declare module "parse-prometheus-text-format" {
  /** Reads the text format of Prometheus. */
  export default function parse(text: string): readonly {
    readonly name: string;
    readonly type: string;
    readonly metrics: readonly object[];
  }[];
}
