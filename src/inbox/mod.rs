//! Where a host's events arrive: verified, stored in one durable commit, acknowledged; then
//! fanned out into effects.
