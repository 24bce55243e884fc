import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../../rig/cli.ts';
import { needing } from '../../rig/needing.ts';
import { withProject } from '../../rig/project.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/coming-from/make.md'), 'utf8');

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(PAGE)?.[1] ?? '';
}

needing('gcc')('the example of the page on make: sbx import writes what it says, and that runs', () =>
  withProject(
    {
      Makefile: block('make'),
      'app.h': '#include <stdio.h>\n',
      'main.c': '#include "app.h"\nint main(void) { return puts(VERSION) < 0; }\n',
    },
    async (project) => {
      const { stdout } = await project.sbx(['import', '-n']);
      assert.is(stdout.replace(/^(?:#.*\n)+/, ''), block('yaml'));
      assert.is((await project.sbx(['import'])).code, 0);
      const ended = await project.sbx(['run']);
      assert.is(ended.code, 0, ended.stderr);
    },
  ),
);

test.run();
