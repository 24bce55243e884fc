export default { api: 2, name: 'newer', anything: 'else' };
