//! Blocks packed and unpacked.
//!
//! Owns: how. What it works with stays with its thread, as making it anew costs as
//! much as a block does.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};

/// The fastest level of zstd: rows of one run are alike, so it does well.
const COMPRESSION_LEVEL: i32 = 1;

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs a block.
pub(super) fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| match packer {
        Some(packer) => packer.compress(bytes),
        none => none.insert(Compressor::new(COMPRESSION_LEVEL)?).compress(bytes),
    })
}

/// Unpacks a block of so many bytes, in place of what was there.
pub(super) fn unpack(packed: &[u8], bytes: u32, unpacked: &mut Vec<u8>) -> io::Result<()> {
    unpacked.clear();
    unpacked.reserve(bytes as usize);
    UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(Decompressor::new()?),
        };
        unpacker.decompress_to_buffer(packed, unpacked).map(|_| ())
    })
}
