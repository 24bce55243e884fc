int twice(int number);
int half(int number);
