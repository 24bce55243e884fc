import type { Stamped } from '../model/event.ts';
import type { Io } from '../model/io.ts';
import { EXIT } from '../run/exit-code.ts';
import { readJournal } from '../run/journal.ts';
import { NOWHERE } from '../run/places.ts';
import { openRecords } from '../run/records.ts';
import { logsOf } from '../view/report/logs.ts';
import { reportOf } from '../view/report/report.ts';
import { type Call, complain } from './call.ts';
import { REPORTS } from './flags.ts';
import { writeOut } from './write-out.ts';

type ReportFormat = (typeof REPORTS)[number];

/** What a report is called beside the journal of its run. */
export const FILE_OF: { readonly [format in ReportFormat]: string } = {
  html: 'report.html',
  json: 'report.json',
  trace: 'trace.json',
  junit: 'junit.xml',
};

export function isReport(format: string | undefined): format is ReportFormat {
  return REPORTS.some((one) => one === format);
}

interface ReportGround {
  readonly io: Pick<Io, 'files' | 'nonce'>;
  /** The project's `.sbx`. */
  readonly folder: string;
  /** Of the package. */
  readonly home: string;
}

/** The report of a run from its events; undefined if it ended before it began. */
export async function reportIn(
  format: ReportFormat,
  events: readonly Stamped[],
  { io, folder, home }: ReportGround,
): Promise<string | undefined> {
  const report = reportOf(events, openRecords(io, folder, () => {}, NOWHERE).past);
  if (report === undefined) return undefined;
  switch (format) {
    case 'json':
      return (await import('../view/report/json.ts')).reportJson(report);
    case 'trace':
      return (await import('../view/report/trace.ts')).reportTrace(report);
    case 'junit':
      return (await import('../view/report/junit.ts')).reportJunit(report, logsOf(events));
    case 'html': {
      const { reportHtml } = await import('../view/report/html.ts');
      const { pageSources } = await import('./page-sources.ts');
      return reportHtml(report, logsOf(events), pageSources(home));
    }
  }
}

/** Writes what `--report` asks for, from the journal of the run. Gives the exit code: that of the run, unless a report could not be written. */
export async function writeReports(call: Call, run: string, ground: Omit<ReportGround, 'home'>, exit: number): Promise<number> {
  const events = readJournal(ground.io.files, ground.folder, run)?.events ?? [];
  let code = exit;
  for (const { format, file } of call.options.reports) {
    const text = await reportIn(format, events, { ...ground, home: call.surroundings.home });
    if (text === undefined) complain(call, { message: `there is no journal of the run to write ${file} from` });
    if (text === undefined || writeOut(call, text, file) !== undefined) code ||= EXIT.failed;
  }
  return code;
}
