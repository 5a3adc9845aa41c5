//! Where objects lie in the log buckets of a landing zone, and how records are packed into them.
//!
//! Source: AMS user guide on log buckets (multi-account and single-account landing zone); AWS CloudTrail User Guide,
//! "Finding your CloudTrail log files" (key and file name).

use crate::clock;
use crate::prng::Prng;
use flate2::{Compression, GzBuilder};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Objects by their path inside the dump.
pub(crate) type Objects = BTreeMap<String, Vec<u8>>;

/// Which trail delivers, and so under which prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trail {
    /// The organisation's trail into the log archive of a multi-account landing zone.
    Organisation,
    /// The account's own trail into the same bucket.
    Account,
    /// The trail of a single-account landing zone into its own bucket.
    SingleAccount,
}

/// How the records of an object are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As delivered: compact JSON, gzip.
    Gzip,
    /// Inflated, one record a line, for people who read a case.
    Plain,
}

impl Trail {
    /// The folder in which the objects of `account` and `region` lie, without the date.
    pub(crate) fn folder(self, account: &str, region: &str) -> String {
        const ARCHIVE: &str = "aws-landing-zone-logs-222233334444-us-east-1/AWSLogs";
        match self {
            Self::Organisation => format!("{ARCHIVE}/o-exampleorg1/{account}/CloudTrail/{region}"),
            Self::Account => format!("{ARCHIVE}/{account}/CloudTrail/{region}"),
            Self::SingleAccount => format!(
                "ams-a{account}-log-management-us-east-1/AWS/CloudTrail/AWSLogs/{account}/CloudTrail/{region}"
            ),
        }
    }

    /// The path of one object delivered at `delivered`; its last 16 characters come from `prng`.
    pub(crate) fn object(self, account: &str, region: &str, delivered: i64, prng: &mut Prng) -> String {
        let folder = self.folder(account, region);
        let (day, minute) = (clock::day_path(delivered), clock::delivery_minute(delivered));
        format!("{folder}/{day}/{account}_CloudTrail_{region}_{minute}_{}.json.gz", prng.key("", 16))
    }
}

/// Packs records into the bytes of an object; a plain object has `.json` for a name, so take it from `object_name`.
pub(crate) fn pack<T: AsRef<str>>(records: &[T], packing: Packing) -> io::Result<Vec<u8>> {
    match packing {
        Packing::Gzip => {
            let mut inflated = Vec::with_capacity(records.len() * 1_500 + 16);
            join(records, ",", &mut inflated);
            gzip(&inflated, Compression::new(4))
        }
        Packing::Plain => {
            let mut inflated = Vec::new();
            join(records, ",\n", &mut inflated);
            inflated.push(b'\n');
            Ok(inflated)
        }
    }
}

/// The name an object has when it was inflated after download.
pub(crate) fn object_name(gzip_name: String, packing: Packing) -> String {
    match packing {
        Packing::Gzip => gzip_name,
        Packing::Plain => gzip_name.trim_end_matches(".gz").to_owned(),
    }
}

/// Compresses with modification time 0 and no name, so that the bytes depend on the content only.
pub(crate) fn gzip(inflated: &[u8], level: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::with_capacity(inflated.len() / 8), level);
    encoder.write_all(inflated)?;
    encoder.finish()
}

/// Compresses, flushes after `whole` bytes and cuts a few bytes behind: a reader gets exactly the first `whole` bytes.
pub(crate) fn gzip_cut(inflated: &[u8], whole: usize) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(&inflated[..whole])?;
    encoder.flush()?;
    let flushed = encoder.get_ref().len();
    encoder.write_all(&inflated[whole..])?;
    let mut bytes = encoder.finish()?;
    // The next deflate block begins here; with four bytes of its header it cannot yield a byte of text.
    bytes.truncate(flushed + 4);
    Ok(bytes)
}

/// Writes `{"Records":[…]}`.
pub(crate) fn join<T: AsRef<str>>(records: &[T], separator: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"Records\":[");
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator.as_bytes());
        }
        out.extend_from_slice(record.as_ref().as_bytes());
    }
    out.extend_from_slice(b"]}");
}
