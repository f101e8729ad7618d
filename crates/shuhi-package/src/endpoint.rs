//! Endpoints: addresses and hosts in texts, with the places where they stand.

mod noise;
mod scan;

pub use noise::Noise;
pub(crate) use scan::{Found, in_bytes, in_constant};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::limits::{HOSTS_MAX, PER_HOST_MAX};

/// A host that texts of the package name. Whether anything is ever sent there, only a capture shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// The host in lower case, without port. Where a part of it is put in when the app runs, that part stands as it is
    /// in the text: `%s.example.jp`.
    pub host: String,
    /// Whether a part of the host is put in when the app runs.
    pub template: bool,
    /// Why it is hardly ever contacted, where that is known.
    pub noise: Option<Noise>,
    /// Addresses with this host, in the order met; the first of them.
    pub addresses: Vec<String>,
    /// How many different addresses may have been met in all, at the least those listed.
    pub address_count: usize,
    /// Where the host stands; the first places.
    pub places: Vec<EndpointPlace>,
    /// At how many places it stands in all.
    pub place_count: usize,
}

/// Where an endpoint stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndpointPlace {
    /// The file inside the package.
    pub file: String,
    /// Classes whose code or constants have the text, the first of them; empty outside of code.
    pub classes: Vec<String>,
}

/// Endpoints as they are met.
#[derive(Debug, Default)]
pub(crate) struct Endpoints {
    hosts: BTreeMap<String, Endpoint>,
    /// Hosts met beyond those that are kept.
    pub beyond: usize,
}

impl Endpoints {
    pub fn add(&mut self, found: Found, file: &str, classes: Vec<String>) {
        if !self.hosts.contains_key(&found.host) && self.hosts.len() >= HOSTS_MAX {
            self.beyond += 1;
            return;
        }
        let endpoint = self.hosts.entry(found.host).or_insert_with_key(|host| Endpoint {
            host: host.clone(),
            template: scan::is_template(host),
            noise: Noise::of(host),
            addresses: Vec::new(),
            address_count: 0,
            places: Vec::new(),
            place_count: 0,
        });
        endpoint.place_count += 1;
        if let Some(address) = found.address.filter(|address| !endpoint.addresses.contains(address)) {
            endpoint.address_count += 1;
            if endpoint.addresses.len() < PER_HOST_MAX {
                endpoint.addresses.push(address);
            }
        }
        let place = EndpointPlace { file: file.to_owned(), classes };
        if endpoint.places.len() < PER_HOST_MAX && !endpoint.places.contains(&place) {
            endpoint.places.push(place);
        }
    }

    pub fn finish(self) -> Vec<Endpoint> {
        self.hosts.into_values().collect()
    }
}
