//! What a table is: rows of columns, where a column is one row of a list.
//!
//! Owns: the kinds of cells, a column's name, meaning and getter, and the table
//! that the writers walk. Knows no format and computes no fact.

use std::borrow::{Borrow, Cow};
use std::sync::Arc;

use crate::model::evidence::ObjectPath;
use crate::model::hash::ContentHash;
use crate::model::id::{
    AccessKeyId, AccountId, Arn, ChangeTypeId, EventId, FindingId, IncidentId, ModeName, Region, RfcId,
    SessionId, WindowId,
};
use crate::model::time::UtcTime;
use crate::runs::{self, Runs};

/// The type of a column, the same in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, also for ids that look like numbers.
    Text,
    /// A whole number, not negative.
    Int,
    /// A point in time, UTC.
    Time,
    /// Several texts.
    List,
    /// True or false.
    Bool,
}

impl Kind {
    /// The word used in documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "integer",
            Self::Time => "time",
            Self::List => "list",
            Self::Bool => "boolean",
        }
    }
}

/// One value of one row, still as the evidence has it: escaping is each
/// writer's own work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Unknown or not applicable.
    Empty,
    /// Text; never the empty text, which is `Empty`.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(u64),
    /// A point in time.
    Time(UtcTime),
    /// Several texts, possibly none.
    List(Vec<Cow<'a, str>>),
    /// True or false.
    Bool(bool),
    /// The row's place in its table, from 1; a table hands it out as `Int`.
    Place,
}

impl<'a> Cell<'a> {
    /// A cell of a text; the empty text is an empty cell.
    pub const fn of(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Borrowed(text)) }
    }

    /// The same, with texts of its own.
    #[cfg(test)]
    pub fn into_owned(self) -> Cell<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(own(text)),
            Self::Int(number) => Cell::Int(number),
            Self::Time(time) => Cell::Time(time),
            Self::List(items) => Cell::List(items.into_iter().map(own).collect()),
            Self::Bool(truth) => Cell::Bool(truth),
            Self::Place => Cell::Place,
        }
    }
}

/// One column: everything there is to say of it in one row.
pub struct Column<R> {
    /// Its name in every output.
    pub name: &'static str,
    /// What it holds, in one line, with its unit.
    pub meaning: &'static str,
    /// The type of its cells.
    pub kind: Kind,
    /// Its cell of a row.
    pub get: for<'a> fn(&'a R) -> Cell<'a>,
}

macro_rules! column_kinds {
    ($($(#[$doc:meta])* $function:ident => $kind:ident;)*) => {impl<R> Column<R> {$(
        $(#[$doc])*
        pub const fn $function(
            name: &'static str,
            meaning: &'static str,
            get: for<'a> fn(&'a R) -> Cell<'a>,
        ) -> Self {
            Self { name, meaning, kind: Kind::$kind, get }
        }
    )*}};
}

column_kinds! {
    /// A column of texts.
    text => Text;
    /// A column of whole numbers.
    int => Int;
    /// A column of times.
    time => Time;
    /// A column of lists.
    list => List;
    /// A column of true and false.
    bool => Bool;
}

/// The head of a column, without the row type.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Its name in every output.
    pub name: &'static str,
    /// What it holds, in one line, with its unit.
    pub meaning: &'static str,
    /// The type of its cells.
    pub kind: Kind,
}

/// One row of a table.
pub struct Line<'r> {
    cell: &'r dyn Fn(usize) -> Cell<'r>,
}

impl<'r> Line<'r> {
    /// Its cell in a column, from 0.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn cell(&self, column: usize) -> Cell<'r> {
        (self.cell)(column)
    }
}

