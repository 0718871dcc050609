import { createContext, useContext } from "react";
import type { Completer } from "../complete/completer.js";
import type { Schema } from "../schema/schema.js";

export type FormState = {
  /** The whole schema, that references point into. */
  readonly root: Schema;
  /** What is wrong, by JSON pointer; empty until somebody tried to send the form. */
  readonly problems: ReadonlyMap<string, string>;
  /** What the server suggests for its texts. Default: nothing. */
  readonly complete?: Completer | undefined;
  /** What is filled in so far, which may decide what is suggested. */
  readonly filled?: unknown;
};

const FormContext = createContext<FormState>({ root: {}, problems: new Map() });

export const FormProvider = FormContext.Provider;
export const useForm = () => useContext(FormContext);

/** What every field of a form is given. */
export type FieldProps = {
  /** As `shown` made it. */
  readonly schema: Schema;
  readonly name: string;
  /** The JSON pointer to its value. */
  readonly path: string;
  readonly value: unknown;
  readonly isRequired: boolean;
  /** It is there anyway, as an entry of a list is, so it need not be called required. */
  readonly isGiven?: boolean;
  readonly depth: number;
  readonly onChange: (value: unknown) => void;
};
