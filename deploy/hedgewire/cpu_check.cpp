// Refuses to start on a processor older than the build: a clear line and exit code 2 instead of SIGILL.
//
// The rest of the program is compiled for x86-64-v3, static initialisers included. This unit is compiled for
// plain x86-64 and runs before all of them, so it uses nothing but system calls and the compiler's builtins.
#include <unistd.h>

#include <cstring>

namespace {

void say(const char* text) {
    // Nothing can be done about a failed write to stderr.
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

void refuse_without(bool present, const char* feature, bool& refused) {
    if (present) return;
    say(refused ? ", " : "hedgewire: this build needs an x86-64-v3 processor; this one lacks ");
    say(feature);
    refused = true;
}

// 101 is the first priority that programs may use.
__attribute__((constructor(101))) void check_processor() {
    __builtin_cpu_init();
    bool refused = false;
    refuse_without(__builtin_cpu_supports("avx"), "AVX", refused);
    refuse_without(__builtin_cpu_supports("avx2"), "AVX2", refused);
    refuse_without(__builtin_cpu_supports("bmi"), "BMI1", refused);
    refuse_without(__builtin_cpu_supports("bmi2"), "BMI2", refused);
    refuse_without(__builtin_cpu_supports("fma"), "FMA", refused);
    refuse_without(__builtin_cpu_supports("f16c"), "F16C", refused);
    refuse_without(__builtin_cpu_supports("lzcnt"), "LZCNT", refused);
    refuse_without(__builtin_cpu_supports("movbe"), "MOVBE", refused);
    if (!refused) return;
    say("\n");
    _exit(2);
}

}  // namespace
