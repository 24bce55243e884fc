// What is no Makefile, or a hostile one: a clear word, nothing executed, nothing overwritten, nothing that is not valid.

import * as fs from 'node:fs';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { UsageError } from '../../../lib/cli/args.ts';
import { type Import, planImport } from '../../../lib/cli/import/import.ts';
import type { Surroundings } from '../../../lib/cli/surroundings.ts';
import { withFolder } from '../../rig/folder.ts';
import { withProject } from '../../rig/project.ts';

const SURROUNDINGS = { environment: new Map(), os: 'linux', arch: 'x64', cpus: 2 } as unknown as Surroundings;

/** What is planned for a Makefile with this text, or why nothing is. */
async function planned(folder: string, text: string | Uint8Array): Promise<Import | UsageError> {
  writeFileSync(join(folder, 'Makefile'), text);
  const plan = await planImport({ folder, writes: true }, SURROUNDINGS, fs);
  return plan.ok ? plan.value : plan.error;
}

const said = (plan: Import | UsageError): string => ('message' in plan ? `${plan.message} (${plan.hint ?? ''})` : `${plan.steps} steps`);
const left = (plan: Import | UsageError): readonly string[] =>
  'message' in plan ? [said(plan)] : plan.notes.filter(({ left }) => left).map(({ at, why }) => `${at.line}: ${why}`);

test('a Makefile that make would stop at is refused with file and line', () =>
  withFolder(async (folder) => {
    const refused: readonly (readonly [text: string | Uint8Array, message: RegExp])[] = [
      ['a:\n        echo hi\n', /^Makefile:2: missing separator.*begins with a tab; this one begins with blanks/],
      ['a b c\n', /^Makefile:1: missing separator/],
      ['ifdef X\na:\n', /^Makefile:1: the conditional that begins here has no endif/],
      ['a:\nendif\n', /^Makefile:2: endif without/],
      ['else\n', /^Makefile:1: else without/],
      ['ifeq (a\nendif\n', /^Makefile:1: the condition of ifeq cannot be read/],
      ['define X\nfoo\n', /^Makefile:1: the define that begins here has no endef/],
      ['= x\n', /^Makefile:1: /],
      ['include Makefile\n', /nested more than 16 deep/],
      ['define X\n$(eval $(value X))\nendef\n$(eval $(value X))\n', /nested more than 16 deep/],
      [new Uint8Array([0x61, 0xff, 0x3a, 0x0a]), /^Makefile is not UTF-8/],
      [`# ${'x'.repeat(10 * 1024 * 1024)}\na:\n`, /^Makefile is larger than 1 MiB/],
      [Array.from({ length: 3000 }, (_, i) => `t${i}:\n`).join(''), /3000 targets, and 2000 steps fit into one file/],
      [bomb('a:\n\techo $(A30)\n'), TOO_MUCH],
      [bomb('a: $(A30)\n\techo\n'), TOO_MUCH],
      ['f = $(call f)$(call f)\na:\n\techo $(call f)\n', TOO_MUCH],
      [
        `${doubled('a0', 'CC LD AS AR CXX CPP FC M2C PC CO GET LEX YACC LINT TEX CFLAGS LDFLAGS CPPFLAGS'.split(' '), 8)}a: ; $(if $(CPPFLAGS),,)`,
        TOO_MUCH,
      ],
      [ladder(60), TOO_MUCH],
      ...GROWING.map((value) => [`A := ${'a '.repeat(100_000)}\nS := ${'s'.repeat(200_000)}\na: ; echo ${value}\n`, TOO_MUCH] as const),
      [`S ?= ${'s'.repeat(200_000)}\nA = $(shell echo $(S))\na: ${'$(A) '.repeat(10_000)}; echo\n`, TOO_MUCH],
      [`a: ; echo $(wildcard ${'* '.repeat(400_000)})\n`, TOO_MUCH],
    ];
    for (let i = 0; i < 300; i++) writeFileSync(join(folder, `f${i}`), '');
    for (const [text, message] of refused) assert.match(said(await planned(folder, text)), message);
  }));

/** Each would come to more characters than V8 puts into one string. */
const GROWING = [
  '$(subst a,$(S),$(A))',
  '$(patsubst %,$(S),$(A))',
  '$(A:a=$(S))',
  '$(addsuffix $(S),$(A))',
  '$(addprefix $(S),$(A))',
  '$(filter-out x,$(foreach one,$(A),$(S)))',
];
const TOO_MUCH = /its values and pattern rules come to more than is taken/;

/** Each name is `times` the one before, taken over when it is set. */
function doubled(first: string, names: readonly string[], times: number): string {
  return names.map((name, i) => `${name} := ${`$(${names[i - 1] ?? first})`.repeat(times)}\n`).join('');
}

