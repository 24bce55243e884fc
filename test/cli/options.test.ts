import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../lib/cli/args.ts';
import { FLAGS, variableOf } from '../../lib/cli/flags.ts';
import { type Options, readConfig, readOptions } from '../../lib/cli/options.ts';

type Texts = { readonly [name: string]: string };

function read(line: string, environment: Texts = {}, config: Texts = {}) {
  const parsed = parseArgs(line.split(' '));
  if (!parsed.ok) throw new Error(parsed.error.message);
  const sources = {
    given: parsed.value.given,
    environment: new Map(Object.entries(environment)),
    config: new Map(Object.entries(config)),
    cpus: 8,
  };
  return readOptions(sources);
}

function good(line: string, environment: Texts = {}, config: Texts = {}): Options {
  const options = read(line, environment, config);
  if (!options.ok) throw new Error(options.error.message);
  return options.value;
}

function bad(line: string, environment: Texts = {}, config: Texts = {}): string {
  const options = read(line, environment, config);
  return options.ok ? 'accepted' : options.error.message;
}

test('without flags', () => {
  assert.equal(good('run'), {
    set: [],
    inputs: [],
    profiles: [],
    reports: [],
    local: false,
    continue: 'never',
    dryRun: false,
    force: [],
    noCache: false,
    only: false,
    failed: false,
    audit: false,
    probe: false,
    now: false,
    review: false,
    forget: false,
    offline: false,
    yes: false,
    exitCode: false,
    watch: false,
    remove: false,
    output: 'auto',
    json: false,
    origin: false,
    level: 'normal',
    color: 'auto',
    all: false,
  });
});

test('flag over variable over configuration', () => {
  assert.is(good('run', {}, { jobs: '2' }).jobs, 2);
  assert.is(good('run', { SBX_JOBS: '3' }, { jobs: '2' }).jobs, 3);
  assert.is(good('run -j 4', { SBX_JOBS: '3' }, { jobs: '2' }).jobs, 4);
  assert.is(good('run --offline=false', { SBX_OFFLINE: '1' }).offline, false);
});

test('every flag has a variable that means the same', () => {
  const texts: Texts = {
    directory: '/d',
    file: 'f',
    set: 'a=1\nb=2',
    profile: 'p,q',
    host: 'h',
    jobs: '2',
    continue: 'always',
    force: 'build',
    output: 'plain',
    format: 'json',
    report: 'junit=a.xml,html=b.html',
    color: 'never',
    fingerprint: 'SHA256:x',
    'max-size': '1GiB',
    'max-age': '2d',
    input: 'vm=one\nrepo=.',
    ttl: '2h',
    tunnel: '12222',
    debounce: '1s',
    poll: '2s',
  };
  const nothing = JSON.stringify(good('run'));
  for (const flag of FLAGS) {
    if (flag.name === 'help' || flag.name === 'version') continue;
    const options = good('run', { [variableOf(flag)]: texts[flag.name] ?? 'yes' });
    assert.is.not(JSON.stringify(options), nothing, flag.name);
  }
  assert.equal(good('run', { SBX_SET: 'a=1\nb=2' }).set, [
    ['a', '1'],
    ['b', '2'],
  ]);
  assert.equal(good('run', { SBX_PROFILE: 'p,q' }).profiles, ['p', 'q']);
  assert.equal(good('run', { SBX_REPORT: 'junit=a.xml, html=b=c' }).reports, [
    { format: 'junit', file: 'a.xml' },
    { format: 'html', file: 'b=c' },
  ]);
  assert.is(good('run', { SBX_FORCE: '1' }).force, 'named');
  assert.equal(good('run', { SBX_FORCE: 'build' }).force, ['build']);
  assert.equal(good('run', { SBX_FORCE: '0' }).force, []);
});

test('values', () => {
  assert.is(good('run -j 50%').jobs, 4);
  assert.is(good('run -j 1%').jobs, 1);
  assert.is(good('run -k').continue, 'dependencies-successful');
  assert.is(good('run -k --continue=always').continue, 'always');
  assert.equal(good('run --set a=b=c').set, [['a', 'b=c']]);
  assert.is(good('run --force').force, 'named');
  assert.equal(good('run --force=a --force=b').force, ['a', 'b']);
  assert.is(good('run -v').level, 'verbose');
  assert.is(good('run -w --debounce 1s').debounce, 1000);
  assert.is(good('watch --poll').poll, 1000);
  assert.is(good('cache gc --max-size 2KiB --max-age 1h').maxSize, 2048);
});

test('what is wrong is said with the name that was used', () => {
  assert.is(bad('watch --poll=soon'), '--poll cannot be "soon"');
  assert.is(bad('create --ttl 5'), '--ttl cannot be "5"');
  assert.is(bad('run -j 0'), '--jobs cannot be "0"');
  assert.is(bad('run -j many'), '--jobs cannot be "many"');
  assert.is(bad('run --set x'), '--set needs K=V, not "x"');
  assert.is(bad('run --set =x'), '--set needs K=V, not "=x"');
  assert.is(bad('run -qv'), '--quiet and --verbose exclude each other');
  assert.is(bad('cache gc --max-size big'), '--max-size cannot be "big"');
  assert.is(bad('run', { SBX_OUTPUT: 'plian' }), 'SBX_OUTPUT cannot be "plian"');
  assert.is(bad('run', { SBX_OFFLINE: 'maybe' }), 'SBX_OFFLINE takes no value but true or false, not "maybe"');
  assert.is(bad('run', {}, { color: 'red' }), 'color in the configuration cannot be "red"');
});

test('the configuration file', () => {
  const config = readConfig('# mine\noutput = plain\njobs=4 # of 8\nquiet\n\n');
  assert.equal(config.ok && [...config.value], [
    ['output', 'plain'],
    ['jobs', '4'],
    ['quiet', 'true'],
  ]);
  const faulty = readConfig('output = plain\nouput = plain\n');
  assert.is(faulty.ok ? '' : faulty.error.message, 'line 2 of the configuration: unknown flag "ouput"');
});

test.run();
