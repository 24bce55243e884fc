import { posix } from 'node:path';
import { escapeGlob, globsBelow } from '../lib/base/glob.ts';
import type { Json } from '../lib/base/json.ts';
import { ok } from '../lib/base/result.ts';
import { formatSize } from '../lib/base/size.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import type { Draft } from '../lib/model/plan.ts';
import type { Step } from '../lib/model/project.ts';
import type { Session } from '../lib/model/sandbox.ts';
import { wrongStep } from '../lib/model/wrong-step.ts';
import type { Order } from '../lib/packer/image.ts';
import type { Packer } from '../lib/packer/packer.ts';
import { isTemplateFile } from '../lib/packer/template-file.ts';
import { ONE_WORD, type Shape } from '../lib/schema/shape.ts';
import type { PlanScope, RunScope, Task } from '../lib/task.ts';
import { listField, textField } from './fields.ts';

/** Milliseconds between TERM and KILL at least: told to stop, Packer takes down the machine that it builds in. */
const CLEANUP = 60_000;
/** An image that takes more of the store than one in so many bytes is not copied into it: it would push out all else, and lie on the disk twice. */
const SHARE = 10;
/** It asks its makers for nothing, and writes no colours. */
const QUIET = { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1' } as const;
/** By which Packer takes a variable from its environment. */
const VARIABLE = 'PKR_VAR_';

const value = {
  kind: 'any-of',
  description: 'A value.',
  of: [
    { kind: 'scalar', description: 'Text, a number or a truth value.', takes: ONE_WORD },
    { kind: 'list', description: 'A list.', of: { kind: 'scalar', description: 'An item.', takes: ONE_WORD } },
  ],
} as const satisfies Shape;

/** An image of a machine by a template of Packer. Each build has a stage of its own; what was whole before stays until the new image is. */
export const packerBuild: Task = {
  name: 'packer-build',
  summary: 'Builds an image of a machine with Packer 1.6 or later, and remembers it by the digest of what makes it.',
  example: `packer-build:
  task: packer-build
  template: image
  only: qemu.debian
  variables: { disk_size: 4096 }
  to: build/image`,
  fields: {
    template: {
      kind: 'string',
      description: 'A file `*.pkr.hcl`, or a folder with such; before Packer 1.7 its `plugins.pkr.hcl` is left out.',
      format: 'path',
      examples: ['image/worker.pkr.hcl'],
    },
    to: {
      kind: 'string',
      description: 'The folder of the project that the artifact is put into. It is of this step alone.',
      format: 'path',
      examples: ['build/image'],
    },
    only: {
      kind: 'list',
      single: true,
      description: 'Which builds of the template are done; without it all of them.',
      of: { kind: 'string', description: 'A name or glob, as Packer has it.', examples: ['qemu.debian'] },
    },
    variables: {
      kind: 'map',
      description:
        'Values of variables of the template. They reach Packer in a file. A secret is declared as `PKR_VAR_name` and stands under `secrets`.',
      format: 'variable',
      of: value,
    },
    varFiles: {
      kind: 'list',
      single: true,
      description: 'Files with values of variables; later ones win, and `variables` over all of them.',
      of: { kind: 'string', description: 'A file, relative to `dir`.', format: 'path', examples: ['image/site.pkrvars.hcl'] },
    },
    image: {
      kind: 'string',
      description: 'Which file of the artifact is the image, where there are several and not one of them is an OVA or OVF.',
      format: 'glob',
      examples: ['*.qcow2'],
    },
    force: {
      kind: 'boolean',
      description: 'What stands where the template itself says that its output goes is removed (`-force`). Else that is refused.',
      default: false,
    },
  },
  outputs: { image: 'image', digest: 'text' },
  requires: ['template', 'to'],
  refuses: ['run', 'shell', 'outputs', 'values', 'state', 'interactive', 'service', 'ready'],
  plan: (step, scope) => ({ value: draftOf(step), diagnostics: problems(step, scope) }),
  async run(action, scope) {
    const { step } = action;
    const { files } = scope.io;
    const session = await scope.session();
    if (!session.ok) return session;
    const [{ buildImage }, { freshLogin }] = await Promise.all([import('../lib/packer/image.ts'), import('./packer-login.ts')]);
    const stage = `${scope.folders.project}/stage/${scope.attempt}`;
    const declared = new Set([...step.env.map(([name]) => name), ...step.passEnv, ...step.secrets]);
    const order: Order = {
      packer: packerOf(step, session.value, scope),
      files,
      cwd: posix.join(scope.project.root, step.dir),
      root: scope.project.root,
      stage,
      template: textField(step, 'template') ?? '',
      only: listField(step, 'only'),
      values: valuesOf(step),
      named: [...declared].filter((name) => name.startsWith(VARIABLE)).map((name) => name.slice(VARIABLE.length)),
      varFiles: listField(step, 'varFiles'),
      force: step.fields.force === true,
      image: textField(step, 'image'),
      login: freshLogin,
      signal: scope.signal,
      show: (text) => scope.output(Buffer.from(text)),
    };
    let built: Awaited<ReturnType<typeof buildImage>> | undefined;
    try {
      built = await buildImage(order);
    } finally {
      if (!built?.ok) files.rmSync(stage, { recursive: true, force: true });
    }
    if (!built.ok) return built;
    const { folder, tree, image } = built.value;
    const to = toOf(step);
    const [made] = tree.entries.flatMap((entry) => (entry.kind === 'file' && entry.path === image ? [entry] : []));
    const size = tree.entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
    const stays = step.cache !== true && size * SHARE > scope.project.cache.maxSize;
    const path = posix.join(to, image);
    scope.note(`${path}, ${formatSize(made?.size ?? 0)}, sha256 ${made?.digest}`);
    if (stays)
      scope.note('more than a tenth of the store: it has no copy, so that the image is built anew if it goes (`cache: true` keeps one)');
    return ok({ values: { image: path, digest: made?.digest ?? '' }, fetched: { stage: folder, tree, to, ...(stays ? { stays } : {}) } });
  },
};

function draftOf(step: Step): Draft {
  const template = textField(step, 'template') ?? '';
  const varFiles = listField(step, 'varFiles');
  const own = isTemplateFile(template) ? posix.dirname(template) : template;
  const inputs = step.inputs ?? [own === '.' ? '**' : posix.join(escapeGlob(own), '**')];
  const settings = {
    template,
    only: listField(step, 'only'),
    variables: valuesOf(step),
    varFiles,
    to: textField(step, 'to') ?? '',
    image: textField(step, 'image') ?? null,
  };
  const given = [...(step.inputs === undefined || !isTemplateFile(template) ? [] : [template]), ...varFiles].map(escapeGlob);
  return {
    title: `packer build ${template}`,
    settings,
    reads: { is: 'files', globs: globsBelow(step.dir, [...inputs, ...given]) },
    makes: { is: 'files', globs: isFolderOfItsOwn(step) ? [escapeGlob(toOf(step))] : [] },
    workspace: 'shares',
  };
}

function problems(step: Step, { sandbox }: PlanScope): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (sandbox.kind !== 'local') {
    const message = `packer-build runs on this computer only, and ${step.id} is in ${step.sandbox}`;
    const hint = 'take `in:` away; where Packer is on another computer only, run it there by `task: shell` with `outputs`';
    found.push(wrongStep(step, { code: 'conflicting-keys', message, hint }, 'in'));
  }
  const to = textField(step, 'to');
  if (to !== undefined && !isFolderOfItsOwn(step)) {
    const message = `step ${step.id}: ${JSON.stringify(to)} cannot be the folder of its artifact alone`;
    found.push(wrongStep(step, { code: 'bad-path', message, hint: 'name a new folder beside the template, such as `build/image`' }, 'to'));
  }
  return found;
}

