/** One figure. Labels without a value are left out, which means the same. */
export type Sample = {
  readonly labels?: Readonly<Record<string, string | undefined>>;
  readonly value: number;
};

/** How long things took: how many took at most each of `bounds`, in seconds. */
type HistogramSample = Pick<Sample, "labels"> & {
  readonly count: number;
  readonly sum: number;
  readonly within: readonly number[];
};

/** All figures of one name. */
export type Metric = { readonly name: string; readonly help: string } & (
  | { readonly type: "gauge" | "counter"; readonly samples: readonly Sample[] }
  | {
      readonly type: "histogram";
      readonly bounds: readonly number[];
      readonly samples: readonly HistogramSample[];
    }
);

/** The media type of the text. */
export const prometheusType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Figures in the text format of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Metrics without a figure are left out.
 */
export function prometheusText(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const metric of metrics) {
    const { name, help, type, samples } = metric;
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
    lines.push(`# TYPE ${name} ${type}`);
    if (metric.type === "histogram") {
      for (const sample of metric.samples) lines.push(...histogram(name, metric.bounds, sample));
    } else {
      for (const { labels = {}, value } of metric.samples) lines.push(line(name, labels, value));
    }
  }
  return `${lines.join("\n")}\n`;
}

function histogram(
  name: string,
  bounds: readonly number[],
  { labels = {}, count, sum, within }: HistogramSample,
): readonly string[] {
  return [
    ...bounds.map((bound, index) =>
      line(`${name}_bucket`, { ...labels, le: String(bound) }, within[index] ?? count),
    ),
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: NonNullable<Sample["labels"]>, value: number): string {
  const given = Object.entries(labels).flatMap(([label, text]) =>
    text === undefined ? [] : [`${label}="${escaped(text)}"`],
  );
  return `${name}${given.length === 0 ? "" : `{${given.join()}}`} ${value}`;
}

const escaped = (text: string) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
