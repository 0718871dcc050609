import { useState } from "react";
import { Code } from "../parts/panels.js";
import { languages } from "./lines.js";

/** The line that makes a program register itself, in one's own language. */
export function FromCode() {
  const [chosen, setChosen] = useState(0);
  const all = languages(window.location.origin);
  const language = all[chosen] ?? all[0];
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-4">
      <fieldset>
        <legend className="mb-2 text-sm font-medium">Language</legend>
        <div className="flex flex-wrap gap-2">
          {all.map(({ name }, index) => (
            <label
              key={name}
              className="flex min-h-9 cursor-pointer items-center gap-2 rounded-lg border border-line-strong bg-surface px-3 text-sm font-medium has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent"
            >
              <input
                type="radio"
                name="add-language"
                className="accent-accent-solid"
                checked={index === chosen}
                onChange={() => setChosen(index)}
              />
              {name}
            </label>
          ))}
        </div>
      </fieldset>
      {language?.steps.map(({ about, text, what }) => (
        <div key={what}>
          <p className="mb-2 text-sm">{about}</p>
          <Code text={text} what={what} />
        </div>
      ))}
      <p className="text-sm text-soft">
        The server keeps itself registered while it runs, and appears here within a second of its
        start.
      </p>
    </div>
  );
}
