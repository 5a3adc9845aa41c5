//! The file form of modes: the program's own, those of the user's `--modes FILE`,
//! and those of a policy.
//!
//! Owns: reading and checking it, and merging it into the modes so far.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::catalogue::change_type::{is_change_type_id, landing_zone};
use crate::catalogue::fault::CatalogueFault;
use crate::catalogue::mode::{MarkerRole, Mode};
use crate::model::id::{ChangeTypeId, ModeName};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mode: Vec<ModeProfile>,
}

/// One `[[mode]]` of a TOML file, not checked yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModeProfile {
    name: Spanned<String>,
    #[serde(default)]
    roles_together: bool,
    #[serde(default)]
    boundaries: Vec<Spanned<String>>,
    #[serde(default)]
    change_types: Vec<Spanned<String>>,
    #[serde(default)]
    role: Vec<RawRole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    name: Spanned<String>,
    landing_zone: Option<Spanned<String>>,
    #[serde(default)]
    prefixed: bool,
}

/// Reads modes and merges them into those so far: a new name is a new mode, a
/// known one gets what is new.
///
/// # Errors
///
/// The first thing wrong: broken TOML, an unknown key, a name or id of the wrong
/// form, one given twice, or a mode that no role marks.
pub(super) fn add(text: &str, modes: &mut Vec<Mode>) -> Result<(), CatalogueFault> {
    let file: File = toml::from_str(text).map_err(|error| CatalogueFault::from_toml(text, &error))?;
    add_profiles(text, file.mode, modes)
}

/// The same for profiles that were read from `text` already.
pub(super) fn add_profiles(
    text: &str,
    profiles: Vec<ModeProfile>,
    modes: &mut Vec<Mode>,
) -> Result<(), CatalogueFault> {
    let mut names = BTreeSet::new();
    for raw in profiles {
        let fault = |message: String| CatalogueFault::at(text, raw.name.span(), message);
        let name = raw.name.get_ref().clone();
        check_mode_name(&name).map_err(fault)?;
        if !names.insert(name.clone()) {
            return Err(fault(format!("mode `{name}` stands twice in this file")));
        }
        merge(text, raw, modes)?;
    }
    Ok(())
}

fn merge(text: &str, raw: ModeProfile, modes: &mut Vec<Mode>) -> Result<(), CatalogueFault> {
    let name = ModeName::new(raw.name.get_ref().as_str());
    let place = modes.iter().position(|mode| mode.name == name);
    let mut merged = match place {
        Some(place) => modes[place].clone(),
        None => Mode {
            name,
            roles: Vec::new(),
            boundaries: Vec::new(),
            change_types: Vec::new(),
            roles_together: false,
        },
    };
    merged.roles_together |= raw.roles_together;
    for role in &raw.role {
        let read = role.check(text)?;
        let taken = modes.iter().chain([&merged]).flat_map(|mode| &mode.roles);
        refuse_twice(text, &role.name, taken.map(|role| role.name.as_str()))?;
        merged.roles.push(read);
    }
    for id in &raw.change_types {
        if !is_change_type_id(id.get_ref()) {
            let message = format!("`{}` is no change type id: `ct-` and 13 of 0-9, a-z", id.get_ref());
            return Err(CatalogueFault::at(text, id.span(), message));
        }
        let taken = modes.iter().chain([&merged]).flat_map(|mode| &mode.change_types);
        refuse_twice(text, id, taken.map(ChangeTypeId::as_str))?;
        merged.change_types.push(ChangeTypeId::new(id.get_ref().as_str()));
    }
    for boundary in &raw.boundaries {
        check_iam_name(text, boundary.get_ref(), boundary.span(), 128)?;
        refuse_twice(text, boundary, merged.boundaries.iter().map(String::as_str))?;
        merged.boundaries.push(boundary.get_ref().clone());
    }
    if merged.roles.is_empty() {
        let message = format!("mode `{}` has no role: nothing could show it", merged.name);
        return Err(CatalogueFault::at(text, raw.name.span(), message));
    }
    match place {
        Some(place) => modes[place] = merged,
        None => modes.push(merged),
    }
    Ok(())
}

/// A role or change type that led to two modes would make attribution a guess.
fn refuse_twice<'name>(
    text: &str,
    given: &Spanned<String>,
    taken: impl Iterator<Item = &'name str>,
) -> Result<(), CatalogueFault> {
    let mut taken = taken;
    if taken.any(|name| name == given.get_ref()) {
        let message = format!("`{}` is already listed", given.get_ref());
        return Err(CatalogueFault::at(text, given.span(), message));
    }
    Ok(())
}

impl RawRole {
    fn check(&self, text: &str) -> Result<MarkerRole, CatalogueFault> {
        check_iam_name(text, self.name.get_ref(), self.name.span(), 64)?;
        let zone = self.landing_zone.as_ref().map(|word| {
            let known = landing_zone(word.get_ref());
            known.map_err(|message| CatalogueFault::at(text, word.span(), message))
        });
        Ok(MarkerRole {
            name: self.name.get_ref().clone(),
            landing_zone: zone.transpose()?,
            prefixed: self.prefixed,
        })
    }
}

/// Mode names stand in tables and file names; `none` there means no mode.
fn check_mode_name(name: &str) -> Result<(), String> {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(sound) {
        return Err(format!("`{name}` is no mode name: 1 to 64 of a-z, 0-9 and _"));
    }
    if name == "none" {
        return Err("`none` is no mode name: it means no mode".to_owned());
    }
    Ok(())
}

/// Source: IAM user guide, "IAM and STS character quotas": `[\w+=,.@-]`, roles up
/// to 64 and policies up to 128 characters; no path, no wildcard.
fn check_iam_name(text: &str, name: &str, span: Range<usize>, max: usize) -> Result<(), CatalogueFault> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if name.is_empty() || name.len() > max || !name.bytes().all(sound) {
        let message =
            format!("`{name}` is no name: 1 to {max} letters, digits and _+=,.@- without path or `*`");
        return Err(CatalogueFault::at(text, span, message));
    }
    Ok(())
}
