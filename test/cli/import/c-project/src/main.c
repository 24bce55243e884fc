// Says what the numbers are.
#include <stdio.h>
#include "numbers.h"
int report(int number);
int main(void) {
  printf("%s\n", VERSION);
  return report(twice(21));
}
