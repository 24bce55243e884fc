import { refusedHere } from '../../io/trouble.ts';
import type { Failure } from '../../model/failure.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import { lackingDiagnostics } from '../../plan/lacking.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { neutral } from '../../view/neutral.ts';
import type { Paint } from '../../view/paint.ts';
import { SILENT } from '../../view/sink.ts';
import { type Call, refuse } from '../call.ts';
import { CHECKS } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { lookAtHosts } from '../doctor/hosts.ts';
import type { Patient } from '../doctor/patient.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf, groundOf } from '../ground.ts';
import { eachHost } from '../hosts/each.ts';
import { open, sayFaulty } from '../open.ts';
import { refuseName } from '../place.ts';
import { stoppable } from '../stoppable.ts';

interface Checked extends Finding {
  readonly check: string;
}

/** Examines this computer and the project. Changes nothing and connects nowhere, unless it is to probe sandboxes; a project is examined as far as its Sandboxfile can be read. */
export async function doctor(call: Call): Promise<number> {
  const { options, words, surroundings } = call;
  if (words.operands.length > 0 && !options.probe)
    return refuse(call, 'sandboxes are examined with --probe', `sbx doctor --probe ${words.operands.join(' ')}`);
  return await stoppable(surroundings, async (signal) => {
    const { patient, first } = await admit(call, signal);
    const far = options.probe ? await sandboxesIn(call, patient.project) : [];
    if (typeof far === 'number') return far;
    const [here, probed] = await Promise.all([checked(patient), probedOf(call, patient, far)]);
    if (signal.aborted) return EXIT.failed;
    const findings: readonly Checked[] = [...first, ...here, ...probed.findings];
    const errors = findings.filter(({ is }) => is === 'error').length;
    const warnings = findings.filter(({ is }) => is === 'warning').length;
    const shown = options.level === 'quiet' ? findings.filter(({ is }) => is !== 'ok') : findings;
    const counts = { errors, warnings };
    call.out.write(options.json ? documentOf('doctor', 1, { ...counts, findings }) : textOf(shown, counts, await call.paint()));
    const reached = exitCode(
      probed.failures.map((failure) => ({ is: 'failed', failure })),
      undefined,
    );
    return reached === EXIT.done && errors > 0 ? EXIT.failed : reached;
  });
}

async function checked(patient: Patient): Promise<readonly Checked[]> {
  const examined = await Promise.all(
    Object.entries(CHECKS).map(async ([check, examine]) =>
      (await examine(patient).catch(refusal)).map((finding) => ({ check, ...finding })),
    ),
  );
  return examined.flat();
}

/** Those to connect to: the named ones, else all that are reached by SSH. A number: a name is wrong, which was said. */
async function sandboxesIn(call: Call, project: Project | undefined): Promise<readonly SandboxSpec[] | number> {
  const { operands } = call.words;
  const far = [...(project?.sandboxes.values() ?? [])].filter(({ kind }) => kind === 'ssh');
  const names = far.map(({ name }) => name);
  const wrong = operands.find((name) => !names.includes(name));
  if (wrong !== undefined && project?.sandboxes.get(wrong)?.kind === 'machine')
    return refuse(call, `${wrong} is a machine, which would be started for it`, `sbx vm-info ${wrong}`);
  if (wrong !== undefined) return refuseName(call, wrong, names);
  const meant = operands.length === 0 ? far : far.filter(({ name }) => operands.includes(name));
  const lacking = meant.flatMap(({ name, lacks = [] }) => lacks.map((lack) => [lack, `the sandbox ${name}`] as const));
  return project !== undefined && lacking.length > 0 ? await sayFaulty(call, lackingDiagnostics(project, new Map(lacking))) : meant;
}

async function probedOf(
  call: Call,
  { project, signal }: Patient,
  far: readonly SandboxSpec[],
): Promise<{ readonly findings: readonly Checked[]; readonly failures: readonly Failure[] }> {
  if (project === undefined || far.length === 0) return { findings: [], failures: [] };
  const [{ probe }, { judgeProbe }] = await Promise.all([import('../doctor/probe.ts'), import('../doctor/probed.ts')]);
  const ground = groundOf(call, { project, drivers: new Map() }); // it reaches hosts alone
  const hosts = (await Promise.all(far.map((spec) => eachHost(spec, ground)))).flat();
  const seen = await Promise.all(hosts.map(({ spec, label }) => probe(spec, label, ground, signal)));
  const failures = seen.flatMap(({ failure, arrival }) => failure ?? (arrival?.ok === false ? arrival.error : []));
  return { findings: seen.flatMap(judgeProbe), failures };
}

/** What this computer does not let us look at is no reason not to look at the rest. */
function refusal(thrown: unknown): readonly Finding[] {
  const refused = refusedHere(thrown);
  if (refused === undefined) throw thrown;
  return [{ is: 'error', says: refused.message }];
}

async function admit(call: Call, signal: AbortSignal): Promise<{ readonly patient: Patient; readonly first: readonly Checked[] }> {
  const { surroundings } = call;
  const io = effectsOf(surroundings);
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  const project = opening.is === 'open' ? opening.opened.project : opening.is === 'faulty' ? opening.faulty.partial : undefined;
  const root = project?.root ?? surroundings.cwd;
  const folders = foldersOf(surroundings.environment, root);
  const ground = project && groundOf(call, { project, drivers: new Map() });
  const far = [...(project?.sandboxes.values() ?? [])].filter(({ kind, lacks }) => kind === 'ssh' && lacks === undefined);
  const each = ground === undefined ? [] : (await Promise.all(far.map((spec) => eachHost(spec, ground)))).flat();
  const hosts = await lookAtHosts(each, io, folders.state, signal);
  const patient = { surroundings, io, folders, root, hosts, signal, ...(project === undefined ? {} : { project }) };
  return { patient, first: [{ check: 'file', ...fileFinding(opening) }] };
}

function fileFinding(opening: Awaited<ReturnType<typeof open>>): Finding {
  switch (opening.is) {
    case 'open':
      return { is: 'ok', says: `${opening.opened.file} is valid` };
    case 'faulty':
      return { is: 'error', says: `${opening.faulty.file} is faulty`, mend: 'sbx validate' };
    case 'refused':
      return { is: 'warning', says: 'there is no Sandboxfile here: only this computer is examined', mend: 'sbx init' };
  }
}

function textOf(findings: readonly Checked[], { errors, warnings }: { errors: number; warnings: number }, paint: Paint): string {
  const mark = { ok: paint.good('ok     '), warning: paint.warn('warning'), error: paint.bad('error  ') };
  const lines = findings.map(({ check, is, says, mend }) => {
    const line = `${mark[is]}  ${check.padEnd(8)}  ${neutral(says)}\n`;
    return mend === undefined ? line : `${line}                   ${paint.bold(`mend: ${neutral(mend)}`)}\n`;
  });
  const count = (number: number, of: string): string => `${number} ${of}${number === 1 ? '' : 's'}`;
  return `${lines.join('')}${count(errors, 'error')}, ${count(warnings, 'warning')}\n`;
}
