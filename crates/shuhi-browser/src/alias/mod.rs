//! The names behind a name: CNAME chains, asked for by our own resolver, so that a host of the first party that is another's in truth is known.

mod write;

use std::fmt::Debug;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::str::FromStr as _;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use thiserror::Error;

pub(crate) use write::write_down;

/// Names that one chain may have; longer ones go round in circles.
const CHAIN_MAX: usize = 16;
/// How often a question is asked over UDP.
const TRIES: u32 = 2;
/// The longest answer over UDP that we take, in bytes.
const DATAGRAM_MAX: usize = 4_096;

/// Gives the names behind a host.
pub trait Resolver: Debug + Send + Sync {
    /// The CNAME targets in order, without trailing dots; empty where the host is no alias.
    ///
    /// # Errors
    /// Nobody answered, or the answer is no answer.
    fn names(&self, host: &str) -> Result<Vec<String>, AliasError>;
}

/// Why the names behind a host are not known.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AliasError {
    /// The host is no name that can be asked for.
    #[error("`{0}` is no host name")]
    NoName(String),
    /// There is nobody to ask.
    #[error("no name server is known: {0}")]
    NoServer(String),
    /// Nobody answered.
    #[error("the name server `{server}` did not answer: {why}")]
    NoAnswer {
        /// Whom we asked.
        server: SocketAddr,
        /// What the system says.
        why: String,
    },
    /// It answered that it will not or cannot.
    #[error("the name server `{server}` answered `{answer}`")]
    Answered {
        /// Whom we asked.
        server: SocketAddr,
        /// Its answer.
        answer: String,
    },
    /// The chain does not end.
    #[error("the names behind `{0}` go round in circles or are more than 16")]
    Endless(String),
}

/// A recursive name server, asked over UDP and, where an answer is too long for that, TCP.
#[derive(Clone, Debug)]
pub struct NameServer {
    address: SocketAddr,
    wait: Duration,
}

impl NameServer {
    /// The server at this address.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, wait: Duration::from_secs(3) }
    }

    /// The one that the system uses, from `/etc/resolv.conf`.
    ///
    /// # Errors
    /// The file cannot be read or names none.
    pub fn of_system() -> Result<Self, AliasError> {
        let failed = |why: String| AliasError::NoServer(why);
        let text = std::fs::read("/etc/resolv.conf").map_err(|error| failed(format!("/etc/resolv.conf: {error}")))?;
        let config = resolv_conf::Config::parse(&text).map_err(|error| failed(format!("/etc/resolv.conf: {error}")))?;
        let address = config.nameservers.first().map(IpAddr::from);
        let address = address.ok_or_else(|| failed("/etc/resolv.conf names none".to_owned()))?;
        Ok(Self::at(SocketAddr::new(address, 53)))
    }

    fn ask(&self, name: &Name) -> Result<Message, AliasError> {
        let mut question = Message::query();
        question.metadata.message_type = MessageType::Query;
        question.metadata.op_code = OpCode::Query;
        question.metadata.recursion_desired = true;
        question.add_query(Query::query(name.clone(), RecordType::A));
        let asked = question.to_vec().map_err(|error| AliasError::NoName(error.to_string()))?;
        let mut last = None;
        for _ in 0..TRIES {
            match self.over_udp(&asked, question.metadata.id) {
                Ok(answer) if answer.metadata.truncation => return self.over_tcp(&asked),
                Ok(answer) => return Ok(answer),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| self.silent("it was not asked")))
    }

    fn over_udp(&self, asked: &[u8], id: u16) -> Result<Message, AliasError> {
        let failed = |error: std::io::Error| self.silent(&error.to_string());
        let here: IpAddr =
            if self.address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((here, 0)).map_err(failed)?;
        socket.set_read_timeout(Some(self.wait)).map_err(failed)?;
        socket.connect(self.address).map_err(failed)?;
        socket.send(asked).map_err(failed)?;
        let mut buffer = [0; DATAGRAM_MAX];
        let length = socket.recv(&mut buffer).map_err(failed)?;
        let answer = Message::from_vec(buffer.get(..length).unwrap_or_default())
            .map_err(|error| self.silent(&format!("it sent what is no answer: {error}")))?;
        if answer.metadata.id == id { Ok(answer) } else { Err(self.silent("it answered another question")) }
    }

    fn over_tcp(&self, asked: &[u8]) -> Result<Message, AliasError> {
        let failed = |error: std::io::Error| self.silent(&error.to_string());
        let mut stream = TcpStream::connect_timeout(&self.address, self.wait).map_err(failed)?;
        stream.set_read_timeout(Some(self.wait)).map_err(failed)?;
        let length = u16::try_from(asked.len()).unwrap_or(u16::MAX);
        stream.write_all(&[&length.to_be_bytes(), asked].concat()).map_err(failed)?;
        let mut length = [0; 2];
        stream.read_exact(&mut length).map_err(failed)?;
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).map_err(failed)?;
        Message::from_vec(&answer).map_err(|error| self.silent(&format!("it sent what is no answer: {error}")))
    }

    fn silent(&self, why: &str) -> AliasError {
        AliasError::NoAnswer { server: self.address, why: why.to_owned() }
    }
}

impl Resolver for NameServer {
    fn names(&self, host: &str) -> Result<Vec<String>, AliasError> {
        let mut name = Name::from_str(host).map_err(|_| AliasError::NoName(host.to_owned()))?;
        name.set_fqdn(true);
        let mut names = Vec::new();
        loop {
            let answer = self.ask(&name)?;
            let code = answer.metadata.response_code;
            // A name that does not exist may still be an alias: the chain is told all the same.
            if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
                return Err(AliasError::Answered { server: self.address, answer: code.to_string() });
            }
            let before = names.len();
            while let Some(next) = target(&answer, &name) {
                names.push(plain(&next));
                if names.len() > CHAIN_MAX {
                    return Err(AliasError::Endless(host.to_owned()));
                }
                name = next;
            }
            let found = answer.answers.iter().any(|record| record.name == name);
            if code == ResponseCode::NXDomain && names.is_empty() {
                return Err(AliasError::Answered { server: self.address, answer: code.to_string() });
            }
            // A server that gives the chain piece by piece is asked for the next piece.
            if found || names.len() == before || code == ResponseCode::NXDomain {
                return Ok(names);
            }
        }
    }
}

fn target(answer: &Message, name: &Name) -> Option<Name> {
    answer.answers.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == *name => Some(target.0.clone()),
        _ => None,
    })
}

fn plain(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}
