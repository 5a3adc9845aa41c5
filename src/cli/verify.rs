//! The flags of `verify` and their help text.

use std::path::PathBuf;

use clap::Args;

/// Shown at the end of the help of `verify`.
pub(super) const HELP: &str = "\
What a dump of the bucket does not hold, and how to save it while the trail still exists:
  The public keys, for each region and the whole time of the digests:
    aws cloudtrail list-public-keys --region eu-west-1 \\
      --start-time 2026-01-01T00:00:00Z --end-time 2026-02-01T00:00:00Z > keys-eu-west-1.json
  The signature of the newest digest of each region (those of the others stand in the next one):
    aws s3api head-object --bucket BUCKET --key KEY > KEY.json
  Put the answers of head-object into a folder of the dump, or give their folder as one more PATH.

What is not checked: whether each record of a log object can be read. The content of every object
is inflated and hashed; records are decoded only where they bear on a verdict (deliveries that they
record, times at odds with a digest, and objects that are not named and framed as a trail delivers
them). `devtrail analyze` makes the same checks and decodes every record.

Examples:
  devtrail verify ./cloudtrail-bucket --public-keys keys-eu-west-1.json
  devtrail verify ./cloudtrail-bucket ./head-objects --public-keys keys.json --verbose

Exit status:
  0  every digest and every log object listed is valid, and no log object is unlisted
  2  wrong usage
  3  something is invalid, missing, unlisted, or could not be checked
  4  the run failed
  130  interrupted";

/// What `verify` takes.
#[derive(Args, Debug)]
pub struct Verify {
    /// Folder or object of a dump; folders are searched
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,

    /// Keys saved from `aws cloudtrail list-public-keys`; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    pub public_keys: Vec<PathBuf>,

    /// Tell instead what has changed since an earlier report wrote this manifest.sha256
    #[arg(long, value_name = "FILE", conflicts_with = "public_keys", help_heading = "Evidence")]
    pub manifest: Option<PathBuf>,

    /// Show no progress
    #[arg(long, help_heading = "Display")]
    pub no_progress: bool,

    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Display")]
    pub quiet: bool,

    /// Also print what is valid
    #[arg(short, long, help_heading = "Display")]
    pub verbose: bool,
}
