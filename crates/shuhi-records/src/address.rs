//! Addresses as numbers that sort.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An IPv4 or IPv6 address as 128 bits; an IPv4 address stands in its mapped form (`::ffff:a.b.c.d`), so that the two
/// families sort in one order and a dual-stack log that writes the mapped form finds the same subscriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub u128);

const V4_IN_V6: u128 = 0xffff_0000_0000;

impl Address {
    /// The family's own form.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        let v6 = Ipv6Addr::from_bits(self.0);
        v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4)
    }

    /// Whether it is an IPv4 address.
    #[must_use]
    pub fn is_v4(self) -> bool {
        self.0 >> 32 == 0xffff
    }

    /// The 16 bytes of the mapped or IPv6 form, most significant first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl From<Ipv4Addr> for Address {
    fn from(address: Ipv4Addr) -> Self {
        Self(V4_IN_V6 | u128::from(address.to_bits()))
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Self(address.to_bits()),
        }
    }
}

impl FromStr for Address {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        IpAddr::from_str(text).map(Self::from)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

/// Addresses with the same leading bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    /// The first address.
    pub first: Address,
    /// How many leading bits are fixed, of 32 for IPv4 and of 128 for IPv6.
    pub length: u8,
}

impl Prefix {
    /// The last address of the prefix.
    #[must_use]
    pub fn last(self) -> Address {
        let fixed = u32::from(self.length) + if self.first.is_v4() { 96 } else { 0 };
        Address(self.first.0 | u128::MAX.checked_shr(fixed).unwrap_or(0))
    }

    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(self, address: Address) -> bool {
        (self.first..=self.last()).contains(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_addresses_are_their_ipv4_address() {
        let plain: Address = "192.0.2.7".parse().unwrap();
        assert_eq!("::ffff:192.0.2.7".parse::<Address>().unwrap(), plain);
        assert_eq!(plain.to_string(), "192.0.2.7");
        assert!(plain.is_v4());
    }

    #[test]
    fn prefixes_end_at_their_last_address() {
        let prefix = |first: &str, length| Prefix { first: first.parse().unwrap(), length };
        assert_eq!(prefix("192.0.2.0", 24).last().to_string(), "192.0.2.255");
        assert_eq!(prefix("192.0.2.7", 32).last().to_string(), "192.0.2.7");
        assert_eq!(prefix("2001:db8::", 56).last().to_string(), "2001:db8:0:ff:ffff:ffff:ffff:ffff");
        assert!(prefix("2001:db8::", 56).contains("2001:db8:0:1::9".parse().unwrap()));
    }
}
