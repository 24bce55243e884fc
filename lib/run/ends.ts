import { errnoOf } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';
import type { StepId } from '../model/project.ts';
import type { RunControl } from './control.ts';

// How another process asks a run to end one of its steps: a file in the run's folder, which goes as soon as it was heard.

/** Between two looks of a run. Milliseconds. */
const LOOK = 250;

/** `project`: the project's `.sbx`. Gives the path of the wish, which is there until it was heard. */
export function askToEnd({ files, nonce }: Pick<Io, 'files' | 'nonce'>, project: string, run: string, step: StepId): string {
  const folder = folderOf(project, run);
  files.mkdirSync(folder, { recursive: true });
  const name = nonce();
  files.writeFileSync(`${folder}/.${name}`, step);
  files.renameSync(`${folder}/.${name}`, `${folder}/${name}`);
  return `${folder}/${name}`;
}

/** Ends each step whose end is asked for, as long as the run is not over; `lasting`: of services that it may have taken over. */
export function heedEnds({ files }: Pick<Io, 'files'>, project: string, run: string, control: RunControl, lasting?: RunControl): void {
  const folder = folderOf(project, run);
  const look = (): void => {
    if (files.statSync(folder, { throwIfNoEntry: false }) === undefined) return;
    for (const name of files.readdirSync(folder)) {
      if (name.startsWith('.')) continue;
      const step = files.readFileSync(`${folder}/${name}`, 'utf8');
      files.unlinkSync(`${folder}/${name}`);
      control.kill(step);
      lasting?.kill(step);
    }
  };
  const timer = setInterval(() => {
    if (control.isClosed) return clearInterval(timer);
    try {
      look();
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown; // who asks says that nobody hears
    }
  }, LOOK);
  timer.unref();
}

function folderOf(project: string, run: string): string {
  return `${project}/runs/${run}/ends`;
}
