export default {
  api: 1,
  name: 'say',
  tasks: [
    {
      name: 'say',
      summary: 'Says it.',
      fields: {
        text: { kind: 'string', description: 'What.', required: true, takes: ['text'] },
        level: { kind: 'string', description: 'How.', enum: ['info', 'warn'], default: 'info' },
        times: { kind: 'integer', description: 'How often.', minimum: 1, default: 1 },
      },
      outputs: { id: 'text' },
      run: () => ({ values: { id: '1' } }),
    },
  ],
  profiles: [{ name: 'a-place', summary: 'A place.', sandbox: { user: 'build' } }],
};
