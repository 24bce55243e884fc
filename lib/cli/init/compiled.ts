import type { Read, Recognised } from './recognised.ts';

/** A name that can stand in YAML and in a shell without quotes. */
const SIMPLE = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

export function cargoFile(_: string, names: readonly string[], read: Read): Recognised {
  const section = /^\[package\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(read('Cargo.toml') ?? '')?.[1] ?? '';
  const name = /^name\s*=\s*"([^"]*)"/m.exec(section)?.[1] ?? '';
  // A folder named src is seen, what lies in it is asked for.
  const program = SIMPLE.test(name) && names.includes('src') && read('src/main.rs') !== undefined;
  const outputs = program ? `[target/debug/${name}]` : '[]';
  return {
    text: steps('cargo', 'target', [
      ['build', 'cargo build', outputs],
      ['test', 'cargo test', '[]'],
    ]),
    why: [
      program
        ? `It makes the program ${name}, which is the output of build.`
        : 'No program was found, so build remembers only that it passed.',
      'target is the memory of cargo: kept, never hashed.',
    ],
  };
}

export function goFile(_: string, names: readonly string[], read: Read): Recognised {
  const module = /^module\s+(\S+)/m.exec(read('go.mod') ?? '')?.[1] ?? '';
  const name =
    module
      .replace(/\/v\d+$/, '')
      .split('/')
      .pop() ?? '';
  const program = SIMPLE.test(name) && names.includes('main.go');
  return {
    text: steps('go', undefined, [
      program ? ['build', `go build -o bin/${name} .`, `[bin/${name}]`] : ['build', 'go build ./...', '[]'],
      ['test', 'go test ./...', '[]'],
    ]),
    why: [
      program ? `main.go makes the program bin/${name}.` : 'There is no main.go here, so build remembers only that all packages compile.',
    ],
  };
}

function steps(tool: string, state: string | undefined, list: readonly (readonly [name: string, run: string, outputs: string])[]): string {
  const texts = list.map(([name, run, outputs]) => {
    const kept = state === undefined ? '' : `    state: [${state}]\n`;
    return `  ${name}:\n    run: ${run}\n    tools: [${tool}]\n    outputs: ${outputs}\n${kept}`;
  });
  return `version: 1\ndefault: [build]\nsteps:\n${texts.join('')}`;
}
