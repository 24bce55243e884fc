function sentence(name) {
  return `${GREETING}, ${name}!`;
}
