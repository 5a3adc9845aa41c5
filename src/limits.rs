//! Every bound on what is read, with its unit and its reason.
//!
//! Owns numbers. Imports nothing. Hitting a bound is a problem row, never a
//! silent cut.

/// Inflated bytes of one object. CloudTrail writes at most 50 MB a log file
/// (facts/cloudtrail.md 1.3); exports of other tools are larger.
pub const INFLATED_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Inflated bytes for each stored byte. DEFLATE cannot exceed 1032; logs
/// compress by 8 to 30 (facts/cloudtrail.md 3.5, design/stack.md 2).
pub const INFLATE_RATIO_MAX: u64 = 1000;

/// Inflated bytes below which the ratio is not looked at: small objects of one
/// repeated record are innocent.
pub const INFLATE_RATIO_FLOOR_BYTES: u64 = 16 * 1024 * 1024;

/// Inflated bytes from which an object is hashed by a thread of its own while it
/// goes on being inflated. Delivered objects are smaller (facts/cloudtrail.md 1.3)
/// and there are many of them; a few large exports would leave cores idle.
pub const LARGE_OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of such an object that are inflated while as many are hashed: a
/// thread is started for each, which takes a hundredth of that time.
pub const HASHED_AHEAD_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of one record. CloudTrail records stay under 256 KB, Lake's under
/// 1 MB (facts/cloudtrail.md 1.3); older ones were unlimited.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Folders below a root. Real layouts have about 15.
pub const FOLDER_DEPTH_MAX: usize = 128;

/// JSON strings that hold JSON again, one inside the other: an SNS message with
/// an EventBridge envelope with a record needs three.
pub const JSON_STRING_NESTING_MAX: usize = 4;

/// Problem rows of one kind for one object; the rest is counted in one more
/// row. Keeps a hostile object from filling the report.
pub const PROBLEMS_PER_KIND_MAX: u64 = 100;

/// Characters of evidence quoted in a problem's or finding's sentence.
pub const QUOTE_CHARS_MAX: usize = 200;

/// Places tried in one object, after damage, before its rest is given up. With
/// [`RESYNC_BYTES_MAX`] it bounds the time that a hostile object can take.
pub const RESYNC_TRIES_MAX: usize = 4096;

/// Bytes in which a record must end for reading to go on with it after damage.
pub const RESYNC_BYTES_MAX: usize = 1024 * 1024;

/// Nesting of Presto row text that is read. CloudTrail's own objects nest 5.
pub const ROW_TEXT_DEPTH_MAX: usize = 32;

/// Objects and lists between a wrapper's own object and the record inside it.
/// `hits.hits[]._source.event.original` needs five.
pub const WRAPPER_DEPTH_MAX: usize = 12;

/// Lines looked at for the header of a table that begins with a comment, which
/// holds the text of a query in CloudTrail Lake.
pub const COMMENT_LINES_MAX: usize = 256;

/// Archives inside archives. A zip of a tar.gz of gzipped objects needs two.
pub const ARCHIVE_NESTING_MAX: usize = 4;

/// Entries of one archive and of all inside it. A year of one organisation's
/// trail has about that many objects; each costs a row of the evidence table.
pub const ARCHIVE_ENTRIES_MAX: u64 = 1_000_000;

/// Bytes of entries that are held in memory while they are examined.
pub const ARCHIVE_BATCH_BYTES: usize = 64 * 1024 * 1024;

/// Entries that are examined together.
pub const ARCHIVE_BATCH_ENTRIES: usize = 256;

/// Memory that an xz stream may ask for, in KiB: its largest preset needs 65 MiB.
pub const XZ_MEMORY_KIB_MAX: u32 = 128 * 1024;

/// Characters kept of a resource's configuration as AWS Config recorded it.
/// Most are under 2 KB; the object itself holds the rest.
pub const CONFIGURATION_CHARS_MAX: usize = 2000;
/// Signatures without a name that are tried on digests without a signature.
/// Real dumps need one try for each trail and region.
pub const SIGNATURE_TRIES_MAX: usize = 20_000;

/// Hits of one rule, actor and hour in one object that carry their event id
/// and what the rule tells; the rest is counted.
pub const HITS_IN_DETAIL_MAX: usize = 100;

/// Values that one record gives to the sentence of a finding.
pub const TOLD_MAX: usize = 6;

/// Event ids and records that one finding lists, the first of them; it counts them
/// all. What it says of them (names, sessions, times, the weakest record) is of all.
pub const FINDING_EVENTS_MAX: usize = 100;

/// Findings that the row of a control lists, the first of them; it counts them all.
/// The row of a finding names its controls.
pub const CONTROL_FINDINGS_MAX: usize = 10_000;

/// Bytes of the values by which a search counts its hits, and of what holds them; a
/// million groups of an account and a name have about that many.
pub const COUNTED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Bytes of one file of a rule. The largest public rules have 20 KB.
pub const RULE_BYTES_MAX: u64 = 1024 * 1024;

/// Characters of the id of a change ticket and of a name in it. Ids of ticket
/// systems have up to 20, ARNs of sessions up to 200.
pub const TICKET_NAME_CHARS_MAX: usize = 512;

/// Steps that credentials are followed down from a mode session. Role chains
/// of more than two or three are unusual; a hostile one would cost as many
/// looks at all other sessions.
pub const LINEAGE_DEPTH_MAX: u32 = 32;

/// Copies of copies that are followed: a snapshot copied to another region and
/// to another account makes two; real chains are hardly longer.
pub const COPY_DEPTH_MAX: u32 = 3;

/// Times that the objects are searched for records made with handed-on
/// credentials. Each time follows them one step further at least.
pub const LINEAGE_ROUNDS_MAX: u32 = LINEAGE_DEPTH_MAX;