/** Pattern rules that lead from each of so many suffixes to each one before, and never to a file. */
function ladder(suffixes: number): string {
  const all = Array.from({ length: suffixes }, (_, i) => `%.k${i}`);
  const rules = all.flatMap((to, i) => all.slice(i + 1).map((from) => `${to}: ${from}\n\ttouch $@\n`));
  return `a: x.k0\n${rules.join('')}`;
}

/** Values that are four times the one before. */
function bomb(rule: string): string {
  const doubled = Array.from({ length: 30 }, (_, i) => `A${i + 1} = ${`$(A${i}) `.repeat(4)}`);
  return `A0 = aaaaaaaa\n${doubled.join('\n')}\n${rule}`;
}

test('an empty file, no targets, a byte order mark, CRLF and a name with a blank are no trouble', () =>
  withFolder(async (folder) => {
    for (const [text, steps] of [
      ['', 0],
      ['# nothing\n\nA = 1\n', 0],
      ['\ufeffa:\n\techo\n', 1],
      ['a: b\r\n\techo hi\r\nb:\r\n\techo \\\r\n\t  two\r\n', 2],
      ['a\\ b: c\\ d\n\techo $@ $<\n', 1],
    ] as const) {
      assert.is(said(await planned(folder, text)), `${steps} steps`, JSON.stringify(text));
    }
    const crlf = (await planned(folder, 'a:\r\n\techo \\\r\n\t  two\r\n')) as Import;
    assert.not.match(crlf.text, '\r');
  }));

test('what refers to itself, is nested too deep or not closed is said of the line, and left to make', () =>
  withFolder(async (folder) => {
    const deep = Array.from({ length: 5000 }, (_, i) => `A${i} = $(A${i + 1})\n`).join('');
    for (const [text, why] of [
      ['A = $(A)\na:\n\techo $(A)\n', '3: the variable A refers to itself'],
      [`${deep}a:\n\techo $(A0)\n`, '5002: references are nested more than 64 deep'],
      [`a:\n\techo ${'$('.repeat(50_000)}${')'.repeat(50_000)}\n`, '2: references are nested more than 64 deep'],
      ['a:\n\techo $(b\n', '2: a reference is not closed: a bracket is missing'],
      ['a:\n\techo $(guile 1)\n', '2: the function guile is not known to sbx import'],
      ['a: b\n\techo\nb: c\n\techo\nc: a\n\techo\n', '1: the step would not be valid: steps wait for each other: a -> b -> c -> a'],
      ['a:\n\techo $${{ x }}\n', '1: the step would not be valid: there is no `x`'],
    ] as const) {
      const plan = await planned(folder, text);
      assert.equal(
        left(plan).map((one) => one.slice(0, 120)),
        [why.slice(0, 120)],
      );
      assert.match((plan as Import).text, /\n {4}run: make [abc]/);
    }
  }));

test('importing runs nothing, and says where something would have to run', () =>
  withFolder(async (folder) => {
    const text = 'X := $(shell touch canary)\nY != touch canary\n$(shell touch canary)\n$(X): ; echo\na: $(Y)\nb:\n\techo $(X)\n';
    const plan = await planned(folder, text);
    assert.equal(readdirSync(folder), ['Makefile']);
    assert.match(left(plan).join('\n'), /what `touch canary` prints is only known when it runs, and importing runs nothing/);
    assert.match((plan as Import).text, 'echo $(touch canary)');
  }));

