import { posix } from 'node:path';
import { compileExcludes } from '../lib/base/excludes.ts';
import { compileGlobs, globsBelow } from '../lib/base/glob.ts';
import { err, ok } from '../lib/base/result.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import type { Draft } from '../lib/model/plan.ts';
import type { Step } from '../lib/model/project.ts';
import { wrongStep } from '../lib/model/wrong-step.ts';
import type { PlanScope, Task } from '../lib/task.ts';
import { anew } from './anew.ts';
import { destinationOf, localGlobs } from './destination.ts';
import { listField, textField } from './fields.ts';
import { workspaceOf } from './workspace.ts';

/** Brings products from the workspace here. They are remembered: the same build fetched again comes from the store. */
export const fetchArtifacts: Task = {
  name: 'fetch-artifacts',
  summary: 'Brings files and folders from the workspace of a sandbox to the project, verified.',
  example: `fetch-artifacts:
  task: fetch-artifacts
  in: vm
  needs: [build]
  from: out/app
  to: bin`,
  fields: {
    from: {
      kind: 'any-of',
      description: 'What to fetch: paths of files and folders in the workspace, or globs.',
      of: [
        { kind: 'string', description: 'One path or glob.', examples: ['dist-newstyle', 'out/**/*.tar.gz'] },
        { kind: 'list', description: 'Several.', of: { kind: 'string', description: 'A path or glob.' } },
      ],
    },
    to: {
      kind: 'string',
      description:
        'A folder of the project. A path named in full is put into it by its last name, what a glob finds by its path below the fixed beginning of the glob. Without it everything is put where it lies in the workspace.',
      format: 'path',
      examples: ['bin'],
    },
    exclude: {
      kind: 'list',
      description: 'What is left out, as in a .gitignore.',
      of: { kind: 'string', description: 'One pattern.', examples: ['*.o'] },
    },
    links: {
      kind: 'string',
      description: 'What to do with links: refuse the whole, take those that stay within what is fetched, or leave them out.',
      enum: ['refuse', 'contained', 'skip'],
      default: 'refuse',
    },
  },
  outputs: { files: 'files' },
  requires: ['from'],
  refuses: ['run', 'shell', 'inputs', 'outputs', 'values', 'state', 'dir', 'interactive', 'service', 'ready'],
  plan(step, scope) {
    return { value: draftOf(step, scope), diagnostics: problems(step) };
  },
  async run(action, scope) {
    const { step } = action;
    const to = toOf(step) ?? '.';
    if (scope.sandbox.kind === 'local') return to === '.' ? ok({ untouched: true }) : err(notHere(step));
    const workspace = await workspaceOf(scope);
    if (!workspace.ok) return workspace;
    const [{ fetchTree }, { CAPS }, { isWhole }] = await Promise.all([
      import('../lib/sync/fetch.ts'),
      import('../lib/sync/manifest.ts'),
      import('../lib/sync/placed.ts'),
    ]);
    const from = fromOf(step);
    const exclude = listField(step, 'exclude');
    const excluded = compileExcludes(exclude);
    let stage = '';
    const fetched = await anew(scope, (number) => {
      stage = `${scope.folders.project}/stage/${scope.attempt}.${number}`;
      return fetchTree({
        workspace: workspace.value,
        files: scope.io.files,
        wanted: {
          globs: compileGlobs(from),
          excluded: (one) => excluded(one, false),
          whole: isWhole(from) && exclude.length === 0,
          caps: CAPS,
        },
        links: linksOf(step),
        rename: textField(step, 'to') === undefined ? (one) => one : destinationOf(from),
        here: posix.join(scope.project.root, to),
        stored: scope.stored,
        lies: (entry) => scope.lies({ ...entry, path: posix.join(to, entry.path) }),
        stage,
        nonce: scope.io.nonce,
        progress: ({ bytes, ofBytes, files, ofFiles }) => scope.progress(bytes, ofBytes, 'bytes', { done: files, total: ofFiles }),
        note: scope.note,
      });
    });
    return fetched.ok ? ok({ fetched: { stage, tree: fetched.value.tree, to } }) : fetched;
  },
};

function draftOf(step: Step, scope: PlanScope): Draft {
  const from = fromOf(step);
  const to = toOf(step);
  const exclude = listField(step, 'exclude');
  const here = scope.sandbox.kind === 'local';
  return {
    title: `fetch ${from.slice(0, 3).join(' ')}${from.length > 3 ? ' ...' : ''} from ${step.sandbox}`,
    settings: { from, to: to ?? null, exclude, links: linksOf(step) },
    // What it brings is what the steps that it needs made. Where none did, it brings what was sent.
    reads:
      here || step.needs.some((id) => scope.project.steps.get(id)?.task !== 'sync')
        ? { is: 'nothing' }
        : { is: 'arrived', globs: undefined },
    makes: here ? { is: 'nothing' } : { is: 'files', globs: localGlobs(from, to, exclude), amongOthers: true },
    workspace: here ? 'shares' : 'writes',
  };
}

/** Seen from the workspace: a step of an included file has a folder. */
function fromOf(step: Step): readonly string[] {
  return globsBelow(step.dir, writtenFrom(step));
}

function toOf(step: Step): string | undefined {
  const to = textField(step, 'to');
  return to === undefined ? undefined : posix.join(step.dir, to);
}

function writtenFrom(step: Step): readonly string[] {
  const one = textField(step, 'from');
  return (one === undefined ? listField(step, 'from') : [one]).map((path) => path.replace(/^(?:\.\/)+/, ''));
}

function linksOf(step: Step): 'refuse' | 'contained' | 'skip' {
  const links = textField(step, 'links');
  return links === 'contained' || links === 'skip' ? links : 'refuse';
}

function problems(step: Step): readonly Diagnostic[] {
  const to = textField(step, 'to');
  const check = (path: string, key: 'from' | 'to', nth?: number): readonly Diagnostic[] => {
    const parts = path.replace(/^!/, '').split('/');
    const outside = path.startsWith('/') || path === '' || parts.includes('..');
    const ours = parts[0] === '.sbx' || parts.includes('.git');
    if (!outside && !ours) return [];
    const [why, hint] = outside
      ? ['is not a path below the workspace and the project', 'write it as it is seen from there, without a leading `/` and without `..`']
      : ['belongs to sbx or git', 'what they keep for themselves is not fetched: leave it out'];
    const message = `step ${step.id}: ${JSON.stringify(path)} ${why}`;
    return [wrongStep(step, { code: 'bad-path', message, hint }, key, nth)];
  };
  return [...writtenFrom(step).flatMap((path, i) => check(path, 'from', i)), ...(to === undefined ? [] : check(to, 'to'))];
}

function notHere(step: Step) {
  return {
    code: 'task-refused',
    message: `${step.id} renames what it fetches (\`to:\`), which cannot be done where the build is in the project itself`,
    hint: 'take `to:` away, or do not run it with --local',
  } as const;
}
