//! A Jira-compatible site for one machine.