test('for each line that it could not translate it is said why, with file and line, on the terminal and in the file', () =>
  withProject({ Makefile: PARTLY, 'app.c': '', 'a.tex': '' }, async (project) => {
    const { code, stdout, stderr } = await project.sbx(['import', '-q']);
    assert.is(code, 0, stderr);
    const told = stdout.split('\n').filter((line) => line.startsWith('Makefile:'));
    assert.equal(told.map((line) => line.replace(/^(Makefile:\d+): not translated: (`[^`]*`): ([\s\S]*)$/, '$1 $2')).sort(), [
      'Makefile:1 `include missing.mk`',
      'Makefile:11 `$(MAKE) -C sub`',
      'Makefile:13 `@echo $(file <x)`',
      'Makefile:2 `MAKEFLAGS += -j`',
      'Makefile:4 `all: $(NAMES)`',
      'Makefile:5 `%.pdf: %.tex`',
      'Makefile:7 `debug: CFLAGS = -g`',
    ]);
    const text = project.read('Sandboxfile.yaml');
    for (const line of told) assert.match(text, `# ${line}\n`, 'the file says the same');
    assert.match(told.join('\n'), "Give it as a parameter: sbx run debug --set cflags='-g'.");
    assert.match(stdout, /wrote .*Sandboxfile.yaml: 5 steps, 7 lines not translated/);
    assert.is((await project.sbx(['validate'])).code, 0);
  }));

const PARTLY = `include missing.mk
MAKEFLAGS += -j
NAMES := $(shell ls)
all: $(NAMES)
%.pdf: %.tex
	latex $<
debug: CFLAGS = -g
debug: app
app: app.c ; $(CC) $(CFLAGS) -o $@ $<
sub:
	$(MAKE) -C sub
weird:
	@echo $(file <x)
`;

test('a Sandboxfile is never overwritten; -o writes another one, -n prints', () =>
  withProject({ Makefile: 'a: ## Do it\n\techo hi\n', 'Sandboxfile.yaml': 'mine', 'sub/other.mk': 'b:\n\techo\n' }, async (project) => {
    const refused = await project.sbx(['import']);
    assert.is(refused.code, 2);
    assert.match(refused.stderr, 'Sandboxfile.yaml is there already');
    const printed = await project.sbx(['import', '-n']);
    assert.is(printed.code, 0);
    assert.match(
      printed.stdout,
      /^# yaml-language-server.*\n(#.*\n)*version: 1\ndefault: \[a\]\n\nsteps:\n {2}a:\n {4}description: Do it\n {4}run: echo hi\n$/,
    );
    const other = await project.sbx(['import', '-o', 'made.yaml']);
    assert.is(other.code, 0, other.stderr);
    assert.match((await project.sbx(['run', '-f', 'made.yaml', 'a'])).stdout, 'hi');
    assert.is((await project.sbx(['import', '-o', 'made.yaml'])).code, 2);
    assert.match((await project.sbx(['import', '-o', 'sub/x.yaml'])).stderr, 'would not lie beside');
    assert.is(project.read('Sandboxfile.yaml'), 'mine');
    const sub = await project.sbx(['import', 'sub/other.mk']);
    assert.is(sub.code, 0, sub.stderr);
    assert.match(project.read('sub/Sandboxfile.yaml'), 'b:\n    run: echo');
  }));

test('no Makefile, a folder in its place, one that cannot be read', () =>
  withProject({ 'other.txt': '' }, async (project) => {
    assert.match(
      (await project.sbx(['import'])).stderr,
      /there is no GNUmakefile, makefile, Makefile in .*\n {2}name one: sbx import FILE/,
    );
    assert.match((await project.sbx(['import', 'nowhere.mk'])).stderr, 'nowhere.mk does not exist');
    mkdirSync(join(project.root, 'Makefile'));
    const folder = await project.sbx(['import']);
    assert.is(folder.code, 2);
    assert.match(folder.stderr, 'Makefile is not a regular file');
    assert.match((await project.sbx(['import', '/dev/null'])).stderr, /\/dev\/null is not a regular file/);
    assert.not(existsSync(join(project.root, 'Sandboxfile.yaml')));
  }));

test('whatever the Makefile, what comes of it is valid', () =>
  withFolder(async (folder) => {
    let state = 4711;
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    const one = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const some = (list: readonly string[], most: number): string => Array.from({ length: random(most + 1) }, () => one(list)).join(' ');
    const names = [
      'a',
      'b.o',
      'out/c',
      'out',
      '../d',
      '/e',
      '$(V)',
      '$(L)',
      '%.o',
      'x y',
      "it's",
      '$(CURDIR)/f',
      '*.c',
      '.PHONY',
      '~/g',
      '[h]',
      '$${{i}}',
      'ä',
      '-j',
      '1',
    ];
    const words = [
      ...names,
      '$@',
      '$<',
      '$^',
      '$*',
      '$(shell date)',
      "'$(V)'",
      '"$(V)$(N)"',
      '$$HOME',
      '`x`',
      '&&',
      '||',
      ';',
      '|',
      '\\',
      '#',
      '${{',
      '}}',
      '"',
      "'",
      '$(',
      '(',
      ')',
      '{',
      '}',
      '$(if $(N),$(V))',
      'ssh $(N)',
      'sh -c $(N)',
      '\\\n',
      ': ',
      '- ',
      '\u0001',
      '$(MAKE) a',
      'cd x',
      '<<E',
      '$(N:a=b)',
      '$$((1+$(N)))',
    ];
    for (let round = 0; round < 60; round++) {
      const lines = Array.from({ length: 1 + random(12) }, () => {
        if (random(4) === 0)
          return `${one(['', 'export ', 'override '])}${one(['V', 'L', 'N', 'CC', 'SHELL', 'P-Q'])} ${one(['=', ':=', '?=', '+='])} ${some(words, 3)}`;
        const rule = `${one(names)} ${some(names, 1)}${one([':', '::'])} ${some(names, 3)}${one(['', ' | out', ' ## text: "x" # y'])}`;
        return [rule, ...Array.from({ length: random(4) }, () => `\t${one(['', '@', '-'])}${some(words, 5)}`)].join('\n');
      });
      const text = `${lines.join('\n')}\n`;
      const plan = await planned(folder, text);
      assert.not.match(said(plan), 'no valid Sandboxfile', `${text}\n${said(plan)}`);
    }
    assert.ok(readFileSync(join(folder, 'Makefile'), 'utf8').length > 0);
  }));

test.run();
