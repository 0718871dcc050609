import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { Button, IconButton } from "../../parts/controls.js";
import { initialItem } from "../schema/initial.js";
import { shown } from "../schema/kind.js";
import { step } from "../schema/problems.js";
import type { Schema } from "../schema/schema.js";
import { Field } from "./field.js";
import { type FieldProps, useForm } from "./form-context.js";
import { Group, labelOf } from "./labelled.js";

/** So many entries are drawn; more are a matter for raw JSON. */
const mostShown = 200;

/** A list whose entries are added, taken out and moved by buttons. */
export function ListField({ items, ...field }: FieldProps & { readonly items: Schema }) {
  const { root } = useForm();
  const list: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
  const [keys, setKeys] = useState<readonly number[]>([]);
  const next = useRef(0);
  // Each entry keeps its key when it moves, and so the text somebody is typing in it.
  const known = list.map((_, index) => keys[index] ?? -1 - index);
  const isText = shown(items, root, true).type === "string";
  const change = (value: readonly unknown[], nextKeys: readonly number[]) => {
    setKeys(nextKeys);
    field.onChange(value.length === 0 && !field.isRequired ? undefined : value);
  };
  const swap = (at: number, to: number) => {
    const moved = <T,>(of: readonly T[]) =>
      of.map((one, index) =>
        index === at ? (of[to] ?? one) : index === to ? (of[at] ?? one) : one,
      );
    change(moved(list), moved(known));
  };
  const name = labelOf(field);
  return (
    <Group field={field}>
      {list.length > 0 && (
        <ol className="grid grid-cols-1 gap-3">
          {list.slice(0, mostShown).map((one, index) => (
            <li key={known[index]} className="flex flex-wrap items-end justify-end gap-1">
              <div className="min-w-0 flex-1 basis-40">
                <Field
                  schema={items}
                  name={`${name} ${index + 1}`}
                  path={step(field.path, index)}
                  value={one}
                  isRequired
                  isGiven
                  depth={field.depth + 1}
                  onChange={(value) =>
                    change(
                      list.map((old, at) =>
                        at === index ? (value === undefined && isText ? "" : value) : old,
                      ),
                      known,
                    )
                  }
                />
              </div>
              <div className="flex">
                <IconButton
                  label={`Move ${name} ${index + 1} up`}
                  disabled={index === 0}
                  onClick={() => swap(index, index - 1)}
                >
                  <ArrowUp className="size-4" aria-hidden="true" />
                </IconButton>
                <IconButton
                  label={`Move ${name} ${index + 1} down`}
                  disabled={index === list.length - 1}
                  onClick={() => swap(index, index + 1)}
                >
                  <ArrowDown className="size-4" aria-hidden="true" />
                </IconButton>
                <IconButton
                  label={`Remove ${name} ${index + 1}`}
                  onClick={() => change(list.toSpliced(index, 1), known.toSpliced(index, 1))}
                >
                  <X className="size-4" aria-hidden="true" />
                </IconButton>
              </div>
            </li>
          ))}
        </ol>
      )}
      {list.length > mostShown && (
        <p className="text-xs text-soft">
          {list.length - mostShown} more entries. Change them as raw JSON.
        </p>
      )}
      <div>
        <Button
          className="max-w-full"
          onClick={() => {
            next.current += 1;
            change([...list, initialItem(items, root)], [...known, next.current]);
          }}
        >
          <Plus className="size-4 shrink-0" aria-hidden="true" />
          <span className="truncate">Add to {name}</span>
        </Button>
      </div>
    </Group>
  );
}
