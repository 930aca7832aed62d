#define HW_LOOP_NAME vector_loop_avx512
#include "bench/vector_loop_impl.h"
