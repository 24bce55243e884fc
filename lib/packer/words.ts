import type { Failure } from '../model/failure.ts';
import type { Heard } from './said.ts';

// What Packer says when it refuses or fails, as a sentence with the place. Pure.

/** One of HCL's diagnostics, as Packer prints it: a title, `on FILE line N`, the source, and what is wrong. */
interface Complaint {
  readonly title: string;
  readonly at: string | undefined;
  readonly detail: string;
}

/** Packer's first complaint about a template: `main.pkr.hcl line 24: Unsupported argument: An argument named ...`. */
export function complaintOf({ complaints }: Pick<Heard, 'complaints'>): string | undefined {
  const found = complaints.flatMap((text) => complaintsIn(text));
  const [one, ...more] = found;
  if (one === undefined) return undefined;
  const { title, at, detail } = one;
  const said = [at, title, detail].filter((part) => part !== undefined && part !== '').join(': ');
  return more.length === 0 ? said : `${said} (and ${more.length} more)`;
}

function complaintsIn(text: string): readonly Complaint[] {
  const [, ...errors] = `\n${text}`.split('\nError: ');
  return errors.map((error) => {
    const [first = '', ...blocks] = error.split('\n\n').map((block) => block.split('\nWarning: ')[0] ?? '');
    const place = /^ {2}on (.+) line (\d+)/m.exec(error);
    const [detail = ''] = blocks.filter((block) => block.trim() !== '' && !block.startsWith(' ')).map(oneLine);
    // Of a builder: a count, and what is wrong below it, each behind a star.
    const title = /^\d+ error\(s\) occurred:$/.test(first) ? '' : oneLine(first);
    return { title, at: place ? `${place[1]} line ${place[2]}` : undefined, detail: title === '' ? detail.replace(/^\* /, '') : detail };
  });
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/no space left on device|disk quota exceeded|VERR_DISK_FULL/i, 'make room on the disk, and run again: nothing of this build was kept'],
  [
    /output directory\b.* exists/i,
    'nobody knows whose it is: remove it, or set `force: true`; a template with a variable `output_directory` is given a new folder for each build',
  ],
  [/packer init/, 'run `packer init` in the folder of the template'],
  [/could not access KVM|failed to initialize kvm/i, 'this computer cannot run KVM: give the template another accelerator, such as tcg'],
  [/VBoxManage.* (?:not found|no such file)|Failed creating VirtualBox driver/i, 'VirtualBox must be installed where Packer runs'],
  [/Failed creating Qemu driver/i, 'QEMU must be installed where Packer runs'],
];

/** What to do about it, where that is known. */
export function hintFor(text: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}

export function refusal(message: string, hint: string | undefined): Failure {
  return { code: 'task-refused', message, ...(hint === undefined ? {} : { hint }) };
}
