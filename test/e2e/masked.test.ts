import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const SECRET = 'hunter2-and-more';

const FILE = `version: 1
secrets: [KEY]
steps:
  says: { run: "echo $KEY; printf %s $KEY | base64; exit 1", secrets: [KEY] }
  pipe: { run: "mkdir -p d; mkfifo d/$KEY", secrets: [KEY], outputs: [d] }
  serve: { run: "sleep 60", secrets: [KEY], service: true, ready: { command: "echo $KEY; false", deadline: 1s } }
  user: { needs: [serve], run: "true" }
`;

for (const [step, ways] of [
  ['says', 'its output and last lines'],
  ['pipe', 'a failure that names a file'],
  ['user', 'a service that is not ready'],
] as const)
  test(`secrets masked in every stream: ${ways}`, () =>
    withProject({ 'Sandboxfile.yaml': FILE }, async ({ sbx, root }) => {
      const env = { KEY: SECRET };
      const encoded = Buffer.from(SECRET).toString('base64');
      for (const args of [
        ['run', step],
        ['run', step, '--json'],
        ['replay'],
        ['report'],
        ['report', '--format', 'json'],
        ['explain', step],
      ]) {
        const { stdout, stderr } = await sbx(args, { env });
        for (const word of [SECRET, encoded]) assert.not.ok((stdout + stderr).includes(word), `${args.join(' ')}: ${stdout}${stderr}`);
        if (args[0] === 'run') assert.ok(stdout.includes('***'), stdout);
      }
      // What a step calls its files is its own affair; what sbx keeps of it is not.
      const found = execFileSync('sh', ['-c', `grep -rl ${SECRET} .sbx || true`], { cwd: root, encoding: 'utf8' });
      assert.is(found, '');
    }));

test.run();
