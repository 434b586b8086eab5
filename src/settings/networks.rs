//! Addresses and networks, written with commas between them: `192.0.2.10, 2001:db8::/64`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|(network, length)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same(u32::from(*network).into(), u32::from(address).into(), 32, *length),
            (IpAddr::V6(network), IpAddr::V6(address)) => same((*network).into(), address.into(), 128, *length),
            _ => false,
        })
    }
}

/// Whether the first bits of two addresses are the same.
fn same(one: u128, other: u128, bits: u8, length: u8) -> bool {
    // Shifting by all of its bits is no shift at all.
    length == 0 || (one ^ other).checked_shr(u32::from(bits - length)).unwrap_or_default() == 0
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |part: &str| format!("must be addresses and networks such as 192.0.2.10, 2001:db8::10; \"{part}\" is neither");
        let network = |part: &str| {
            let (address, length) = part.split_once('/').map_or((part, None), |(address, length)| (address, Some(length)));
            let address: IpAddr = address.trim().parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let length = length.map_or(Some(most), |length| length.trim().parse().ok())?;
            (length <= most).then_some((address, length))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| network(part).ok_or_else(|| wrong(part))).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<_> = self.0.iter().map(|(address, length)| format!("{address}/{length}")).collect();
        out.write_str(&networks.join(", "))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        String::deserialize(given)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_a_network_by_its_first_bits() {
        let networks: Networks = "127.0.0.1, 10.0.0.0/8,fd00::/8".parse().expect("networks");
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("::ffff:10.1.2.3", true),
            ("fd12::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(networks.contains(address.parse().expect("an address")), expected, "{address}");
        }
        let everyone: Networks = "0.0.0.0/0".parse().expect("a network");
        assert!(
            everyone.contains("8.8.8.8".parse().expect("an address")) && !Networks::default().contains("8.8.8.8".parse().expect("one"))
        );
        for wrong in ["x", "10.0.0.0/33", "10.0.0.0/", "::/129"] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
    }
}
