export default {
  api: 1,
  name: 'syntax' 'twice',
};
