use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;

/// Where random bytes come from. The machine's generator, or for tests a seeded sequence.
#[derive(Clone, Debug, Default)]
pub struct Entropy {
    seeded: Option<Arc<Mutex<Sequence>>>,
}

#[derive(Debug)]
struct Sequence {
    seed: u64,
    drawn: u64,
}

impl Entropy {
    pub fn system() -> Self {
        Self::default()
    }

    /// A reproducible sequence. Never for anything that protects somebody.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seeded: Some(Arc::new(Mutex::new(Sequence { seed, drawn: 0 }))),
        }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0_u8; N];
        match &self.seeded {
            None => fill_from_system(&mut out),
            Some(sequence) => {
                sequence
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .fill(&mut out);
            }
        }
        out
    }

    /// A number in `0..below`, for jitter; the tiny bias does not matter there.
    pub fn below(&self, below: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % below.max(1)
    }
}

impl Sequence {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(&self.seed.to_le_bytes());
            context.update(&self.drawn.to_le_bytes());
            self.drawn += 1;
            let block = context.finish();
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that draws randomness"
)]
fn fill_from_system(out: &mut [u8]) {
    aws_lc_rs::rand::fill(out).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_the_system_does_not() {
        assert_eq!(
            Entropy::seeded(7).bytes::<40>(),
            Entropy::seeded(7).bytes::<40>()
        );
        assert_ne!(
            Entropy::system().bytes::<16>(),
            Entropy::system().bytes::<16>()
        );
    }
}
