// Variables and functions: what they come to, held against make itself.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { flat } from '../../../lib/cli/import/expand.ts';
import { listingOf } from '../../../lib/cli/import/listing.ts';
import { readMakefile } from '../../../lib/cli/import/read.ts';
import { withFolder } from '../../rig/folder.ts';
import { needing } from '../../rig/needing.ts';

const SETTING = `
A = one two three
B := b.c sub/d.c e.h
B += f.c
C ?= c
CC ?= never
EMPTY =
LAZY = $(LATER)!
NOW := $(LATER)!
LATER = later
define LINES
first
  second $(A)
endef
define both
$(2)-$(1)
endef
reverse = $(if $(1),$(call reverse,$(wordlist 2,99,$(1))) $(firstword $(1)))
NAME = A
INDIRECT_one = found
X = a:b
ifeq ($(C),c)
D = was c
else ifdef A
D = was a
else
D = was nothing
endif
ifneq "$(A)" 'one'
ifndef NOTHING
E = both
endif
endif
F = x # comment
G = x\\#y
H = a \\
    b   \\
  c
I += appended
undefine I
J = 1
J += 2
override K := k
SP := $(EMPTY) $(EMPTY)
`;

const TEXTS = [
  '$(A)|$(B)|$(C)|$(CC)|$(EMPTY)|$(LAZY)|$(NOW)|$(D)|$(E)|[$(F)]|[$(G)]|[$(H)]|$(I)|$(J)|$(K)|[$(SP)]',
  '${A} $A $(${NAME}) $($(NAME)) $(INDIRECT_$(firstword $(A))) $$ $(NOTHING)',
  '$(B:.c=.o) $(B:%.c=obj/%.o) $(A:e=X) $(A:one=1) $(X:b=c)',
  '$(subst e,E,$(A)) $(subst $(SP),-,$(A)) $(subst x,y,)',
  '$(patsubst %.c,%.o,$(B)) $(patsubst sub/%,%,$(B)) $(patsubst %,<%>,$(A)) $(patsubst one,1,$(A))',
  '[$(strip   a   b  )] [$(findstring a,banana)] [$(findstring x,banana)]',
  '$(filter %.c %.h,$(B)) $(filter one,$(A)) $(filter-out %.c,$(B)) $(filter-out one two,$(A))',
  '$(sort c a b a) $(word 2,$(A)) $(word 9,$(A)) $(wordlist 2,3,$(A)) $(words $(A)) $(firstword $(A)) $(lastword $(A)) $(words )',
  '$(dir $(B) /) $(notdir $(B) x/) $(suffix $(B) none a.b/c) $(basename $(B) a.b/c .x) $(addsuffix .x,$(A)) $(addprefix p/,$(A))',
  '$(join a b c,1 2) $(join a,1 2 3)',
  '$(if $(A),yes,no) $(if $(EMPTY),yes,no) [$(if $(EMPTY),yes)] $(or $(EMPTY),$(A),z) [$(and $(A),$(EMPTY),z)] $(and $(A),z)',
  '$(foreach x,$(A),<$(x)>) $(foreach x,$(A),$(foreach y,1 2,$x$y))',
  '$(call both,1,2) [$(call reverse,$(A))] $(call nothing,1) $(call subst,a,b,banana)',
  '$(wildcard *.c) $(wildcard sub/*.c *.h) $(wildcard nothing*) $(wildcard e.h x.h) $(wildcard */)',
  '$(value LAZY) $(origin A) $(origin CC) $(origin NOTHING)',
  '$(patsubst %.c,%.o,$(wildcard s*/*.c)) $(sort $(notdir $(wildcard *.c sub/*.c)))',
  '$(subst $(SP),$(comma),a b) $(words $(subst /, ,a/b/c)) (a,b) {x} $(addprefix {x},a b)',
  '$(shell find . -name "*.c" | sort | head -n 0)',
  '$(eval LATER = evaluated)$(LAZY)',
  '$(LINES)',
  '$(filter-out $(A),one four) $(word 1,$(sort $(A))) $(strip $(foreach f,$(B),$(if $(filter sub/%,$f),$f)))',
] as const;

/** What each text comes to in make. */
function byMake(folder: string): readonly string[] {
  const shown = TEXTS.map((text, i) => `$(info <${i}>${text}</${i}>)`).join('\n');
  writeFileSync(join(folder, 'shown.mk'), `${SETTING}\n${shown}\nall: ;\n`);
  const out = execFileSync('make', ['-s', '-f', 'shown.mk'], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });
  return TEXTS.map((_, i) => out.slice(out.indexOf(`<${i}>`) + `<${i}>`.length, out.indexOf(`</${i}>`)));
}

needing('make')('references, assignments, functions and conditions come to what they come to in make', () =>
  withFolder((folder) => {
    mkdirSync(join(folder, 'sub'));
    for (const name of ['b.c', 'e.h', 'sub/d.c', 'sub/.hidden.c']) writeFileSync(join(folder, name), '');
    const files = listingOf(folder, { s: 'Linux', m: 'x86_64' }, fs);
    const budget = { left: 1e6, depth: 0 };
    const expected = byMake(folder);
    for (const [i, text] of TEXTS.entries()) {
      const faults: string[] = [];
      const lines = text.includes('$(eval') ? `${SETTING}\n$(eval LATER = evaluated)\n` : SETTING;
      const read = readMakefile('Makefile', lines, files, () => undefined, budget);
      assert.ok(read.ok);
      if (!read.ok) return;
      const { variables } = read.value;
      const scope = {
        get: (name: string) => variables.get(name),
        files,
        fault: (why: string) => void faults.push(why),
        pin: () => {},
        open: [],
        budget,
      };
      const value = flat(text.replace('$(eval LATER = evaluated)', ''), scope);
      if (text.includes('$(shell')) assert.ok(faults.length === 1 && expected[i] === '', 'what only a shell knows is said to be unknown');
      else assert.is(value, expected[i], text);
      if (!text.includes('$(shell')) assert.equal(faults, [], text);
    }
  }),
);

test.run();
