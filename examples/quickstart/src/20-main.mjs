if (process.argv[2] === '--check') {
  if (!sentence('world').endsWith(', world!')) throw new Error('the greeting is wrong');
  console.log('the greeting is right');
} else {
  console.log(sentence(process.argv[2] ?? 'world'));
}
