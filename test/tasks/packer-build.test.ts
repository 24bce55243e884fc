// Packer itself, with its file builder.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute } from '../rig/cli.ts';
import { findProgram, needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { BUILD, sandboxfile, stages, template, withPacker } from './packer-templates.ts';

withPacker('Build the image, cached by digest: the second run finds it, a deleted one comes back, an edited template builds anew.', () =>
  withProject(
    {
      'image/one.pkr.hcl': template(),
      'Sandboxfile.yaml': sandboxfile({
        build: `${BUILD}, variables: { text: 'a \${x} %{y} "z", 1' }`,
        use: 'needs: [build], run: "echo \\"${{ steps.build.outputs.image }}\\"=${{ steps.build.outputs.digest }}"',
      }),
    },
    async (project) => {
      const first = await project.sbx(['run', 'use']);
      assert.is(first.code, 0, first.stdout + first.stderr);
      const made = project.read('build/image/a b.ova');
      assert.is(made, 'a ${x} %{y} "z", 1\n', 'values are no templates');
      assert.ok(first.stdout.includes(`build/image/a b.ova=${createHash('sha256').update(made).digest('hex')}`), first.stdout);
      assert.match(first.stdout, /Running local shell script/, 'Packer is heard');
      assert.match((await project.sbx(['run', 'build', '-v'])).stdout, /build fresh/);
      project.remove('build');
      assert.match((await project.sbx(['run', 'build'])).stdout, /build restored 1 file/);
      assert.is(project.read('build/image/a b.ova'), made);
      project.write('image/one.pkr.hcl', template({ target: '${var.output_directory}/sub/b.ova' }));
      const again = await project.sbx(['run', 'use']);
      assert.match(again.stdout, /inputs changed: image\/one\.pkr\.hcl/);
      assert.match(again.stdout, /build\/image\/b\.ova=/);
      assert.equal(readdirSync(join(project.root, 'build/image')), ['b.ova'], 'the one before is gone');
      assert.equal(stages(project), []);
      assert.equal(readdirSync(join(project.root, 'image')), ['one.pkr.hcl'], 'Packer keeps its ISOs elsewhere');
    },
  ),
);

const KEYS = `variable "ssh_private_key_file" {
  type = string
}
variable "ssh_public_key" {
  type = string
}
`;

const withKeys = findProgram('ssh-keygen') ? withPacker : needing('ssh-keygen');

withKeys('a template that declares a login is given one of its own, by files only, and nothing is left of it; secrets are not shown', () =>
  withProject(
    {
      'image/one.pkr.hcl': template({
        more: KEYS,
        last: 'stat -c %a ${var.ssh_private_key_file}; ssh-keygen -y -f ${var.ssh_private_key_file} | cut -d " " -f 1,2 >pair; echo "${var.ssh_public_key}" | cut -d " " -f 1,2 | diff - pair && echo "a pair"; cat /proc/[0-9]*/cmdline | tr "\\\\0" " " >argv; echo "${var.login}" >seen; echo "it is ${var.login}"',
      }),
      'Sandboxfile.yaml': sandboxfile({ build: `${BUILD}, secrets: [PKR_VAR_login]` }, 'secrets: [PKR_VAR_login]\n'),
    },
    async (project) => {
      const ran = await project.sbx(['run', 'build'], { env: { PKR_VAR_login: 'hunter2-and-more' } });
      assert.is(ran.code, 0, ran.stdout + ran.stderr);
      assert.match(ran.stdout, /file\.one: 600\n[\s\S]*file\.one: a pair\n[\s\S]*file\.one: it is \*\*\*\n/);
      assert.is(project.read('seen'), 'hunter2-and-more\n', 'it was given');
      const [, point = 'none'] = project.read('pair').trim().split(' ');
      assert.ok(point.length > 60 && !project.read('argv').includes(point) && !project.read('argv').includes('hunter2'));
      assert.equal(stages(project), []);
      const found = await execute('sh', ['-c', 'grep -rlE "hunter2|PRIVATE KEY" .sbx "$HOME" || true'], {
        cwd: project.root,
        home: project.home,
      });
      assert.is(found.stdout, '');
    },
  ),
);

withPacker(
  'What Packer refuses is told with its file and line; an unknown variable with the one that is meant; what it did not make is no success.',
  () =>
    withProject(
      {
        'bad/main.pkr.hcl': template().replace('sources =', 'sourcse ='),
        'image/one.pkr.hcl': template(),
        'none/n.pkr.hcl': 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["source.null.n"]\n}\n',
        'gone/g.pkr.hcl': template({ last: 'rm .sbx/stage/*/output/*.ova' }),
        'full/f.pkr.hcl': template({ last: 'dd if=/dev/zero of=/dev/full bs=1 count=1' }),
        'Sandboxfile.yaml': sandboxfile({
          bad: 'task: packer-build, template: bad, to: b/bad',
          unknown: 'task: packer-build, template: image/one.pkr.hcl, to: b/unknown, variables: { txt: x }',
          secret: 'task: packer-build, template: image/one.pkr.hcl, to: b/secret, env: { PKR_VAR_logn: x }',
          other: 'task: packer-build, template: image/one.pkr.hcl, to: b/other, only: qemu.x',
          none: 'task: packer-build, template: none, to: b/none',
          gone: 'task: packer-build, template: gone, to: b/gone',
          full: 'task: packer-build, template: full, to: b/full',
        }),
      },
      async (project) => {
        const { code, stdout } = await project.sbx(['run', '-k', 'bad', 'unknown', 'secret', 'other', 'none', 'gone', 'full', '--json']);
        assert.is(code, 1);
        const failures = new Map(
          stdout
            .split('\n')
            .filter((line) => line.includes('"step-finished"'))
            .map((line) => JSON.parse(line))
            .map(({ step, outcome }) => [step, `${outcome.failure.code}: ${outcome.failure.message}; ${outcome.failure.hint}`]),
        );
        const expected: { readonly [step: string]: RegExp } = {
          bad: /^task-refused: packer refuses the template: bad\/main\.pkr\.hcl line \d+: Unsupported argument: .*"sourcse".*Did you mean "sources"/,
          unknown: /^task-refused: the template declares no variable `txt`; Did you mean `text`/,
          secret: /^task-refused: the template declares no variable `logn`; Did you mean `login`/,
          other: /^output-missing: .*no artifact.*`only`/,
          none: /^output-missing: .*no artifact/,
          gone: /^output-missing: packer says that it made .*a b\.ova, and it is not there/,
          full: /^command-failed: packer failed: file\.one: Script exited with non-zero exit status: 1.*make room on the disk/,
        };
        for (const [step, wanted] of Object.entries(expected)) assert.match(failures.get(step) ?? stdout, wanted, step);
        assert.not.ok(existsSync(join(project.root, 'b')), 'nothing half is left');
        assert.equal(stages(project), []);
      },
    ),
);

