//! A column of a row group as compressed Parquet pages.
//!
//! Owns: which encoding a column gets, its statistics, and the level of zstd.
//! INVARIANT: pages hang on the rows alone, not on how a word was numbered, so
//! that equal rows give equal bytes.
//!
//! Source: Parquet format 2.11, Encodings.md (plain, RLE, dictionary).

use std::collections::HashMap;
use std::io;

use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::encoding::{Encoding, hybrid_rle};
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::page::{
    CompressedDataPage, CompressedDictPage, CompressedPage, DataPageHeader, DataPageHeaderV1,
};
use polars_parquet::parquet::statistics::ParquetStatistics;

use crate::lake::group::{Group, LongColumn, PAGE_BYTES};
use crate::lake::merge::Stock;
use crate::lake::row::{Long, Texts, Word};

/// Level of zstd. Level 3 takes a third more time for a file that is one part in
/// two hundred smaller.
const ZSTD_LEVEL: i32 = 1;

/// Bytes of a dictionary; a column whose texts need more is written plainly.
const DICTIONARY_BYTES: usize = 1 << 20;

/// Bytes of a text that stands in statistics: longer ones bound nothing well.
const STATISTICS_BYTES: usize = 256;

/// Where the cells of a column come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Time,
    Created,
    ReadOnly,
    Mfa,
    Copies,
    Object,
    Record,
    Word(Word),
    Long(Long),
}

/// Every column of the table `events`, in its order.
pub(super) const COLUMNS: [(&str, Source); 39] = [
    ("event_time", Source::Time),
    ("event_id", Source::Long(Long::EventId)),
    ("event_version", Source::Word(Word::Version)),
    ("account_id", Source::Word(Word::Account)),
    ("region", Source::Word(Word::Region)),
    ("event_source", Source::Word(Word::Source)),
    ("event_name", Source::Word(Word::Name)),
    ("event_name_raw", Source::Word(Word::RawName)),
    ("event_type", Source::Word(Word::Type)),
    ("event_category", Source::Word(Word::Category)),
    ("read_only", Source::ReadOnly),
    ("error_code", Source::Word(Word::ErrorCode)),
    ("error_message", Source::Word(Word::ErrorMessage)),
    ("source_ip", Source::Word(Word::Address)),
    ("user_agent", Source::Word(Word::Agent)),
    ("identity_type", Source::Word(Word::IdentityType)),
    ("principal_id", Source::Word(Word::PrincipalId)),
    ("principal_arn", Source::Word(Word::PrincipalArn)),
    ("identity_account_id", Source::Word(Word::IdentityAccount)),
    ("access_key_id", Source::Word(Word::Key)),
    ("issuer_arn", Source::Word(Word::IssuerArn)),
    ("issuer_name", Source::Word(Word::IssuerName)),
    ("role_session_name", Source::Word(Word::SessionName)),
    ("source_identity", Source::Word(Word::SourceIdentity)),
    ("invoked_by", Source::Word(Word::InvokedBy)),
    ("mfa", Source::Mfa),
    ("session_created_at", Source::Created),
    ("request_id", Source::Long(Long::RequestId)),
    ("shared_event_id", Source::Long(Long::SharedId)),
    ("vpc_endpoint_id", Source::Word(Word::VpcEndpoint)),
    ("recipient_account_id", Source::Word(Word::Recipient)),
    ("resources", Source::Long(Long::Resources)),
    ("request_parameters", Source::Long(Long::Request)),
    ("response_elements", Source::Long(Long::Response)),
    ("additional_event_data", Source::Long(Long::Additional)),
    ("category", Source::Word(Word::Harm)),
    ("copies", Source::Copies),
    ("source_object", Source::Object),
    ("source_record", Source::Record),
];

/// The pages of one column of a group.
pub(super) fn column(
    (group, source): (&Group, Source),
    stock: &Stock,
    descriptor: &Descriptor,
    packer: &mut Packer,
) -> io::Result<Vec<CompressedPage>> {
    let mut pages = Pages { descriptor, packer, done: Vec::new() };
    match source {
        Source::Time => pages.numbers(group.times.iter().copied())?,
        Source::Created => pages.numbers(group.created.iter().copied())?,
        Source::Copies => pages.numbers(group.copies.iter().map(|number| Some(i64::from(*number))))?,
        Source::Record => pages.numbers(group.records.iter().map(|number| Some(i64::from(*number))))?,
        Source::ReadOnly => pages.flags(&group.read_only)?,
        Source::Mfa => pages.flags(&group.mfa)?,
        Source::Object => {
            // From 1, as 0 is what has none.
            let numbers = group.tickets.iter().map(|ticket| ticket + 1);
            pages.words(numbers, |number| stock.path(number - 1).as_str(), 0)?;
        }
        Source::Word(word) => {
            let numbers = group.words[word as usize].iter().copied();
            pages.words(numbers, |number| group.word(number, stock), stock.len())?;
        }
        Source::Long(long) => pages.long(&group.longs[long as usize])?,
    }
    Ok(pages.done)
}

