/* Verdicts, one line each. Flushed one by one, so that lines of related processes never mix and none is lost to a kill. */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int failures;

void report(bool ok, const char *text, ...) {
    int error = errno;
    va_list values;
    va_start(values, text);
    printf(ok ? "ok   " : "FAIL ");
    vprintf(text, values);
    va_end(values);
    if (!ok) printf(" (errno: %s)", error ? strerrorname_np(error) : "none");
    printf("\n");
    fflush(stdout);
    failures += !ok;
}

void check_error(int result, int error, const char *text) {
    bool as_wanted = result == -1 && errno == error;
    check(as_wanted, "%s: %s", text, strerrorname_np(error));
}

int failed(void) {
    return failures != 0;
}

int verdict(const char *program) {
    if (failures) printf("%s: %d steps failed\n", program, failures);
    else printf("%s: every step as it should be\n", program);
    return failed();
}
