//! Sealed notes from outside: the vectors that every implementation runs, changed bits, and
//! notes that one language seals and the other opens.

#![expect(clippy::too_many_lines, reason = "scenarios are tables, a row each")]

mod approvals;
mod codes;
mod contents;
mod creates;
mod cross;
mod grants;
mod headers;
mod histories;
mod making;
mod mutations;
mod people;
mod pickup_boxes;
mod pickups;
mod reader;
mod reads;
mod run;
mod scenario;
mod vectors;
