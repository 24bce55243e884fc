export default { api: 1, name: 'again', tasks: [{ name: 'copy', summary: 'Copies.', run() {} }] };
