const settings = undefined;

export default { api: 1, name: settings.name };
