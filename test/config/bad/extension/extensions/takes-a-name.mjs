export default { api: 1, name: 'taker', tasks: [{ name: 'shell', summary: 'Does.', run() {} }] };