/// Bytes of the footer of a Parquet file. It takes about 100 bytes for each
/// column of each row group; Security Lake's tables have about 150 columns.
pub const PARQUET_FOOTER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Values in the footer of a Parquet file or the header of a page, each of
/// which takes up to 40 bytes in memory.
pub const PARQUET_METADATA_VALUES_MAX: usize = 4_000_000;

/// Nesting of the footer of a Parquet file; its definition needs about 10.
pub const PARQUET_METADATA_DEPTH_MAX: usize = 32;

/// Nesting of the columns of a Parquet file; OCSF nests 6, a list counts twice.
pub const PARQUET_SCHEMA_DEPTH_MAX: usize = 32;

/// Bytes of one page of a Parquet file, unpacked. Most writers aim at 1 MB,
/// the largest known to write pages of up to 100 MB.
pub const PARQUET_PAGE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Bytes of all pages of a Parquet file that are held at once: one page of each
/// column, and its dictionary.
pub const PARQUET_HELD_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Rows of one Parquet file. Row numbers are kept in 32 bits.
pub const PARQUET_ROWS_MAX: u64 = 1_000_000_000;

/// Names in a dotted path of Security Lake's unmapped fields. Parameters of
/// calls nest up to about 10.
pub const OCSF_PATH_STEPS_MAX: usize = 32;

/// Callers that are remembered. Those whose names sort first stay, so that the
/// choice hangs on no order of reading. A landing zone of 100 accounts has a few
/// thousand a month; each takes about 2 KB.
pub const ACTORS_MAX: usize = 50_000;

/// Values of one kind that are remembered of a caller: services, networks, user
/// agents. People have about 10, a workload's role a few dozen.
pub const ACTOR_VALUES_MAX: usize = 64;

/// Characters of one such value. CloudTrail cuts user agents at 1 KB.
pub const ACTOR_VALUE_CHARS_MAX: usize = 256;

/// What a thread holds of callers before it is put together: pairs of service and
/// region, and of address and user agent, of one caller.
pub const ACTOR_PAIRS_HELD_MAX: usize = 16_384;

/// Identities that a thread knows again without reading them: each takes 16 bytes.
pub const IDENTITIES_HELD_MAX: usize = 65_536;

/// Parts of one network that a database of countries is asked about: a /24 has no
/// more addresses. Of a network of more parts nothing is called new.
pub const GEOIP_PARTS_MAX: usize = 256;

/// Characters of a name in such a database. The longest operators have about 60.
pub const GEOIP_NAME_CHARS_MAX: usize = 80;

/// Stored bytes of the objects of one partial of a case: what a killed run reads
/// again for each thread. Callers are counted once for each partial, so smaller
/// ones cost more; this one takes about a second to read.
pub const CASE_PARTIAL_BYTES: u64 = 32 * 1024 * 1024;

/// Objects of one partial of a case: what is held of them until it is written.
pub const CASE_PARTIAL_OBJECTS: usize = 1024;

/// Bytes of what a partial says of itself: up to [`CASE_PARTIAL_OBJECTS`] objects
/// with two paths of up to 4 KB each.
pub const CASE_HEAD_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes of rows of the table of all events that all threads together hold
/// before they are sorted and put on disk: a run may take 500 MB in all.
pub const LAKE_HELD_BYTES: usize = 128 * 1024 * 1024;

/// Texts that rows of all threads together share by number: names, addresses and
/// callers of a landing zone are some 100,000; each takes about 100 bytes.
pub const LAKE_WORDS_MAX: usize = 262_144;

/// Bytes of a text that rows share by number; longer ones hardly come twice.
pub const LAKE_WORD_BYTES_MAX: usize = 256;

/// Callers that a thread knows again without reading them; each takes 100 bytes.
pub const LAKE_IDENTITIES_MAX: usize = 65_536;

/// Sorted runs that are merged at once, of which each takes a buffer. A run holds
/// some 100,000 rows, so only beyond some 25 million are rows merged twice.
pub const LAKE_RUNS_MERGED_MAX: usize = 256;

/// Bytes of a run that are read at once.
pub const LAKE_READ_BYTES: usize = 64 * 1024;

/// Rows of one row group of the table of all events; the last has fewer. Readers
/// skip whole groups by their times, and hold a few of them in memory.
pub const LAKE_GROUP_ROWS: usize = 65_536;

/// Bytes of text of one such group, and of all groups that are being filled.
/// Ordinary rows have 1 KB; hostile ones up to 16 MB.
pub const LAKE_GROUP_BYTES: usize = 128 * 1024 * 1024;

/// Events of that table that the page, the workbook and other reports for people
/// hold; the rest is in its own files.
pub const LAKE_ROWS_SHOWN: usize = 10_000;

/// Memory that lists which grow with the dump may take before they go to temporary
/// files, unless `--memory-limit` says otherwise.
pub const MEMORY_LIMIT_BYTES: usize = 1024 * 1024 * 1024;

/// Of that, what fingerprints may take: a sixth holds four million.
pub const fn prints_bytes_max(memory_limit: usize) -> usize {
    memory_limit / 6
}

/// Of that, what the objects give may take until all are read: a 16th holds some
/// 60,000 events.
pub const fn spool_bytes_max(memory_limit: usize) -> usize {
    memory_limit / 16
}

/// Of that, what each list of rows may take that grows with the dump: a 32nd holds
/// some 30,000 destructive calls.
pub const fn runs_bytes_max(memory_limit: usize) -> usize {
    memory_limit / 32
}

/// Fingerprints that go to disk together; 8 MB. Each thread may hold so many more.
pub const PRINTS_CHUNK: usize = 200_000;
