import { defined } from '../base/defined.ts';
import { groupBy } from '../base/group-by.ts';
import type { Param, Project, SandboxSpec, Step } from '../model/project.ts';
import { LOCAL } from '../model/project.ts';
import { documentOf } from './document.ts';
import type { Listed } from './listed.ts';
import type { Paint } from './paint.ts';
import { type Cell, rows } from './rows.ts';

interface ListOptions {
  /** Every cell of a matrix has a row. */
  readonly cells: boolean;
  readonly paint: Paint;
  /** Of the terminal, undefined where the text goes elsewhere. */
  readonly columns?: number | undefined;
}

/** Steps, a group for each space, then sandboxes and parameters. */
export function listText(project: Project, { steps, sandboxes, params }: Listed, { cells, paint, columns }: ListOptions): string {
  const lines: string[] = [];
  const add = (title: string, table: readonly (readonly (string | Cell)[])[]): void => {
    if (table.length > 0) lines.push(...(lines.length > 0 ? [''] : []), paint.bold(title), ...rows(table, columns));
  };
  for (const [space, members] of groupBy(steps, ({ id }) => spaceOf(id))) {
    const shown = groupBy(members, ({ id }) => (cells ? id : bareName(id)));
    const table = [...shown].map(([name, all]) => stepRow(project, name, all, paint));
    add(space === '' ? `Steps of ${project.name}:` : `Steps of ${space}:`, table);
  }
  if (project.steps.size === 0) lines.push(paint.bold(`Steps of ${project.name}:`), '  none');
  const places = sandboxes.filter(({ name }) => name !== LOCAL);
  add(
    'Sandboxes:',
    places.map((sandbox) => [{ text: sandbox.name, paint: paint.name }, placeOf(sandbox)]),
  );
  add(
    'Parameters:',
    params.map(([name, param]) => [{ text: name, paint: paint.name }, paramText(param), param.description ?? '']),
  );
  return `${lines.join('\n')}\n`;
}

/** `all`: the step, or the cells of one that are listed. */
function stepRow(project: Project, name: string, all: readonly Step[], paint: Paint): readonly (string | Cell)[] {
  const [first] = all as readonly [Step, ...Step[]];
  const places = new Set(all.map(({ sandbox }) => sandbox));
  const place = places.size > 1 ? '' : first.sandbox === LOCAL ? '' : first.sandbox;
  const isDefault = all.some(({ id }) => project.default.includes(id));
  const value = (step: Step | undefined): string => step?.id.slice(name.length) ?? '';
  const cells =
    first.id === name ? '' : ` (${all.length === 1 ? value(first) : `${all.length} cells, ${value(first)} to ${value(all.at(-1))}`})`;
  return [
    { text: [name, ...(first.aliases ?? [])].join(', '), paint: paint.name },
    place,
    whatOf(first) + cells + (isDefault ? ' (default)' : ''),
  ];
}

/** What stands before the last colon of the name: steps of an included file. */
function spaceOf(id: string): string {
  const name = bareName(id);
  return name.slice(0, Math.max(0, name.lastIndexOf(':')));
}

/** The name without the values of a matrix. */
function bareName(id: string): string {
  return id.split('@', 1)[0] ?? id;
}

export function listJson(project: Project, { steps, sandboxes, params }: Listed): string {
  return documentOf('list', 1, {
    project: project.name,
    file: project.file,
    default: project.default,
    steps: steps.map(({ id, aliases, task, sandbox, needs, after, description, script, gives, interactive }) => ({
      id,
      ...(aliases === undefined ? {} : { aliases }),
      task,
      sandbox,
      needs,
      after,
      ...(description === undefined ? {} : { description }),
      ...(script === undefined ? {} : { run: script.source }),
      ...(gives === undefined ? {} : { outputs: gives }),
      interactive,
    })),
    sandboxes: sandboxes.map(({ name, kind, host, machine }) => ({
      name,
      kind,
      ...(host === undefined ? {} : { host }),
      ...(machine === undefined
        ? {}
        : { machine: defined({ name: machine.name, driver: machine.driver, hypervisor: machine.hypervisor, image: machine.image }) }),
    })),
    params: params.map(([name, { type, value, description }]) => ({
      name,
      type,
      value,
      ...(description === undefined ? {} : { description }),
    })),
  });
}

function whatOf(step: Step): string {
  if (step.description !== undefined) return step.description;
  const [first = '', ...more] = (step.script?.source ?? step.task).trim().split('\n');
  return more.length > 0 ? `${first} …` : first;
}

function placeOf({ kind, host, machine }: SandboxSpec): string {
  if (machine !== undefined)
    return `${kind} ${machine.name ?? machine.driver}${machine.hypervisor === LOCAL ? '' : ` on ${machine.hypervisor}`}`;
  return host === undefined ? kind : `${kind} ${host}`;
}

function paramText({ value, enum: choices }: Param): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? 'must be given');
  return choices ? `${text} (one of ${choices.map(String).join(', ')})` : text;
}
