import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, SBX } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { type FarProject, withFarProject } from './far-project.ts';

const testing = needing('strace', 'git');

/** All files of the project and of its home with what is in them. */
function snapshot(story: FarProject): string {
  return execFileSync('sh', ['-c', 'find demo home \\( -type f -exec sha256sum {} + \\) -o -type d -print | sort'], {
    cwd: story.folder,
    encoding: 'utf8',
  });
}

testing(
  '`plan`, `list`, `status`, `explain`, `validate` are shown by strace to execute nothing but git plumbing, connect nowhere and write nothing.',
  async () => {
    await withFarProject({ sandbox: '' }, async (story) => {
      const text = story.project.read('Sandboxfile.yaml').replace('files: all', 'files: git');
      story.project.write('Sandboxfile.yaml', text);
      story.project.write('.gitignore', 'out\nwork\n');
      execFileSync('git', ['init', '-q'], { cwd: story.project.root });
      const ran = await story.sbx(['run', 'fetch-artifacts']);
      assert.is(ran.code, 0, ran.stdout + ran.stderr);
      story.project.write('src/a', 'edited\n');
      const before = snapshot(story);
      for (const query of [
        ['plan', 'fetch-artifacts'],
        ['plan', '--json', 'build'],
        ['list'],
        ['graph'],
        ['status', 'fetch-artifacts'],
        ['explain', 'build'],
        ['validate'],
      ]) {
        const traces = join(story.folder, 'traces');
        execFileSync('sh', ['-c', `rm -rf ${traces}; mkdir ${traces}`]);
        const ended = await execute(
          'strace',
          [
            '-ff',
            '-s',
            '4096',
            '-e',
            'trace=execve,connect,sendto,openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlinkat,truncate,ftruncate',
            '-o',
            join(traces, 't'),
            process.execPath,
            SBX,
            ...query,
          ],
          { cwd: story.project.root, home: story.project.home, env: story.sshd.env },
        );
        assert.ok([0, 3].includes(ended.code ?? -1), `${query.join(' ')}: ${ended.stdout}${ended.stderr}`);
        const calls = readdirSync(traces).flatMap((name) => readFileSync(join(traces, name), 'utf8').split('\n'));
        const executed = calls
          .filter((call) => /^execve\(/.test(call) && /= 0$/.test(call))
          .map((call) => /execve\("([^"]*)", \[(.*?)\]/.exec(call));
        const others = executed.filter((call) => !call?.[2]?.includes(`"${SBX}"`)); // process ids do not tell which came first
        assert.is(executed.length - others.length, 1, 'sbx itself');
        for (const call of others) assert.match(call?.[1] ?? '', /\/git$/, `${query.join(' ')} executed ${call?.[0]}`);
        for (const call of others) assert.match(call?.[2] ?? '', /"(ls-files|rev-parse|--version)"/);
        assert.equal(
          calls.filter((call) => /^(connect|sendto)\(/.test(call) && /AF_INET/.test(call)),
          [],
        );
        const written = calls.filter(
          (call) =>
            /O_(WRONLY|RDWR|CREAT)/.test(call) && !/"\/dev\/(null|tty|pts)/.test(call) && !/= -1/.test(call) && !/"\/proc\//.test(call),
        );
        assert.equal(written, [], `${query.join(' ')} opened for writing`);
        assert.equal(
          calls.filter((call) => /^(rename|unlink|mkdir|link|symlink|truncate|ftruncate)/.test(call) && /= 0$/.test(call)),
          [],
        );
        assert.is(snapshot(story), before, `${query.join(' ')} wrote`);
      }
    });
  },
);

test.run();
