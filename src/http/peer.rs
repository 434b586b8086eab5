//! From which address a request came.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::settings::Networks;

const FORWARDED: &str = "X-Forwarded-For";

/// The address of the connection; behind one of these proxies, the last address that it or another of them did not add itself. What stands
/// before that anybody can have written.
pub fn address(request: &HttpRequest, proxies: &Networks) -> Option<IpAddr> {
    let connection = request.peer_addr()?.ip().to_canonical();
    let headers = request.headers().get_all(FORWARDED).filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = headers.flat_map(|value| value.split(',')).map(read).collect();
    Some(outermost(connection, &hops, proxies))
}

fn outermost(connection: IpAddr, hops: &[Option<IpAddr>], proxies: &Networks) -> IpAddr {
    let mut address = connection;
    for hop in hops.iter().rev() {
        if !proxies.contains(address) {
            break;
        }
        // What cannot be read was not written by a proxy of ours.
        let Some(hop) = hop else { break };
        address = *hop;
    }
    address
}

/// An address, which some proxies write with a port.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let address = hop.parse().ok().or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|with_port| with_port.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_proxy_of_ours_wrote_is_believed() {
        let proxies: Networks = "10.0.0.0/8".parse().expect("networks");
        let from = |connection: &str, forwarded: &str| {
            let hops: Vec<_> = forwarded.split(',').filter(|hop| !hop.is_empty()).map(read).collect();
            outermost(connection.parse().expect("an address"), &hops, &proxies).to_string()
        };
        assert_eq!(from("192.0.2.1", "198.51.100.9"), "192.0.2.1");
        assert_eq!(from("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(from("10.0.0.1", "198.51.100.9"), "198.51.100.9");
        assert_eq!(from("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2"), "198.51.100.9");
        assert_eq!(from("10.0.0.1", "1.1.1.1, rubbish, 10.0.0.2"), "10.0.0.2");
        assert_eq!(from("10.0.0.1", "198.51.100.9:4711"), "198.51.100.9");
        assert_eq!(from("10.0.0.1", "[2001:db8::1]:4711"), "2001:db8::1");
    }
}
