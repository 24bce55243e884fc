/** What the child is asked. */
export type Asked =
  | { readonly do: 'validate'; readonly folder: string; readonly home: string; readonly limit: number; readonly args: readonly string[] }
  | {
      readonly do: 'fuzz';
      readonly seed: string;
      readonly count: number;
      readonly limit: number;
      /** The input that is being tried is written here, for when nothing else is heard of it. */
      readonly last: string;
      /** Looks at what inputs reach, and goes on from those that reach something new. */
      readonly guided: boolean;
    };

export type Answer =
  | {
      readonly is: 'said';
      readonly codes: readonly (number | null)[];
      readonly text: string;
      readonly json: string;
      /** Milliseconds of processor time. */
      readonly cpu: number;
      /** Programs that somebody tried to start. */
      readonly started: readonly string[];
    }
  | {
      readonly is: 'tried';
      readonly inputs: number;
      readonly wrong?: { readonly says: string; readonly text: string };
      readonly started: readonly string[];
    }
  | { readonly is: 'threw'; readonly text: string };
