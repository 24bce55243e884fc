import { defineTask, type TaskDefinition } from 'sandboxfile';

/** Runs where the files are: here, or in the sandbox that built them. */
export const checksums: TaskDefinition = defineTask({
  name: 'checksums',
  summary: 'Writes a file with the checksums of others, as sha256sum does.',
  example: `sums:
  task: checksums
  needs: [pack]
  files: [out/hello.tar]
  to: out/SHA256SUMS`,
  fields: {
    files: {
      kind: 'list',
      single: true,
      required: true,
      description: 'The files, by name.',
      of: { kind: 'string', format: 'path', description: 'A file.' },
    },
    to: { kind: 'string', format: 'path', description: 'The file that is written.', default: 'SHA256SUMS' },
    algorithm: { kind: 'string', description: 'Which checksums.', enum: ['sha256', 'sha512'], default: 'sha256' },
  },
  outputs: { first: 'text' },
  plan({ fields: { files, to, algorithm } }) {
    if (files.includes(to)) return { wrong: [{ field: 'to', message: `\`${to}\` is one of the files`, hint: 'Name another one.' }] };
    return { title: `${algorithm} of ${files.length} files`, reads: files, makes: [to] };
  },
  async run({ fields: { files, to, algorithm }, exec }) {
    const { output } = await exec([`${algorithm}sum`, '--', ...files], { quiet: true });
    await exec(['sh', '-c', 'printf %s "$1" >"$2"', 'sh', output, to]);
    return { values: { first: output.split(' ')[0] ?? '' } };
  },
});
