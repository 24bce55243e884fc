/** What a parameter, an expression or a field can be once resolved. */
export type Scalar = string | number | boolean;
export type Value = null | Scalar | readonly Scalar[];

/** A name and its text, in the order of the file. A variable that is not set has no entry. */
export type Pairs = readonly (readonly [name: string, value: string])[];
