import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { maskFor } from '../../lib/run/mask.ts';
import { LOG_LIMIT, StepOutput } from '../../lib/run/output.ts';
import { withFolder } from '../rig/folder.ts';
import { held } from '../rig/memory.ts';

async function withOutput(use: (output: StepOutput, texts: string[], log: string) => void): Promise<void> {
  await withFolder((folder) => {
    const texts: string[] = [];
    const log = join(folder, 'step.log');
    const emit = (text: string): void => void texts.push(text);
    use(new StepOutput({ files: realFiles, log, emit, mask: maskFor([])(), wake: () => {} }), texts, log);
  });
}

test('a character cut in two arrives whole, chunks are merged', () =>
  withOutput((output, texts) => {
    const bytes = Buffer.from('Grüße 💥\n');
    for (const byte of bytes) output.write(Uint8Array.of(byte));
    assert.equal(texts, []);
    output.flush();
    output.end();
    assert.equal(texts, ['Grüße 💥\n']);
    assert.equal(output.lastLines(), ['Grüße 💥']);
  }));

test('a small log stays in memory, a kept or a large one is a file', () =>
  withOutput((output, _, log) => {
    output.write(Buffer.from('small\n'));
    assert.equal(output.log, { is: 'bytes', bytes: Buffer.from('small\n') });
    assert.not(existsSync(log));
    output.write(Buffer.alloc(100_000, 'x'));
    assert.equal(output.log, { is: 'file', path: log });
    output.end();
    assert.is(statSync(log).size, 100_006);
    assert.ok(readFileSync(log, 'utf8').startsWith('small\nxxx'));
  }));

test('a failed step keeps its log, however small', () =>
  withOutput((output, _, log) => {
    output.write(Buffer.from('why\n'));
    output.end();
    output.keep();
    assert.is(readFileSync(log, 'utf8'), 'why\n');
  }));

test('one endless line: bounded memory, the log ends at its limit, the last line is cut', () =>
  withOutput((output, texts, log) => {
    const chunk = Buffer.alloc(1024 * 1024, 'y');
    const before = held();
    let length = 0;
    for (let i = 0; i < 100; i++) {
      output.write(chunk);
      length += texts.splice(0).join('').length;
    }
    assert.ok(held() - before < 20e6, 'while it goes on');
    output.end();
    assert.is(length, 100 * chunk.length);
    assert.ok(statSync(log).size < LOG_LIMIT + 2 * chunk.length);
    assert.is(output.lastLines().join('').length, 2000);
    assert.ok(held() - before < 20e6, 'and after its end');
  }));

test('a log that cannot be written fails nothing', () =>
  withFolder((folder) => {
    const texts: string[] = [];
    const to = { files: realFiles, log: join(folder, 'no/such/folder'), mask: maskFor([])(), wake: () => {} };
    const output = new StepOutput({ ...to, emit: (text) => void texts.push(text) });
    output.write(Buffer.alloc(50_000, 'z'));
    output.end();
    assert.is(texts.join('').length, 50_000);
  }));

test.run();
