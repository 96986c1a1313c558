//! The program: configuration, command line, listeners, what surrounds every route.

mod command_line;
mod edges;
mod installing;
mod outsiders;