withPacker('A failed build leaves the image before it where it is.', () =>
  withProject({ 'image/one.pkr.hcl': template(), 'Sandboxfile.yaml': sandboxfile({ build: BUILD }) }, async (project) => {
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    project.write('image/one.pkr.hcl', template({ last: 'exit 3' }));
    assert.is((await project.sbx(['run', 'build'])).code, 1);
    assert.is(project.read('build/image/a b.ova'), 'plain\n');
    project.write('image/one.pkr.hcl', template());
    assert.is((await project.sbx(['run', 'build'])).code, 0);
  }),
);

withPacker(
  'a folder with plugins.pkr.hcl is taken by an old Packer without it; without output_directory the artifact is taken from where it is',
  () =>
    withProject(
      {
        'image/one.pkr.hcl': template({ target: 'out/x/disk.qcow2' }).replace(/variable "output_directory" \{[^}]*\}\n/, ''),
        'image/plugins.pkr.hcl': 'packer {\n  required_version = ">= 1.7.0"\n}\n',
        'Sandboxfile.yaml': sandboxfile({ build: 'task: packer-build, dir: image, template: ., to: made' }),
      },
      async (project) => {
        const { code, stdout, stderr } = await project.sbx(['run', 'build']);
        assert.is(code, 0, stdout + stderr);
        assert.is(project.read('image/made/disk.qcow2'), 'plain\n');
        assert.not.ok(existsSync(join(project.root, 'image/out')), 'an empty folder would be refused the next time');
        assert.match((await project.sbx(['run', 'build', '-v'])).stdout, /build fresh/);
      },
    ),
);

withPacker('an image of more than a tenth of the store has no copy in it: it is fresh where it is, and built anew if it goes', () =>
  withProject(
    {
      'image/one.pkr.hcl': template({ last: 'head -c 300000 /dev/zero >"$(ls -d .sbx/stage/*/output)/a b.ova"' }),
      'Sandboxfile.yaml': sandboxfile({ build: BUILD }, 'cache: { maxSize: 1MiB }\n'),
    },
    async (project) => {
      assert.match((await project.sbx(['run', 'build'])).stdout, /no copy/);
      assert.match((await project.sbx(['run', 'build', '-v'])).stdout, /build fresh/);
      const large = await execute('find', [join(project.home, '.cache'), '-size', '+100k', '-path', '*/cas/*'], {
        cwd: project.root,
        home: project.home,
      });
      assert.is(large.stdout, '');
      project.remove('build/image/a b.ova');
      assert.match((await project.sbx(['run', 'build'])).stdout, /missing/);
      assert.is(project.read('build/image/a b.ova').length, 300_000);
      project.write('image/one.pkr.hcl', project.read('image/one.pkr.hcl').replace('300000', '300001'));
      assert.is((await project.sbx(['run', 'build'])).code, 0);
      assert.is(project.read('build/image/a b.ova').length, 300_001);
      assert.not.ok(existsSync(join(project.root, '.sbx/replaced')), 'the one before is not kept');
    },
  ),
);

