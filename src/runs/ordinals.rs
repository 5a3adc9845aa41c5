//! Which records of an object are meant, in little room.

/// Ordinals in order: as they are while they lie apart, else a bit for each.
#[derive(Clone, Debug)]
pub struct Ordinals(Form);

#[derive(Clone, Debug)]
enum Form {
    Sparse(Box<[u32]>),
    /// A bit for each ordinal from the first word on.
    Dense(Box<[u64]>),
}

impl Default for Ordinals {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl Ordinals {
    /// Of these, which are sorted.
    pub fn of(sorted: &[u32]) -> Self {
        let words = sorted.last().map_or(0, |last| *last as usize / 64 + 1);
        if words * 2 >= sorted.len() {
            return Self(Form::Sparse(sorted.into()));
        }
        let mut dense = vec![0u64; words];
        for one in sorted {
            if let Some(word) = dense.get_mut(*one as usize / 64) {
                *word |= 1 << (one % 64);
            }
        }
        Self(Form::Dense(dense.into()))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let (sparse, dense): (&[u32], &[u64]) = match &self.0 {
            Form::Sparse(sparse) => (sparse, &[]),
            Form::Dense(dense) => (&[], dense),
        };
        let words = (0u32..).zip(dense);
        let dense = words.flat_map(|(place, word)| {
            (0..64).filter(move |bit| word & 1 << bit != 0).map(move |bit| place * 64 + bit)
        });
        sparse.iter().copied().chain(dense)
    }

    /// Whether an ordinal is among them.
    pub fn holds(&self, one: u32) -> bool {
        match &self.0 {
            Form::Sparse(sparse) => sparse.binary_search(&one).is_ok(),
            Form::Dense(dense) => {
                dense.get(one as usize / 64).is_some_and(|word| word & 1 << (one % 64) != 0)
            }
        }
    }
}
