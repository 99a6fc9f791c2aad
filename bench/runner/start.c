// How long programs take from being started to having ended, by turns, so that what disturbs one disturbs all.
//
//   start ROUNDS COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...
//
// One line a command: MEDIAN BEST PROCESSOR, in microseconds, the last one being the processor time of the round that used least; or
// "- - -" when it cannot be started or does not end with status 0. A word "--" that belongs to a command is written "---".
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum { MostCommands = 16, MostRounds = 1000 };

static double run(char **command, double *processor)
{
    struct timespec before, after;
    struct rusage used;
    int status;
    pid_t process;
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (posix_spawnp(&process, command[0], NULL, NULL, command, environ) != 0 || wait4(process, &status, 0, &used) < 0)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &after);
    double busy = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    if (*processor == 0 || busy < *processor)
        *processor = busy;
    return status != 0 ? -1 : (after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int count, char **arguments)
{
    static double times[MostCommands][MostRounds], processor[MostCommands];
    char **commands[MostCommands];
    int rounds = count > 2 ? atoi(arguments[1]) : 0, known = 0;
    if (rounds < 1 || rounds > MostRounds) {
        fprintf(stderr, "usage: start ROUNDS COMMAND [ARGUMENT...] [-- COMMAND [ARGUMENT...]]...\n");
        return 2;
    }
    commands[known++] = arguments + 2;
    for (int i = 2; i < count; i++) {
        if (strcmp(arguments[i], "--") == 0 && known < MostCommands) {
            arguments[i] = NULL;
            commands[known++] = arguments + i + 1;
        } else if (strcmp(arguments[i], "---") == 0) {
            arguments[i] = "--";
        }
    }
    for (int round = -1; round < rounds; round++) // the first one fills the caches
        for (int i = 0; i < known; i++) {
            double time = run(commands[i], &processor[i]);
            if (round >= 0)
                times[i][round] = time;
        }
    for (int i = 0; i < known; i++) {
        qsort(times[i], rounds, sizeof **times, ascending);
        if (times[i][0] < 0)
            printf("- - -\n");
        else
            printf("%.0f %.0f %.0f\n", times[i][rounds / 2], times[i][0], processor[i]);
    }
    return 0;
}