/** In place of Packer: says a version, and writes down what it was asked. */
function standIn(version: string): string {
  return `#!/bin/sh
echo "$*" >>"$(dirname "$0")/asked"
case $2 in
  version) echo '1,,ui,say,${version}' ;;
  inspect) echo '1,,ui,say,> input-variables:\\n\\nvar.output_directory: ""\\n' ;;
  build)
    for word do case $word in -var-file=*) vars=\${word#*=} ;; esac; done
    out=$(sed 's/.*"output_directory":"\\([^"]*\\)".*/\\1/' "$vars")
    mkdir -p "$out" && echo made >"$out/x.ova"
    echo "1,q,artifact,0,file,0,$out/x.ova"
    ;;
esac
`;
}

test('A stand-in for other versions: from 1.7 on the plugins are got first and the folder is given whole; what is too old, or another packer, is refused.', () =>
  withProject(
    {
      'image/a.pkr.hcl': '',
      'image/plugins.pkr.hcl': '',
      'Sandboxfile.yaml': sandboxfile({ build: 'task: packer-build, template: image, to: build' }),
    },
    async (project) => {
      const bin = join(project.home, 'bin');
      const run = (version: string) => {
        project.write('../home/bin/packer', standIn(version), 0o755);
        return project.sbx(['run', 'build', '--force'], { env: { PATH: `${bin}:/usr/bin:/bin` } });
      };
      const { code, stdout, stderr } = await run('Packer v1.11.2');
      assert.is(code, 0, stdout + stderr);
      assert.is(project.read('build/x.ova'), 'made\n');
      const asked = readFileSync(join(bin, 'asked'), 'utf8')
        .split('\n')
        .map((line) => line.replace(/-var-file=\S+ /, ''));
      const r = '-machine-readable';
      assert.equal(asked, [
        `${r} version`,
        `${r} init ./image`,
        `${r} inspect ./image`,
        `${r} validate ./image`,
        `${r} build -color=false ./image`,
        '',
      ]);
      assert.match((await run('Packer v1.5.6')).stdout, /Packer 1\.5\.6 is too old.*\n.*1\.6 or later/);
      assert.match((await run('pack a dictionary')).stdout, /does not say its version.*\n.*cracklib/);
      const none = await project.sbx(['run', 'build', '--force'], { env: { PATH: `${project.home}/empty` } });
      assert.match(none.stdout, /there is no packer on the PATH.*\n.*apt-get install packer/);
    },
  ));

test('in another place it is refused when the file is read', () =>
  withProject(
    {
      'Sandboxfile.yaml': sandboxfile(
        { build: `${BUILD}, in: vm`, own: 'task: packer-build, template: x, to: .' },
        'sandboxes: { vm: { host: somewhere } }\n',
      ),
    },
    async (project) => {
      const { code, stdout, stderr } = await project.sbx(['validate']);
      assert.is(code, 2);
      assert.match(stdout + stderr, /runs on this computer only, and build is in vm/);
      assert.match(stdout + stderr, /cannot be the folder of its artifact alone/);
    },
  ));

withPacker('a file that Packer names and did not make stays where it is; one of git is no artifact, and nothing is taken then', () =>
  withProject(
    {
      'image/one.pkr.hcl': naming('src/main.c'),
      'git/g.pkr.hcl': naming('src/main.c', '.git/config'),
      'many/m.pkr.hcl': naming('src/main.c', 'src/other.c'),
      'src/main.c': 'int main;',
      'src/other.c': 'int other;',
      '.git/config': 'theirs',
      'Sandboxfile.yaml': sandboxfile({
        build: BUILD,
        git: 'task: packer-build, template: git, to: b/git',
        many: 'task: packer-build, template: many, to: b/many, image: "*.c"',
      }),
    },
    async (project) => {
      const built = await project.sbx(['run', 'build']);
      assert.is(built.code, 0, built.stdout + built.stderr);
      assert.is(project.read('build/image/main.c'), 'int main;');
      assert.match((await project.sbx(['run', 'git'])).stdout, /\.git\/config, which is in a folder of git or sbx/);
      assert.match((await project.sbx(['run', 'many'])).stdout, /several files, each of which may be the image/);
      assert.is(project.read('src/main.c') + project.read('src/other.c') + project.read('.git/config'), 'int main;int other;theirs');
      assert.equal(stages(project), []);
    },
  ),
);

function naming(...files: readonly string[]): string {
  return template().replace(/}\n$/, `  post-processor "artifice" {\n    files = ${JSON.stringify(files)}\n  }\n}\n`);
}

test.run();
