//! Packings beside gzip: zstd, bzip2, xz, each as a reader of what is inside.
//!
//! Knows no limits: who reads decides how much.

use std::io::{BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::limits::XZ_MEMORY_KIB_MAX;

/// How a stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Packing {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// The packing of a stream that begins with these bytes.
    ///
    /// Source: facts/cloudtrail.md 2.2 row 27.
    pub fn of(first: &[u8]) -> Self {
        const KNOWN: [(&[u8], Packing); 4] = [
            (b"\x1f\x8b", Packing::Gzip),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (b"BZh", Packing::Bzip2),
            (b"\xfd7zXZ\0", Packing::Xz),
        ];
        KNOWN.iter().find(|(magic, _)| first.starts_with(magic)).map_or(Self::Plain, |(_, packing)| *packing)
    }

    /// A reader of what is inside.
    ///
    /// # Errors
    /// Where the decoder cannot be set up.
    pub fn reader<'r, R: BufRead + 'r>(self, packed: R) -> std::io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Plain => Box::new(packed),
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(packed)),
            Self::Xz => Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY_KIB_MAX)),
        })
    }
}
