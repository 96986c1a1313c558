use std::net::TcpListener;

use super::DemoError;

/// The port if nobody listens on it, else any free one.
pub fn free(wanted: u16) -> Result<u16, DemoError> {
    let bound = TcpListener::bind(("127.0.0.1", wanted))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .and_then(|listener| listener.local_addr());
    let address = bound.map_err(|error| DemoError::because("no free port", error))?;
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_moves() {
        let held = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        assert_ne!(free(port).unwrap(), port);
        drop(held);
        assert_eq!(free(port).unwrap(), port);
    }
}
