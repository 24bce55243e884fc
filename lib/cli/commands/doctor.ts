import { refusedHere } from '../../io/trouble.ts';
import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { neutral } from '../../view/neutral.ts';
import type { Paint } from '../../view/paint.ts';
import { SILENT } from '../../view/sink.ts';
import type { Call } from '../call.ts';
import { CHECKS } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { lookAtHosts } from '../doctor/hosts.ts';
import type { Patient } from '../doctor/patient.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { open } from '../open.ts';

interface Checked extends Finding {
  readonly check: string;
}

/** Examines this computer and the project. Changes nothing and connects nowhere; a project is examined as far as its Sandboxfile can be read. */
export async function doctor(call: Call): Promise<number> {
  const { patient, first } = await admit(call);
  const examined = await Promise.all(
    Object.entries(CHECKS).map(async ([check, examine]) =>
      (await examine(patient).catch(refusal)).map((finding) => ({ check, ...finding })),
    ),
  );
  const findings: readonly Checked[] = [...first, ...examined.flat()];
  const errors = findings.filter(({ is }) => is === 'error').length;
  const warnings = findings.filter(({ is }) => is === 'warning').length;
  const shown = call.options.level === 'quiet' ? findings.filter(({ is }) => is !== 'ok') : findings;
  const counts = { errors, warnings };
  call.out.write(call.options.json ? documentOf('doctor', 1, { ...counts, findings }) : textOf(shown, counts, await call.paint()));
  return errors === 0 ? EXIT.done : EXIT.failed;
}

/** What this computer does not let us look at is no reason not to look at the rest. */
function refusal(thrown: unknown): readonly Finding[] {
  const refused = refusedHere(thrown);
  if (refused === undefined) throw thrown;
  return [{ is: 'error', says: refused.message }];
}

async function admit(call: Call): Promise<{ readonly patient: Patient; readonly first: readonly Checked[] }> {
  const { surroundings } = call;
  const io = effectsOf(surroundings);
  const { signal } = new AbortController();
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  const project = opening.is === 'open' ? opening.opened.project : opening.is === 'faulty' ? opening.faulty.partial : undefined;
  const root = project?.root ?? surroundings.cwd;
  const folders = foldersOf(surroundings.environment, root);
  const hosts = project === undefined ? [] : await lookAtHosts(project, io, folders.state, signal);
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