/// The least and the greatest value, as Parquet has them; `None` if they say little.
type Extremes = Option<(Vec<u8>, Vec<u8>)>;

/// Packs pages, and keeps the memory that this takes.
#[derive(Default)]
pub(super) struct Packer {
    zstd: Option<zstd::bulk::Compressor<'static>>,
    page: Vec<u8>,
    packed: Vec<u8>,
}

impl Packer {
    fn pack(&mut self, page: &[u8]) -> io::Result<CowBuffer> {
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL)?),
        };
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(page.len()));
        zstd.compress_to_buffer(page, &mut self.packed)?;
        Ok(CowBuffer::Owned(self.packed.as_slice().to_vec()))
    }
}

/// Pages of one column while they are made.
struct Pages<'d> {
    descriptor: &'d Descriptor,
    packer: &'d mut Packer,
    done: Vec<CompressedPage>,
}

impl Pages<'_> {
    /// Adds a page of values: `present` tells which rows have one.
    fn data(
        &mut self,
        present: impl ExactSizeIterator<Item = bool> + Clone,
        values: &[u8],
        (encoding, bounds): (Encoding, Extremes),
    ) -> io::Result<()> {
        let rows = present.len();
        let there = present.clone().filter(|there| *there).count();
        let mut page = std::mem::take(&mut self.packer.page);
        page.clear();
        page.reserve(values.len() + rows / 8 + 16);
        page.extend_from_slice(&[0; 4]);
        if there == rows {
            // One run of ones.
            let mut count = [0; 10];
            let used = polars_parquet::parquet::encoding::uleb128::encode((rows as u64) << 1, &mut count);
            page.extend_from_slice(&count[..used]);
            page.push(1);
        } else {
            hybrid_rle::encode(&mut page, present, 1)?;
        }
        let levels = (page.len() - 4) as u32;
        page[..4].copy_from_slice(&levels.to_le_bytes());
        page.extend_from_slice(values);
        let (min_value, max_value) = bounds.unzip();
        let header = DataPageHeader::V1(DataPageHeaderV1 {
            num_values: rows as i32,
            encoding: encoding.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics: Some(ParquetStatistics {
                null_count: Some((rows - there) as i64),
                min_value,
                max_value,
                max: None,
                min: None,
                distinct_count: None,
                is_max_value_exact: None,
                is_min_value_exact: None,
            }),
        });
        let packed = self.packer.pack(&page)?;
        self.done.push(CompressedPage::Data(CompressedDataPage::new(
            header,
            packed,
            Compression::Zstd,
            page.len(),
            self.descriptor.clone(),
            rows,
        )));
        self.packer.page = page;
        Ok(())
    }

    fn numbers(&mut self, cells: impl ExactSizeIterator<Item = Option<i64>> + Clone) -> io::Result<()> {
        let mut values = Vec::with_capacity(8 * cells.len());
        let mut bounds: Option<(i64, i64)> = None;
        for number in cells.clone().flatten() {
            values.extend_from_slice(&number.to_le_bytes());
            let (least, most) = bounds.unwrap_or((number, number));
            bounds = Some((least.min(number), most.max(number)));
        }
        let bounds = bounds.map(|(least, most)| (least.to_le_bytes().to_vec(), most.to_le_bytes().to_vec()));
        self.data(cells.map(|cell| cell.is_some()), &values, (Encoding::Plain, bounds))
    }

    fn flags(&mut self, cells: &[Option<bool>]) -> io::Result<()> {
        let mut values = Vec::with_capacity(cells.len() / 8 + 1);
        for (place, truth) in cells.iter().flatten().enumerate() {
            if place % 8 == 0 {
                values.push(0);
            }
            if let Some(byte) = values.last_mut() {
                *byte |= u8::from(*truth) << (place % 8);
            }
        }
        let any = |wanted: bool| cells.iter().flatten().any(|truth| *truth == wanted);
        let bounds = cells
            .iter()
            .any(Option::is_some)
            .then(|| (vec![u8::from(!any(false))], vec![u8::from(any(true))]));
        self.data(cells.iter().map(Option::is_some), &values, (Encoding::Plain, bounds))
    }

    /// A column of words: `numbers` are equal where their texts are, but two may
    /// stand for one text. None is above `most`, or it is looked for by text.
    fn words<'t>(
        &mut self,
        numbers: impl ExactSizeIterator<Item = u32> + Clone,
        text: impl Fn(u32) -> &'t str,
        most: usize,
    ) -> io::Result<()> {
        let mut dictionary = Dictionary::new(most);
        let codes: Vec<u32> = numbers
            .clone()
            .filter(|number| *number != 0)
            .map(|number| dictionary.code(number, &text))
            .collect();
        let bounds = dictionary.bounds();
        let present = numbers.clone().map(|number| number != 0);
        if codes.is_empty() {
            return self.data(present, &[], (Encoding::Plain, None));
        }
        if dictionary.bytes <= DICTIONARY_BYTES {
            let entries = dictionary.texts.len();
            let mut values = Vec::with_capacity(dictionary.bytes);
            dictionary.texts.iter().for_each(|text| put(&mut values, text));
            let packed = self.packer.pack(&values)?;
            let page = CompressedDictPage::new(packed, Compression::Zstd, values.len(), entries, false);
            self.done.push(CompressedPage::Dict(page));
            let bits = (u32::BITS - (entries as u32 - 1).leading_zeros()).max(1);
            let mut indices = vec![bits as u8];
            hybrid_rle::encode(&mut indices, codes.iter().copied(), bits)?;
            return self.data(present, &indices, (Encoding::RleDictionary, bounds));
        }
        self.plain_words(numbers, (&codes, &dictionary.texts), bounds)
    }

    /// Words that are too many for a dictionary, in pages of bounded size.
    fn plain_words(
        &mut self,
        numbers: impl ExactSizeIterator<Item = u32> + Clone,
        (codes, texts): (&[u32], &[&str]),
        bounds: Extremes,
    ) -> io::Result<()> {
        let mut codes = codes.iter();
        let (mut present, mut values) = (Vec::new(), Vec::new());
        for number in numbers {
            present.push(number != 0);
            if number != 0
                && let Some(code) = codes.next()
            {
                put(&mut values, texts[*code as usize]);
            }
            if values.len() >= PAGE_BYTES {
                self.data(present.iter().copied(), &values, (Encoding::Plain, bounds.clone()))?;
                present.clear();
                values.clear();
            }
        }
        if present.is_empty() {
            return Ok(());
        }
        self.data(present.iter().copied(), &values, (Encoding::Plain, bounds))
    }

    fn long(&mut self, column: &LongColumn) -> io::Result<()> {
        let (mut row, mut byte) = (0, 0);
        let end = (column.present.len(), column.values.len());
        let cuts = column.cuts.iter().copied().filter(|cut| cut.0 < end.0);
        for (rows, bytes) in cuts.chain([end]) {
            let present = column.present[row..rows].iter().copied();
            self.data(present, &column.values[byte..bytes], (Encoding::Plain, None))?;
            (row, byte) = (rows, bytes);
        }
        Ok(())
    }
}