/** Whatever else were in it would be moved away. A path that leaves the project is told of where it is read. */
function isFolderOfItsOwn(step: Step): boolean {
  const to = toOf(step);
  const others = [
    step.dir,
    ...[textField(step, 'template') ?? '', ...listField(step, 'varFiles')].map((path) => posix.join(step.dir, path)),
  ];
  const holds = others.some((path) => path === to || path.startsWith(`${to}/`));
  return to !== '.' && !holds && !to.startsWith('.sbx') && !to.split('/').includes('.git');
}

/** Starts Packer in a group of its own, which ends whole. Told to stop, it ends its machine and removes what is half; what a killed one leaves is ended here. */
function packerOf(step: Step, session: Session, scope: RunScope): Packer {
  const mine = new Map<string, string>([...Object.entries(QUIET), ['PACKER_CACHE_DIR', `${scope.folders.cache}/packer`]]);
  const env = [...mine, ...scope.env];
  const killGrace = Math.max(scope.killGrace, CLEANUP);
  const { run, attempt, signal, hurry } = scope;
  return async (words, output, secret) => {
    const script = { shell: 'argv', words: ['packer', ...words], source: `packer ${words.slice(1).join(' ')}` } as const;
    const known = secret === false ? env.filter(([name]) => !name.startsWith(VARIABLE) && !step.secrets.includes(name)) : env;
    const cwd = posix.join(scope.project.root, step.dir);
    const exit = await session.supervise({ script, cwd, env: known, killGrace, attempt, run }, { signal, hurry, output });
    if (exit.ok && !('code' in exit.value && exit.value.code === 0)) {
      const { endTagged } = await import('../lib/io/process-tree.ts');
      await endTagged(`SBX_ATTEMPT=${attempt}`, killGrace, () => {}, hurry);
    }
    return exit;
  };
}

function valuesOf(step: Step): { readonly [variable: string]: Json } {
  const { variables } = step.fields;
  return typeof variables === 'object' && variables !== null && !Array.isArray(variables) ? (variables as { [name: string]: Json }) : {};
}

function toOf(step: Step): string {
  return posix.join(step.dir, textField(step, 'to') ?? '').replace(/\/+$/, '');
}
