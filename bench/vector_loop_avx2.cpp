#define HW_LOOP_NAME vector_loop_avx2
#include "bench/vector_loop_impl.h"
