import { documentOf } from '../document.ts';
import type { RunReport } from './report.ts';

export function reportJson(report: RunReport): string {
  return documentOf('report', 1, report);
}
