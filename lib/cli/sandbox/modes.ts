/** What `mode` may say, and the profile that it means: those two are one in the eyes of whoever used sand-boxer. */
const MODES: ReadonlyMap<string, string> = new Map([
  ['attach', 'vm-haskell-build'],
  ['build', 'vm-packer-build'],
]);

type Inputs = readonly (readonly [name: string, text: string])[];

/** The profile that is meant, without the prefix `profile.`, and the inputs that are left for it. Undefined: there is no such mode. */
export function profileMeant(written: string, inputs: Inputs): { readonly profile: string; readonly inputs: Inputs } | undefined {
  const name = written.replace(/^profile\./, '');
  const mode = inputs.findLast(([input]) => input === 'mode')?.[1];
  if (mode === undefined || ![...MODES.values()].includes(name)) return { profile: name, inputs };
  const profile = MODES.get(mode);
  return profile === undefined ? undefined : { profile, inputs: inputs.filter(([input]) => input !== 'mode') };
}
