//! What every backend promises, run over each of them.

mod bed;
mod lanes;
mod records;

/// Runs each rule over every backend.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(crate::store::bed::embedded()).await;
            })*
        }
    };
}
use rules;
