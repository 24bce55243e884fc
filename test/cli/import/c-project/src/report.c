#include <stdio.h>
#include "numbers.h"
int report(int number) {
  printf("%d %d\n", number, half(number));
  return 0;
}
