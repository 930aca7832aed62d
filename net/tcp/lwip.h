// lwIP's headers, for the units of this room that speak to it: never together with DPDK's, which declare the
// same names.
#pragma once

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/ethernet.h>
#include <lwip/tcp.h>
#include <netif/ethernet.h>
