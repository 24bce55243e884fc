/** Colours by meaning. The only file that knows chalk, which is loaded only if there are colours to make. */
export interface Paint {
  readonly level: 0 | 1 | 2 | 3;
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly name: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const same = (text: string): string => text;

export const PLAIN: Paint = { level: 0, bad: same, good: same, warn: same, name: same, dim: same, bold: same };

/** What decides about colours; the flag is the strongest, then NO_COLOR, FORCE_COLOR, then whether it is a terminal that can. */
interface ColourSources {
  readonly flag: 'auto' | 'always' | 'never';
  readonly environment: ReadonlyMap<string, string>;
  readonly terminal: boolean;
  /** Bits a colour of the terminal, as `WriteStream.getColorDepth()` tells. */
  readonly depth: number;
}

export function colourLevel({ flag, environment, terminal, depth }: ColourSources): Paint['level'] {
  const able = depth >= 24 ? 3 : depth >= 8 ? 2 : 1;
  if (flag === 'never') return 0;
  if (flag === 'always') return able;
  if ((environment.get('NO_COLOR') ?? '') !== '') return 0;
  const forced = environment.get('FORCE_COLOR');
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0;
    return forced === '2' ? 2 : forced === '3' ? 3 : forced === '1' ? 1 : able;
  }
  if (!terminal || environment.get('TERM') === 'dumb') return 0;
  return depth <= 1 ? 0 : able;
}

export async function loadPaint(level: Paint['level']): Promise<Paint> {
  if (level === 0) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return { level, bad: chalk.red, good: chalk.green, warn: chalk.yellow, name: chalk.cyan, dim: chalk.dim, bold: chalk.bold };
}
