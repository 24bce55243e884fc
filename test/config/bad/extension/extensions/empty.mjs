export const extension = { api: 1, name: 'empty' };
