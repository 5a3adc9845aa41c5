//! The committed cases and the demo: one folder a story, written again from the stories at any time.
//!
//! ```text
//! cases/<name>/case.toml     title, story, arguments
//! cases/<name>/input/        the dump
//! cases/<name>/truth.json    what is true about it
//! cases/<name>/…             files that its arguments name, such as a policy
//! cases/<name>/expected/     what the product writes; not ours, never touched here
//! demo/, demo-truth.json     a small landing zone
//! ```

use crate::bucket::Objects;
use crate::landing;
use crate::stories;
use crate::truth::Truth;
use std::fs;
use std::io;
use std::path::Path;

/// One story with its dump.
pub struct Case {
    /// Folder name.
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// Three sentences.
    pub story: &'static str,
    /// Arguments the product is run with, besides the input.
    pub args: &'static [&'static str],
    /// Files beside the dump that the arguments name, as `{case}/NAME`.
    pub beside: &'static [(&'static str, &'static str)],
    /// The dump, by path below `input`.
    pub objects: Objects,
    /// What is true about it.
    pub truth: Truth,
}

/// All cases, by name.
///
/// # Errors
/// If compressing fails, which it does not in memory.
pub fn all() -> io::Result<Vec<Case>> {
    stories::STORIES.iter().map(|tell| tell()).collect()
}

/// Writes all cases and the demo below `root`; gives the names of the cases.
///
/// # Errors
/// If a folder cannot be replaced or a file cannot be written.
pub fn rewrite(root: &Path) -> io::Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for case in all()? {
        let folder = root.join("cases").join(case.name);
        replace(&folder.join("input"))?;
        landing::write_objects(&case.objects, &folder.join("input"))?;
        for (name, text) in case.beside {
            fs::write(folder.join(name), text)?;
        }
        fs::write(folder.join("case.toml"), case.toml())?;
        fs::write(folder.join("truth.json"), case.truth.to_text())?;
        names.push(case.name);
    }
    replace(&root.join("demo"))?;
    let truth = landing::demo(&root.join("demo"))?;
    fs::write(root.join("demo-truth.json"), truth.to_text())?;
    Ok(names)
}

impl Case {
    fn toml(&self) -> String {
        let mut text = format!("title = {:?}\nstory = \"\"\"\n{}\n\"\"\"\n", self.title, self.story);
        if !self.args.is_empty() {
            text.push_str(&format!("args = {:?}\n", self.args));
        }
        text
    }
}

fn replace(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}
