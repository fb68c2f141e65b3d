#pragma once
// The reference implementation of Argon2 (RFC 9106).
#include <argon2.h>
