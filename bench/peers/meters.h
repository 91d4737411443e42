/* What a process of the bench tells about itself. */
#ifndef BENCH_METERS_H
#define BENCH_METERS_H

/*
 * Prints {"exchanges":N,"atMicroseconds":N,"cpuMicroseconds":N,"waitedMicroseconds":N} on a line: exchanges so far, a monotonic clock, CPU
 * time used, and time runnable without a CPU (null where the kernel does not tell).
 */
void printMeters(unsigned long long exchanges);

/* Called when standard input is readable: a line asks for the meters; its end (returns 1) asks to stop. */
int inputEnded(unsigned long long exchanges);

#endif
