/*
 * Compiled into librdkafka ahead of each of its files (see build-native.sh). librdkafka waits on conditions until a
 * time of the wall clock, so a clock that is stepped back by five minutes makes its threads stand still for five
 * minutes (issue 2145 of librdkafka, open since 2018). Here the same wait is measured by the monotonic clock.
 * Without glibc 2.30 or newer the wait stays as it was.
 */
#ifndef URA_STEADY_WAITS_H
#define URA_STEADY_WAITS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for pthread_cond_clockwait; librdkafka's own build defines it as well */
#endif
#include <features.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 30)
#include <pthread.h>
#include <time.h>

static inline int ura_steady_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until) {
  struct timespec wall, steady;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_MONOTONIC, &steady);
  steady.tv_sec += until->tv_sec - wall.tv_sec;
  steady.tv_nsec += until->tv_nsec - wall.tv_nsec;
  if (steady.tv_nsec < 0) {
    steady.tv_sec -= 1;
    steady.tv_nsec += 1000000000L;
  } else if (steady.tv_nsec >= 1000000000L) {
    steady.tv_sec += 1;
    steady.tv_nsec -= 1000000000L;
  }
  return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, &steady);
}

#define pthread_cond_timedwait ura_steady_timedwait
#endif

#endif
