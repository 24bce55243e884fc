import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import { holdsMark } from '../model/output.ts';
import { expressionsOf, type Script } from '../model/script.ts';

/** All that counts for a step, a row a part. `script`: the command as the user wrote it, where that is known. */
export function recordRows(record: FingerprintRecord, script: Script | undefined): string[][] {
  const table: string[][] = [['task', record.task]];
  const add = (name: string, text: string): void => {
    if (text !== '') table.push([name, text]);
  };
  for (const [name, text] of commandRows(record.command, script)) table.push([name, text]);
  for (const [of, value] of Object.entries(record.given ?? {}))
    add('value', `${of}=${typeof value === 'string' ? value : value.join(' ')}`);
  add('settings', jsonText(record.settings));
  add('dir', record.dir);
  for (const [name, value] of Object.entries(record.env)) add('env', `${name}=${value}`);
  add('inputs', record.inputs === null ? '' : `tree ${record.inputs.slice(0, 16)}`);
  for (const [command, digest] of Object.entries(record.commands ?? {})) add('input', `output of \`${command}\` ${digest.slice(0, 16)}`);
  for (const [step, digest] of Object.entries(record.upstream)) add('upstream', `${step} ${digest.slice(0, 16)}`);
  for (const [tool, found] of Object.entries(record.tools)) add('tool', `${tool} ${found}`);
  for (const [probe, output] of Object.entries(record.place)) add('place', `${probe}: ${output.trim().replaceAll('\n', ' ')}`);
  add('outputs', outputsText(record.outputs));
  add('state', record.state.join(' '));
  for (const [name, version] of Object.entries(record.secrets)) add('secret', version === '' ? name : `${name} version ${version}`);
  return table;
}

/** The command as the user wrote it, a line a row, then the values of its expressions. */
function commandRows(command: Json, script: Script | undefined): [string, string][] {
  if (!isObject(command)) return command === null ? [] : [['command', jsonText(command)]];
  const { shell, text, words, variables, ...others } = command;
  const source = script?.source ?? jsonText(text ?? words ?? null);
  const lines = source.trimEnd().split('\n');
  const rows = lines.map((line, at): [string, string] =>
    at === 0 ? ['command', `${jsonText(shell ?? null)}: ${line}`] : ['', `    ${line}`],
  );
  const expressions = expressionsOf(script);
  for (const [name, value] of Object.entries(isObject(variables ?? null) ? (variables as object) : {}))
    if (!holdsMark(String(value))) rows.push(['value', `${expressions.get(name) ?? name}=${value}`]);
  for (const [name, value] of Object.entries(others)) if (jsonText(value) !== '') rows.push([name, jsonText(value)]);
  return rows;
}

function outputsText(outputs: Json): string {
  if (!isObject(outputs)) return jsonText(outputs);
  const { makes, globs, values } = outputs;
  const named = Array.isArray(globs) ? globs.join(' ') : '';
  const given = isObject(values ?? null) ? Object.entries(values as object).map(([name, kind]) => `${name}: ${kind}`) : [];
  return [jsonText(makes ?? null), named, given.join(', ')].filter((part) => part !== '').join(' ');
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonText(value: Json): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '{}' || text === '[]' ? '' : text.replaceAll('\n', ' ');
}
