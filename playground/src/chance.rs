//! Random identifiers and secrets of the site.

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the playground that draws randomness"
)]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0_u8; N];
    aws_lc_rs::rand::fill(&mut out).expect("the operating system gives random bytes");
    out
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A random UUID (version 4) in its usual spelling.
pub fn uuid() -> String {
    let mut raw = bytes::<16>();
    raw[6] = raw[6] & 0x0f | 0x40;
    raw[8] = raw[8] & 0x3f | 0x80;
    let hex = hex(&raw);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A number in `0..below`.
pub fn below(below: u64) -> u64 {
    u64::from_le_bytes(bytes()) % below.max(1)
}
