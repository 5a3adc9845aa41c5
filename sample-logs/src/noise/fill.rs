//! Fills the slots of a noise row: `<instance>`, `<bucket>` and the like.
//!
//! Every value depends on one number per record, so a slot that stands in the request and in the answer agrees.

use crate::clock;
use crate::prng::Prng;

/// What the slots of one record are filled from.
pub(super) struct Filling<'a> {
    /// The record's own number.
    pub seed: u64,
    /// `<account>`.
    pub account: &'a str,
    /// `<region>`.
    pub region: &'a str,
    /// The time of the record, for `<expiry>`.
    pub time: i64,
}

const PROJECTS: [&str; 12] = [
    "orders",
    "billing",
    "catalogue",
    "search",
    "checkout",
    "stock",
    "mailer",
    "reports",
    "ingest",
    "audit",
    "media",
    "pricing",
];
const PARTS: [&str; 8] = ["api", "worker", "batch", "loader", "web", "sync", "proxy", "roll-up"];

impl Filling<'_> {
    /// Appends `text` with its slots filled.
    pub(super) fn push(&self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            out.push_str(&rest[..open]);
            let close = rest[open..].find('>').map_or(rest.len(), |length| open + length);
            self.push_slot(&rest[open + 1..close], out);
            rest = rest.get(close + 1..).unwrap_or("");
        }
        out.push_str(rest);
    }

    /// `text` with its slots filled.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        self.push(text, &mut out);
        out
    }

    fn push_slot(&self, slot: &str, out: &mut String) {
        let mut prng = self.chance(slot);
        match slot {
            "account" => out.push_str(self.account),
            "region" => out.push_str(self.region),
            "instance" => hex(&mut prng, out, "i-0", 16),
            "volume" => hex(&mut prng, out, "vol-0", 16),
            "snapshot" => hex(&mut prng, out, "snap-0", 16),
            "vpc" => hex(&mut prng, out, "vpc-0", 16),
            "subnet" => hex(&mut prng, out, "subnet-0", 16),
            "sg" => hex(&mut prng, out, "sg-0", 16),
            "hex8" => prng.push_hex(out, 8),
            "hex17" => prng.push_hex(out, 17),
            "hex32" => prng.push_hex(out, 32),
            "key" => prng.push_uuid(out),
            "asia" => {
                out.push_str("ASIA");
                prng.push_key(out, 16);
            }
            "token" => prng.push_token(out, 380),
            "expiry" => out.push_str(&clock::locale(self.time + clock::HOUR)),
            "bucket" => self.push_named(&mut prng, out, "acme-", "-data"),
            "table" => self.push_named(&mut prng, out, "", "-rows"),
            "db" => self.push_named(&mut prng, out, "", "-db"),
            "role" => self.push_named(&mut prng, out, "app-", "-role"),
            _ => self.push_named(&mut prng, out, "", ""),
        }
    }

    fn push_named(&self, prng: &mut Prng, out: &mut String, before: &str, after: &str) {
        out.push_str(before);
        out.push_str(prng.pick::<&str>(&PROJECTS));
        out.push('-');
        out.push_str(prng.pick::<&str>(&PARTS));
        out.push('-');
        prng.push_hex(out, 3);
        out.push_str(after);
    }

    fn chance(&self, slot: &str) -> Prng {
        let name = slot.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(257).wrapping_add(u64::from(byte)));
        Prng::derived(self.seed, &[name])
    }
}

fn hex(prng: &mut Prng, out: &mut String, prefix: &str, len: usize) {
    out.push_str(prefix);
    prng.push_hex(out, len);
}
