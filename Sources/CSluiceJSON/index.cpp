#include "CSluiceJSON.h"
