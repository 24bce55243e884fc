const path = { kind: 'string', description: 'A file.', required: true };

export default {
  api: 1,
  name: 'copies',
  tasks: [
    {
      name: 'copy',
      summary: 'Copies a file.',
      fields: { from: path, to: path },
      plan({ fields: { from, to } }) {
        if (from === 'throw') throw new Error('what it says');
        if (from === to) return { wrong: [{ field: 'to', message: 'a file cannot be copied to itself', hint: 'Name another one.' }] };
        return { reads: [from], makes: [to] };
      },
      async run({ fields: { from, to }, exec }) {
        await exec(['cp', '--', from, to]);
      },
    },
  ],
};
