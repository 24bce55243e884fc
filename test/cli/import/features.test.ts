// What Makefiles are made of, one thing at a time: make and sbx leave the same files, and call the same programs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import { needing } from '../../rig/needing.ts';
import { withPair } from './pair.ts';

interface Feature {
  readonly of: string;
  readonly makefile: string;
  readonly files?: { readonly [path: string]: string };
  /** What is made, one after the other. */
  readonly make: readonly (readonly string[])[];
}

const FEATURES: readonly Feature[] = [
  {
    of: 'rules made by eval, call, foreach and define',
    makefile: `
NAMES := one two
all: $(NAMES:%=out-%.txt)
define rule
out-$(1).txt: $(1).in
	tr a-z A-Z < $$< > $$@
	echo $(1) >> $$@
endef
$(foreach name,$(NAMES),$(eval $(call rule,$(name))))
`,
    files: { 'one.in': 'a', 'two.in': 'b' },
    make: [[], ['out-two.txt']],
  },
  {
    of: 'static patterns, $(@D), $(<F), $*, order-only folders, and folders that are files of others',
    makefile: `
SRC := a/x.in b/y.in
OUT := $(SRC:%.in=out/%.txt)
.PHONY: all
all: $(OUT) | log
$(OUT): out/%.txt: %.in | out
	mkdir -p $(@D)
	echo '$@ $(@D) $(@F) $< $(<D) $(<F) $* $| $(^F)' > $@
out log:
	mkdir $@
`,
    files: { 'a/x.in': '', 'b/y.in': '' },
    make: [['all'], ['all'], ['log']],
  },
  {
    of: 'suffix rules, the rules of make itself, and a chain of patterns',
    makefile: `
.SUFFIXES: .up .low
all: a.up prog c.z
.low.up:
	tr a-z A-Z < $< > $@
%.z: %.y
	cp $< $@
%.y: %.x
	cp $< $@
.PRECIOUS: %.y
prog: prog.o part.o
`,
    files: {
      'a.low': 'low',
      'c.x': 'x',
      'prog.c': 'int part(void); int main(void) { return part(); }\n',
      'part.c': 'int part(void) { return 0; }\n',
    },
    make: [[]],
  },
  {
    of: 'values for targets and for patterns, exported ones too',
    makefile: `
MODE = plain
.PHONY: all
all: a.txt b.txt c.log
a.txt: MODE = special
%.log: MODE = log
b.txt: export SEEN = by $(MODE)
a.txt b.txt c.log:
	echo "$(MODE) [$$SEEN]" > $@
`,
    make: [[]],
  },
  {
    of: 'several targets of one recipe, two recipes of one target, and FORCE',
    makefile: `
.PHONY: all FORCE
all: x.txt z.txt
x.txt y.txt &: in
	echo x >> x.txt
	echo y >> y.txt
z.txt: y.txt FORCE
	echo more >> count
	cp y.txt z.txt
log:: x.txt
	echo one >> $@
log:: z.txt
	echo two >> $@
`,
    files: { in: '' },
    make: [[], [], ['z.txt']],
  },
  {
    of: 'targets of the same Makefile called in a recipe, and in another folder',
    makefile: `
.PHONY: all before after last
all:
	echo start >> log
	$(MAKE) before
	echo middle >> log
	@$(MAKE) --no-print-directory after last
before after last:
	echo $@ >> log
sub: ; $(MAKE) -C folder thing
`,
    files: { 'folder/Makefile': 'thing:\n\techo thing > made\n' },
    make: [['all'], ['sub']],
  },
  {
    of: '.ONESHELL, .SHELLFLAGS and .IGNORE',
    makefile: `
SHELL = bash
.SHELLFLAGS = -eu -o pipefail -c
.ONESHELL:
.PHONY: all
all:
	x=1
	cd sub
	echo "$$x $$(pwd | sed 's/.*\\///')" > here
	false || echo no > no
`,
    files: { 'sub/.keep': '' },
    make: [['all']],
  },
  {
    of: 'a command that fails where others follow stops the recipe, and -e in .SHELLFLAGS the line',
    makefile: `
.SHELLFLAGS = -ec
.PHONY: a b
a:
	echo 1 > 1; false; echo 2 > 2
	echo 3 > 3
b:
	cd nowhere && echo no
	echo after > after
`,
    make: [['a'], ['b']],
  },
  {
    of: 'a here-document that its line does not close, and what only looks like one',
    makefile: `
.PHONY: open shifted
open:
	cat > empty <<EOF
	echo second > second
	cat << 'A' > also; echo third > third
	echo fourth > fourth
shifted:
	echo $$((1<<3)) "a <<b" '<<c' > sums
	echo after >> sums
`,
    make: [['open'], ['shifted']],
  },
  {
    of: 'absolute paths below the folder, VPATH, include, conditionals in recipes',
    makefile: `
ROOT := $(CURDIR)
HERE := $(dir $(abspath $(firstword $(MAKEFILE_LIST))))
VPATH = src
include more.mk
-include none.mk
all: $(ROOT)/out.txt $(HERE)up.txt $(FROM_MORE)
$(ROOT)/out.txt: found.in
	cp $< $(ROOT)/out.txt
	cd src && cat found.in >> $@
ifdef DEBUG
	echo debug >> $@
else
	echo plain >> $@
endif
$(HERE)up.txt: found.in
	tr a-z A-Z < $< > $@
`,
    files: { 'src/found.in': 'found\n', 'more.mk': 'FROM_MORE = more.txt\nmore.txt:\n\techo more > $@\n' },
    make: [[]],
  },
  {
    of: 'headers that only the compiler knows (-MMD)',
    makefile: `
OBJ := main.o
app: $(OBJ)
	$(CC) -o $@ $^
%.o: %.c
	$(CC) -MMD -MP -c $< -o $@
	rm -f count && touch count
-include $(OBJ:.o=.d)
`,
    files: { 'main.c': '#include "value.h"\nint main(void) { return VALUE; }\n', 'value.h': '#define VALUE 0\n' },
    make: [['app']],
  },
  {
    of: 'targets that nobody declared .PHONY, variables of the shell, quotes of all kinds',
    makefile: `
WHO = world
LIST = a b c
Q = it's
start: greet
	tool run $(WHO) "$(WHO)" '$(WHO)' $(LIST) "$(LIST)" '$(LIST)' x$(WHO)y "x$(WHO)_y" "$(Q)" \\$$WHO
	WHO=me; echo $$WHO $(WHO) > who.txt
	for WHO in $(LIST); do echo "$$WHO-$(WHO)"; done >> who.txt
	tool "$$(echo $(WHO))" \`echo $(WHO)\` $$((1 + 1)) $(shell echo from $(WHO)) '$(shell echo quoted)'
greet:
	tool 'hello, $(WHO)' # $(WHO)
`,
    make: [['start']],
  },
  {
    of: 'names that look like files and are none, with and without a file of another name that is made',
    makefile: `
all: db.migrate test/unit made.txt
db.migrate: made.txt
	tool migrate
test/unit:
	tool unit
made.txt:
	echo made > made.txt

`,
    make: [[], ['all'], ['db.migrate']],
  },
  {
    of: 'a Makefile with CRLF, several commands behind a semicolon, a name with a blank',
    makefile: 'all: one.txt two\\ words.txt\r\none.txt: ; echo 1 > $@; echo 2 >> $@\r\ntwo\\ words.txt:\r\n\techo 2 > "$@"\r\n'.replaceAll(
      '\r',
      '',
    ),
    make: [['one.txt'], ['all']],
  },
];

for (const { of, makefile, files = {}, make } of FEATURES) {
  needing('make', 'gcc')(of, () =>
    withPair(
      (folder) => {
        for (const [path, text] of Object.entries({ ...files, Makefile: makefile })) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), text);
        }
      },
      async ({ both }) => {
        for (const targets of make) await both(targets);
      },
    ),
  );
}

test.run();
