import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs, type UsageError, type Words } from '../../lib/cli/args.ts';

function good(line: string): Words {
  const parsed = parseArgs(line === '' ? [] : line.split(' '));
  if (!parsed.ok) throw new Error(`${parsed.error.message} (${parsed.error.hint})`);
  return parsed.value;
}

function bad(line: string): UsageError {
  const parsed = parseArgs(line.split(' '));
  if (parsed.ok) throw new Error(`accepted: ${line}`);
  return parsed.error;
}

function given(line: string): Record<string, readonly string[]> {
  return Object.fromEntries(good(line).given);
}

test('nothing at all is no command', () => {
  assert.is(good('').command, undefined);
  assert.is(good('--version').version, true);
  assert.is(good('-h').help, true);
});

test('flags stand anywhere before --', () => {
  const words = good('-C sub run build -n test -- -v --x -- y');
  assert.is(words.command?.name, 'run');
  assert.equal(words.operands, ['build', 'test']);
  assert.equal(words.rest, ['-v', '--x', '--', 'y']);
  assert.equal(Object.fromEntries(words.given), { directory: ['sub'], 'dry-run': ['true'] });
});

test('an empty rest is not the same as none', () => {
  assert.equal(good('run --').rest, []);
  assert.is(good('run').rest, undefined);
});

test('values: by =, by the next word, joined to a short flag', () => {
  for (const line of ['run --jobs=4', 'run --jobs 4', 'run -j4', 'run -j 4', 'run -j=4', 'run -nj4', 'run -nj 4']) {
    assert.equal(given(line).jobs, ['4'], line);
  }
  assert.equal(given('run --set a=b=c --set d='), { set: ['a=b=c', 'd='] });
  assert.equal(given('run -j -4'), { jobs: ['-4'] });
});

test('short flags combine', () => {
  assert.equal(given('run -knyx'), { 'keep-going': ['true'], 'dry-run': ['true'], yes: ['true'], 'exit-code': ['true'] });
});

test('a flag with a bare meaning takes a value by = only', () => {
  const words = good('run --force build --continue test');
  assert.equal(words.operands, ['build', 'test']);
  assert.equal(Object.fromEntries(words.given), { force: [''], continue: ['dependencies-successful'] });
  assert.equal(given('run --force=build --force=test'), { force: ['build', 'test'] });
});

test('the last of a repeated flag wins, and a flag can be taken back', () => {
  assert.equal(given('run -j 2 -j 3'), { jobs: ['3'] });
  assert.equal(given('run --offline --offline=false'), { offline: ['false'] });
});

test('typos get a suggestion', () => {
  assert.equal(bad('rnu'), { message: 'unknown command "rnu"', hint: 'did you mean run?', unknown: 'rnu' });
  assert.equal(bad('run --dryrun'), { message: 'unknown flag --dryrun', hint: 'did you mean --dry-run?' });
  assert.equal(bad('run --output=plian'), { message: '--output cannot be "plian"', hint: 'did you mean plain?' });
  assert.equal(bad('cache stat'), { message: 'sbx cache does not know "stat"', hint: 'did you mean stats?' });
});

test('what a command does not take is refused', () => {
  assert.is(bad('list --only').message, 'sbx list has no flag --only');
  assert.is(bad('validate build').message, 'sbx validate does not take "build"');
  assert.is(bad('explain').message, 'sbx explain needs STEP [-- ARGS] | RUN RUN');
  assert.is(bad('hub').message, 'sbx hub needs one of register, find');
  assert.is(bad('create vm').hint, 'usage: sbx create --profile NAME [--input K=V...]');
  assert.is(bad('list -- x').message, 'sbx list takes no words after --');
  assert.is(bad('ssh vm uname').hint, 'words for the command go after --: sbx ssh [SANDBOX] [-- CMD...]');
  assert.is(bad('run -j').message, '--jobs needs a value: N');
  assert.is(bad('run --offline=maybe').message, '--offline takes no value but true or false, not "maybe"');
  assert.equal(bad('run --zzz').hint, 'sbx run --help lists its flags');
  assert.equal(bad('--zzz run').hint, 'sbx --help lists the flags');
  assert.is(bad('run -nz').hint, 'sbx run --help lists its flags');
  assert.is(bad('run -nz').message, 'unknown flag -z in -nz');
  assert.is(bad('run --file=').message, '--file needs a value: FILE');
});

test('names of objects are no commands and no flags', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.is(bad(name).message, `unknown command "${name}"`);
    assert.is(bad(`run --${name}`).message, `unknown flag --${name}`);
  }
});

test('help is shown even where the rest is not right', () => {
  assert.is(good('explain --help').help, true);
  assert.is(good('list --only --help').help, true);
});

test.run();
