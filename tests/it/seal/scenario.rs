//! One scenario, one file.

use serde_json::{Value, json};

pub struct Scenario {
    pub name: String,
    /// `ok`, or the name of the refusal.
    pub expect: &'static str,
    pub vector: Value,
}

/// A scenario; `input` is an object whose members stand beside the description.
pub fn scenario(
    operation: &str,
    name: &str,
    expect: &'static str,
    about: &str,
    input: Value,
) -> Scenario {
    let mut vector = json!({"about": about, "operation": operation, "expect": expect});
    if let Value::Object(input) = input {
        for (member, value) in input {
            vector[member] = value;
        }
    }
    Scenario {
        name: format!("{operation}-{name}"),
        expect,
        vector,
    }
}
