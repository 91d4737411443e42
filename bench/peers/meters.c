#include "meters.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static long long cpuMicroseconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* Second field of schedstat: ns spent waiting on a run queue (Linux Documentation/scheduler/sched-stats). */
static void printWaited(void) {
  unsigned long long ran, waited;
  FILE *file = fopen("/proc/self/schedstat", "r");
  int fields = file == NULL ? 0 : fscanf(file, "%llu %llu", &ran, &waited);
  if (file != NULL) fclose(file);
  if (fields == 2) printf("%llu", waited / 1000);
  else printf("null");
}

void printMeters(unsigned long long exchanges) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("{\"exchanges\":%llu,\"atMicroseconds\":%lld,\"cpuMicroseconds\":%lld,\"waitedMicroseconds\":", exchanges,
         now.tv_sec * 1000000LL + now.tv_nsec / 1000, cpuMicroseconds());
  printWaited();
  printf("}\n");
  fflush(stdout);
}

int inputEnded(unsigned long long exchanges) {
  char line[256];
  if (read(STDIN_FILENO, line, sizeof line) <= 0) return 1;
  printMeters(exchanges);
  return 0;
}
