import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDocument } from '../../lib/config/document.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { KEYS, keyAt } from './keys.ts';

// What bad.test.ts shows to be said of the files in bad/ is all that is looked at here.

const BAD = join(REPOSITORY, 'test/config/bad');
/** What sbx says to the files: a line with its code, and below it the place. */
const DIAGNOSTIC = /^(?:error|warning)\[([a-z0-9-]+)\]: .*\n +--> (\S+?):(\d+):(\d+)$/gm;

function keysOfPair(name: string): readonly string[] {
  const text = readFileSync(join(BAD, `${name}.txt`), 'utf8');
  return [...text.matchAll(DIAGNOSTIC)].flatMap(([, , file = '', line, column]) => {
    const folder = file === `${name}.yaml` ? BAD : join(BAD, name);
    const { value } = parseDocument(file, readFileSync(join(folder, file)));
    const key = value && keyAt(value, { line: Number(line), column: Number(column) });
    return key === undefined ? [] : [key];
  });
}

test('Bad input for each key: a pair shows what is said of it, and where', () => {
  const names = readdirSync(BAD).flatMap((file) => (file.endsWith('.txt') ? [file.slice(0, -4)] : []));
  const shown = new Set(names.flatMap(keysOfPair));
  assert.equal(
    KEYS.filter((key) => !shown.has(key)),
    [],
  );
});

test.run();
