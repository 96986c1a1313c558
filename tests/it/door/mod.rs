//! The door, from outside: real requests over real connections.

mod bed;
mod descriptor;
mod forged;
mod forgeries;
mod lifecycle;
mod qsh;
mod tenants;
mod wire;