fn put(values: &mut Vec<u8>, text: &str) {
    values.extend_from_slice(&(text.len() as u32).to_le_bytes());
    values.extend_from_slice(text.as_bytes());
}

/// The texts of a column, numbered as they first come.
struct Dictionary<'t> {
    /// By number among all, the code and one more.
    codes: Vec<u32>,
    by_text: HashMap<&'t str, u32>,
    texts: Vec<&'t str>,
    bytes: usize,
}

impl<'t> Dictionary<'t> {
    fn new(most: usize) -> Self {
        Self { codes: vec![0; most + 1], by_text: HashMap::new(), texts: Vec::new(), bytes: 0 }
    }

    fn code(&mut self, number: u32, text: &impl Fn(u32) -> &'t str) -> u32 {
        if let Some(known) = self.codes.get(number as usize)
            && *known != 0
        {
            return known - 1;
        }
        let text = text(number);
        let code = *self.by_text.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.bytes += text.len() + 4;
            (self.texts.len() - 1) as u32
        });
        if let Some(known) = self.codes.get_mut(number as usize) {
            *known = code + 1;
        }
        code
    }

    /// The first and the last text, if both are short.
    fn bounds(&self) -> Extremes {
        let (first, last) = (self.texts.iter().min()?, self.texts.iter().max()?);
        let short = first.len() <= STATISTICS_BYTES && last.len() <= STATISTICS_BYTES;
        short.then(|| (first.as_bytes().to_vec(), last.as_bytes().to_vec()))
    }
}
