export default {
  api: 1,
  name: 'unwell',
  tasks: [{ name: 'unwell', summary: 'Does.', fields: { text: { kind: 'strign', description: 'What.' } }, run() {} }],
};
