//! Reading through room that the caller lends, so that it serves object after object.
//!
//! Owns: which of its bytes are still to be read. Opens nothing.

use std::io::{self, BufRead, Read};

/// A source of which the next bytes are held.
pub(super) struct Held<'r, R> {
    source: R,
    room: &'r mut [u8],
    at: usize,
    end: usize,
}

impl<'r, R> Held<'r, R> {
    /// Reads no more at once than there is room for.
    pub(super) fn new(source: R, room: &'r mut [u8]) -> Self {
        Self { source, room, at: 0, end: 0 }
    }

    /// What it reads from, which is ahead of what was taken.
    pub(super) fn source(&self) -> &R {
        &self.source
    }

    /// Gives the source back; what is held is lost.
    pub(super) fn into_source(self) -> R {
        self.source
    }
}

impl<R: Read> BufRead for Held<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.end {
            (self.at, self.end) = (0, 0);
            self.end = self.source.read(self.room)?;
        }
        Ok(self.room.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.end);
    }
}

impl<R: Read> Read for Held<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut held = self.fill_buf()?;
        let read = held.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_the_source_whatever_the_room() {
        let source: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for size in [1, 7, 1000, 4096] {
            let mut room = vec![0; size];
            let mut held = Held::new(source.as_slice(), &mut room);
            let mut read = vec![0; 3];
            held.read_exact(&mut read).expect("it is there");
            assert!(held.fill_buf().expect("more follows").len() <= size);
            held.read_to_end(&mut read).expect("memory takes it");
            assert_eq!(read, source);
            assert!(held.fill_buf().expect("its end").is_empty());
            assert!(held.into_source().is_empty());
        }
    }
}