/// Takes rows one after the other, until it says that it wants no more.
type Taker<'t> = &'t mut dyn FnMut(&Line<'_>) -> bool;

/// A named table whose rows come in their order, as often as they are asked for.
pub struct Table<'a> {
    /// Its name, which is also its file's.
    pub name: &'static str,
    /// What one row is, in one line.
    pub about: &'static str,
    /// Its columns, in the order of the contract.
    pub columns: Vec<Head>,
    rows: usize,
    held: usize,
    give: Box<dyn Fn(Taker<'_>) + Sync + 'a>,
}

impl<'a> Table<'a> {
    /// A table over rows that are in memory.
    pub fn of<R: Sync>(
        name: &'static str,
        about: &'static str,
        columns: &'static [Column<R>],
        rows: &'a [R],
    ) -> Self {
        Self::made(name, about, columns, (rows.len(), move || rows.iter()))
    }

    /// A table over rows that may lie on disk.
    pub fn over<R: runs::Row>(
        name: &'static str,
        about: &'static str,
        columns: &'static [Column<R>],
        rows: &'a Runs<R>,
    ) -> Self {
        Self::made(name, about, columns, (rows.len(), move || rows.iter()))
    }

    /// The same columns over other rows.
    pub fn made<R: 'static, I: Iterator<Item: Borrow<R>>>(
        name: &'static str,
        about: &'static str,
        columns: &'static [Column<R>],
        (count, rows): (usize, impl Fn() -> I + Sync + 'a),
    ) -> Self {
        let heads = columns.iter().map(|c| Head { name: c.name, meaning: c.meaning, kind: c.kind }).collect();
        let give = move |take: Taker<'_>| {
            for (place, row) in (1..).zip(rows()) {
                let row: &R = row.borrow();
                let cell = |column: usize| match (columns[column].get)(row) {
                    Cell::Place => Cell::Int(place),
                    cell => cell,
                };
                if !take(&Line { cell: &cell }) {
                    return;
                }
            }
        };
        Self { name, about, columns: heads, rows: count, held: count, give: Box::new(give) }
    }

    /// The same table if these are only the first of its rows.
    #[must_use]
    pub fn of_all(self, rows: Option<u64>) -> Self {
        let all = rows.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(self.rows);
        Self { rows: all.max(self.held), ..self }
    }

    /// How many rows it has.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many of them it can give: all, or the first ones.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Hands over row after row, as long as more are wanted.
    pub fn each_while(&self, mut take: impl FnMut(&Line<'_>) -> bool) {
        (self.give)(&mut take);
    }

    /// Hands over row after row.
    ///
    /// # Errors
    /// The first that taking a row gives; no row follows it.
    pub fn try_each<E>(&self, mut take: impl FnMut(&Line<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut taken = Ok(());
        self.each_while(|row| {
            taken = take(row);
            taken.is_ok()
        });
        taken
    }

    /// The place of a column by its name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|head| head.name == name)
    }

    /// All cells of all rows.
    #[cfg(test)]
    pub fn cells(&self) -> Vec<Vec<Cell<'static>>> {
        let mut all = Vec::new();
        self.each_while(|row| {
            all.push((0..self.columns.len()).map(|column| row.cell(column).into_owned()).collect());
            true
        });
        all
    }
}

/// What prints as the text it holds.
pub trait AsText {
    /// The text.
    fn as_text(&self) -> &str;
}

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl AsText for $name {
            fn as_text(&self) -> &str {
                self.as_str()
            }
        }
    )*};
}

as_text!(
    AccessKeyId,
    AccountId,
    Arn,
    ChangeTypeId,
    EventId,
    FindingId,
    IncidentId,
    ModeName,
    ObjectPath,
    Region,
    RfcId,
    SessionId,
    String,
    WindowId
);

impl AsText for Arc<str> {
    fn as_text(&self) -> &str {
        self
    }
}

impl AsText for Cow<'_, str> {
    fn as_text(&self) -> &str {
        self
    }
}

impl AsText for &str {
    fn as_text(&self) -> &str {
        self
    }
}

/// A cell of a text that is there; the empty text is an empty cell.
pub fn text<T: AsText + ?Sized>(value: &T) -> Cell<'_> {
    Cell::of(value.as_text())
}

/// A cell of a hash; none is an empty cell.
pub fn hash(value: ContentHash) -> Cell<'static> {
    if value.is_none() { Cell::Empty } else { Cell::Text(Cow::Owned(value.to_string())) }
}

/// A cell of a text that may be missing.
pub fn maybe<T: AsText>(value: &Option<T>) -> Cell<'_> {
    value.as_ref().map_or(Cell::Empty, text)
}

/// A cell of one of our own words.
pub const fn word(word: &'static str) -> Cell<'static> {
    Cell::Text(Cow::Borrowed(word))
}

/// A cell of a number that may be missing.
pub fn number(value: impl Into<Option<u64>>) -> Cell<'static> {
    value.into().map_or(Cell::Empty, Cell::Int)
}

/// A cell of a time that may be missing.
pub fn moment(value: impl Into<Option<UtcTime>>) -> Cell<'static> {
    value.into().map_or(Cell::Empty, Cell::Time)
}

/// A cell of texts.
pub fn list<'a, T: AsText + 'a>(items: impl IntoIterator<Item = &'a T>) -> Cell<'a> {
    Cell::List(items.into_iter().map(|item| Cow::Borrowed(item.as_text())).collect())
}
