/* A quoting engine as far as permits go: asks as often as one should, and says each change on stdout.
 *
 *   quoter_example PATH UNDERLYING SECONDS
 *
 * One line per change: "MONOTONIC_NS quoting" or "MONOTONIC_NS pulled REASON". Exit code 0; 2: bad usage.
 */
#include "deploy/permit/hedgewire_permit.h"

#include <stdio.h>
#include <stdlib.h>

struct quoter {
    struct hw_permit permit;
    int slot;
    int quoting;        /* -1: nothing said yet */
    char reason[64];
};

static const char *why_not(struct quoter *q, enum hw_permit_result opened) {
    static char text[64];
    struct hw_permit_state state;
    if (opened == HW_PERMIT_ABSENT) return "no_hedger";
    if (opened == HW_PERMIT_NOT_READY) return "not_ready";
    if (opened == HW_PERMIT_OTHER_VERSION) {
        snprintf(text, sizeof text, "other_version_%u", (unsigned)q->permit.version);
        return text;
    }
    if (q->slot < 0) return "underlying_not_hedged";
    if (!hw_permit_read(&q->permit, q->slot, &state)) return "unreadable";
    if (state.given) return "lease_ran_out";
    snprintf(text, sizeof text, "%s", state.reason_text);
    return text;
}

static void say(struct quoter *q, int may, const char *reason) {
    if (q->quoting == may && (may || strcmp(q->reason, reason) == 0)) return;
    q->quoting = may;
    snprintf(q->reason, sizeof q->reason, "%s", reason);
    if (may)
        printf("%lld quoting\n", (long long)hw_permit_now_ns());
    else
        printf("%lld pulled %s\n", (long long)hw_permit_now_ns(), reason);
    fflush(stdout);
}

/* What an engine does before each quote, and every millisecond while quotes stand. */
static void look(struct quoter *q, const char *path, const char *underlying) {
    enum hw_permit_result opened = HW_PERMIT_OK;
    if (hw_permit_is_retired(&q->permit)) hw_permit_close(&q->permit);
    if (q->permit.block == NULL) {
        opened = hw_permit_open(&q->permit, path);
        q->slot = hw_permit_find(&q->permit, underlying);
    }
    if (hw_permit_may_quote(&q->permit, q->slot))
        say(q, 1, "");
    else
        say(q, 0, why_not(q, opened));
}

int main(int argc, char **argv) {
    const struct timespec pause = {0, 1000000};
    struct quoter q;
    int64_t end;
    if (argc != 4) {
        fprintf(stderr, "usage: quoter_example PATH UNDERLYING SECONDS\n");
        return 2;
    }
    memset(&q, 0, sizeof q);
    q.quoting = -1;
    q.slot = -1;
    end = hw_permit_now_ns() + (int64_t)(atof(argv[3]) * 1e9);
    while (hw_permit_now_ns() < end) {
        look(&q, argv[1], argv[2]);
        nanosleep(&pause, NULL);
    }
    hw_permit_close(&q.permit);
    return 0;
}
