// The build of this example: joins the files of src into one program, out/hello.mjs. A stand-in for a compiler that every machine has.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const greeting = process.argv[2] ?? 'Hello';
const modules = readdirSync('src').sort();
const text = modules.map((name) => `// src/${name}\n${readFileSync(`src/${name}`, 'utf8')}`).join('\n');

mkdirSync('out', { recursive: true });
writeFileSync('out/hello.mjs', `#!/usr/bin/env node\nconst GREETING = ${JSON.stringify(greeting)};\n\n${text}`, { mode: 0o755 });
console.log(`joined ${modules.length} files into out/hello.mjs`);
