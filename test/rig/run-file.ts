// Runs one test file in a process (and process group) of its own and never believes an exit code alone.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kill } from './processes.ts';
import type { FileReport, Line, TestReport } from './report.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const OUTPUT = 64 * 1024; // bytes kept of what a file prints

interface Limits {
  /** Milliseconds for the file and for each of its tests. */
  readonly file: number;
  readonly test: number;
}

export interface FileToRun {
  /** The emitted .js file, absolute. */
  readonly path: string;
  /** As reports name it. */
  readonly file: string;
  readonly limits: Limits;
}

/** Never rejects: whatever goes wrong is in the report. */
export function runFile({ path, file, limits }: FileToRun): Promise<FileReport> {
  return new Promise((settle) => {
    const since = performance.now();
    const tests: TestReport[] = [];
    const troubles: string[] = [];
    let running: string | undefined;
    let done: Extract<Line, { type: 'done' }> | undefined;
    let output = '';
    const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, FORCE_COLOR: ___, ...env } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', CHILD, path], {
      detached: true,
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const group = child.pid;
    const late = (text: string): void => {
      troubles.push(text);
      endGroup(group);
    };
    const fileTimer = setTimeout(() => late(`not finished after ${limits.file / 1000} s${running ? `, in: ${running}` : ''}`), limits.file);
    let testTimer: NodeJS.Timeout | undefined;

    const take = (line: Line): void => {
      if (line.type === 'started') {
        running = line.name;
        clearTimeout(testTimer);
        testTimer = setTimeout(() => late(`not finished after ${limits.test / 1000} s: ${line.name}`), limits.test);
      } else if (line.type === 'ended') {
        clearTimeout(testTimer);
        running = undefined;
        tests.push({ name: line.name, is: line.passed ? 'passed' : 'failed', ms: line.ms });
      } else if (line.type === 'left-out') {
        tests.push({ name: line.name, is: 'left-out', ms: 0, reason: line.reason });
      } else if (line.type === 'trouble') troubles.push(line.text);
      else done = line;
    };
    let rest = '';
    const report = child.stdio[3] as NodeJS.ReadableStream;
    report.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(JSON.parse(line) as Line);
    });
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => troubles.push(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearTimeout(fileTimer);
      clearTimeout(testTimer);
      setTimeout(() => {
        const left = membersOf(group);
        if (left.length > 0 && troubles.length === 0) troubles.push(`left processes behind: ${left.join('; ')}`);
        endGroup(group);
        for (const stream of [child.stdout, child.stderr, report as unknown as NodeJS.ReadableStream & { destroy(): void }])
          stream?.destroy();
        settle({
          file,
          tests,
          troubles: [...troubles, ...ending(code, signal)],
          errors: done?.errors ?? '',
          output,
          ms: Math.round(performance.now() - since),
        });
      }, 30); // what was written before the exit arrives after it
    });
    const ending = (code: number | null, signal: string | null): string[] => {
      const failed = tests.filter((one) => one.is === 'failed').length;
      const passed = tests.filter((one) => one.is === 'passed').length;
      const how = signal ? `ended by ${signal}` : `exited with ${code}`;
      if (!done) return troubles.length > 0 ? [] : [`${how} before its tests were done${running ? `, in: ${running}` : ''}`];
      if (done.passed !== passed || done.failed !== failed)
        return [`reported ${passed} passed, ${failed} failed but counted ${done.passed} and ${done.failed}`];
      return failed === 0 && troubles.length === 0 && code !== 0 ? [`${how} after its tests were done`] : [];
    };
  });
}

function endGroup(group: number | undefined): void {
  if (group !== undefined) kill(-group);
}

/** Living processes of a group, as `pid command`. Linux only; elsewhere none are seen. */
function membersOf(group: number | undefined): string[] {
  try {
    process.kill(-(group ?? 0), 0);
  } catch {
    return [];
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(pgrp) !== group || state === 'Z') return [];
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)}`];
    } catch {
      return []; // it just ended
    }
  });
}
