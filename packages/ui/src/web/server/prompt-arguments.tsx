import { isRecord, textOf } from "./definition.js";
import { ParameterTable } from "./schema-table.js";

/** What a prompt takes: all of it is text. */
export function PromptArguments({ given }: { readonly given: unknown }) {
  const rows = (Array.isArray(given) ? given : []).filter(isRecord).map((one, index) => {
    const name = textOf(one.name) ?? `argument ${index + 1}`;
    return {
      path: `${index} ${name}`,
      name,
      depth: 0,
      type: "string",
      isRequired: one.required === true,
      description: textOf(one.description) ?? textOf(one.title),
      defaultValue: undefined,
      values: [],
      limits: [],
    };
  });
  return (
    <section>
      <h3 className="mb-2 font-semibold">Arguments</h3>
      {rows.length === 0 ? (
        <p className="text-sm text-soft">None.</p>
      ) : (
        <ParameterTable title="Arguments" rows={rows} />
      )}
    </section>
  );
}
