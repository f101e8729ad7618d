//! Entrances for fuzzing: every reader of what comes from outside. No part of the interface.

use crate::Login;
use crate::login::Secret;
use crate::netlog::NetLog;
use crate::recording::Redactor;

/// Reads bytes as everything that comes from outside.
pub fn read(bytes: &[u8]) {
    let _ = NetLog::read(&mut &*bytes);
    let _ = crate::pages::read_site_map(bytes);
    let text = String::from_utf8_lossy(bytes);
    let environment = |name: &str| name.len().is_multiple_of(2).then(|| name.repeat(2));
    let _ = Login::read("login.yaml", &text, environment);
    let (secret, line) = bytes.split_at(bytes.len().min(8));
    let value = String::from_utf8_lossy(secret).into_owned();
    if value.chars().count() >= 4 {
        let _ = Redactor::new(&[Secret { name: "NAME".to_owned(), value }]).clean(line);
    }
}
