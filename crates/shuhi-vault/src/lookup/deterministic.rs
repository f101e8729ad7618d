//! Assignments that a deterministic NAT computes instead of logging (RFC 7422).

use shuhi_records::{Address, Cell, Row};

/// The subscriber's internal address behind a public address and port, by one line of the configuration history.
///
/// `sequential`: each public address serves (last port − first port + 1) / ports a subscriber of them, internal addresses
/// in order (RFC 7422, section 2.2, without its reserved addresses). `None` where the line does not cover it, or the port
/// is not known.
pub(super) fn computed(row: &Row<'_>, endpoint: Option<(Address, Option<u16>)>) -> Option<Address> {
    let (public, port) = endpoint?;
    let port = u32::from(port?);
    let (Cell::Address(public_first), Cell::Address(public_last)) = (row.get("public_first"), row.get("public_last"))
    else {
        return None;
    };
    let (Cell::Address(internal_first), Cell::Address(internal_last)) =
        (row.get("internal_first"), row.get("internal_last"))
    else {
        return None;
    };
    let (Cell::Number(first_port), Cell::Number(last_port), Cell::Number(ports)) =
        (row.get("first_port"), row.get("last_port"), row.get("ports_per_subscriber"))
    else {
        return None;
    };
    let sequential = row.get("method") == Cell::Text("sequential");
    let covers = (public_first..=public_last).contains(&public) && (first_port..=last_port).contains(&port);
    if !sequential || !covers || ports == 0 {
        return None;
    }
    let subscribers_an_address = u128::from((last_port - first_port + 1) / ports);
    let place = u128::from((port - first_port) / ports);
    if place >= subscribers_an_address {
        return None;
    }
    let before = (public.0 - public_first.0).checked_mul(subscribers_an_address)?;
    let internal = Address(internal_first.0.checked_add(before)?.checked_add(place)?);
    (internal <= internal_last).then_some(internal)
}

#[cfg(test)]
mod tests {
    use shuhi_records::Kind;

    use super::*;

    fn configuration() -> Row<'static> {
        let address = |text: &str| Cell::Address(text.parse().unwrap());
        Row::new(Kind::TranslationConfiguration)
            .with("public_first", address("198.51.100.0"))
            .with("public_last", address("198.51.100.1"))
            .with("internal_first", address("100.64.0.0"))
            .with("internal_last", address("100.64.0.127"))
            .with("first_port", Cell::Number(1024))
            .with("last_port", Cell::Number(65535))
            .with("ports_per_subscriber", Cell::Number(1008))
            .with("method", Cell::Text("sequential"))
    }

    #[test]
    fn each_block_of_ports_is_the_next_subscriber() {
        let at = |public: &str, port: u16| {
            computed(&configuration(), Some((public.parse().unwrap(), Some(port)))).map(|address| address.to_string())
        };
        assert_eq!(at("198.51.100.0", 1024).as_deref(), Some("100.64.0.0"));
        assert_eq!(at("198.51.100.0", 2031).as_deref(), Some("100.64.0.0"));
        assert_eq!(at("198.51.100.0", 2032).as_deref(), Some("100.64.0.1"));
        // 64,512 ports make 64 blocks an address.
        assert_eq!(at("198.51.100.1", 1024).as_deref(), Some("100.64.0.64"));
        assert_eq!(at("198.51.100.2", 1024), None);
        assert_eq!(at("198.51.100.0", 1023), None);
    }

    #[test]
    fn without_a_port_nobody_can_be_told() {
        assert_eq!(computed(&configuration(), Some(("198.51.100.0".parse().unwrap(), None))), None);
    }
}
