//! What the page carries beside its data: libraries, scripts, styles.
//!
//! Owns: the list of them, and where the libraries come from. The libraries are
//! the files that npm delivers, byte by byte; their hashes are checked by a test.

/// A library that the page carries.
pub(super) struct Library {
    /// Its name in the npm registry.
    pub(super) name: &'static str,
    /// Its version.
    pub(super) version: &'static str,
    /// Its licence, by its SPDX name.
    pub(super) licence: &'static str,
    /// SHA-256 of the file, lower-case hex.
    pub(super) sha256: &'static str,
    /// The file.
    pub(super) text: &'static str,
}

macro_rules! libraries {
    ($($name:literal $version:literal $licence:literal $file:literal $sha256:literal)*) => {
        &[$(Library {
            name: $name,
            version: $version,
            licence: $licence,
            sha256: $sha256,
            text: include_str!(concat!("vendor/", $file)),
        }),*]
    };
}

/// The scripts of others, in the order in which they need each other.
pub(super) const LIBRARIES: &[Library] = libraries! {
    "d3-array" "3.2.5" "ISC" "d3-array.min.js"
        "468f7b9ed38d6322083da4d5ae9fa57d47784f964f16dcff96e413d16cc8f9d9"
    "d3-color" "3.1.1" "ISC" "d3-color.min.js"
        "41ebabc615acf63e5af87a1d565f16c3ce73f00c1394772a624780f7c6c7244b"
    "d3-dispatch" "3.0.2" "ISC" "d3-dispatch.min.js"
        "5afe071dad74c14cd580f540c9ec85b0755eed78b7f9ed3e9f63b989fc41aa4b"
    "d3-ease" "3.0.2" "BSD-3-Clause" "d3-ease.min.js"
        "1c6cf6a8e676624967a8d193ccea2cca605b63d33d922b2e11205e4b331ec478"
    "d3-format" "3.1.3" "ISC" "d3-format.min.js"
        "1322666da5c4c006a4ea248d7f03afc861fbfb4b1692ee695e4192b76328dceb"
    "d3-selection" "3.0.1" "ISC" "d3-selection.min.js"
        "1dcd563b613b841dbe5a536df5289b0ac64c233a21bc1e954651cbe2a4809877"
    "d3-timer" "3.0.2" "ISC" "d3-timer.min.js"
        "f6b80ed73b21d01658db60d1c04adb88adc70f885346ae07d59ed69ba0348849"
    "d3-time" "3.1.1" "ISC" "d3-time.min.js"
        "0ca660b9dedd9ff16964146d792f2204927f8e72d6933a46199b41929cb539cc"
    "d3-interpolate" "3.0.2" "ISC" "d3-interpolate.min.js"
        "09b66887d084b49bf14c93867522e366ce846bee53b9f632c1c3a5e2b00f891a"
    "d3-time-format" "4.1.1" "ISC" "d3-time-format.min.js"
        "93b3b6ff5438723409c6540ae7abe4ab975be11e7d3a78f0b7c0bf28491f7145"
    "d3-scale" "4.0.3" "ISC" "d3-scale.min.js"
        "d76988731b337e1fdd130912f4e8363b3d7895d83f0b7685c86d87ece50712e9"
    "d3-axis" "3.0.1" "ISC" "d3-axis.min.js"
        "3e2b821c13b93ccdb8f14e52494682ab94794cd2e29e3fc3fc56fac03b3478cd"
    "d3-drag" "3.0.1" "ISC" "d3-drag.min.js"
        "da7f489ebae8418e53759d2df5e9327eb9bedcdb4aa93feb065beda31f085232"
    "d3-transition" "3.0.2" "ISC" "d3-transition.min.js"
        "85f3b76042e41fa517fb03e931d62ea5c7066a435d55ac605288cc6675f2a250"
    "d3-zoom" "3.0.1" "ISC" "d3-zoom.min.js"
        "5fcc9d4b4c14da3de574a0638c938ccfb8771a97e1b666be2d327170e7cdbdc3"
    "d3-brush" "3.0.1" "ISC" "d3-brush.min.js"
        "2728d345b6471ce0637c4f016c790732fcc62d798fc8dc4ff3aa16f8a413335f"
    "tabulator-tables" "6.5.3" "MIT" "tabulator.min.js"
        "ffac518cb793c672a2f0522b7fc80bf862234d96bb1e581c8aaf7f48f130eafa"
};

/// The style of the tables.
pub(super) const TABLE_STYLE: &[Library] = libraries! {
    "tabulator-tables" "6.5.3" "MIT" "tabulator.min.css"
        "405ae24218357d80df2a5f3addf138666d035f970dac4ebdb0265d0b5373efcb"
};

/// The licences, each once.
pub(super) const LICENCES: [(&str, &str); 3] = [
    ("MIT (tabulator-tables)", include_str!("vendor/LICENSE-tabulator")),
    ("ISC (d3)", include_str!("vendor/LICENSE-d3")),
    ("BSD-3-Clause (d3-ease)", include_str!("vendor/LICENSE-d3-ease")),
];

macro_rules! joined {
    ($($file:literal)*) => { concat!($(include_str!($file)),*) };
}

/// The page's own script: the files share one scope, and the last one starts it.
pub(super) const SCRIPT: &str = joined! {
    "script/open.js"
    "script/dom.js"
    "script/data.js"
    "script/state.js"
    "script/links.js"
    "script/csv.js"
    "script/filter.js"
    "script/grid.js"
    "script/tables.js"
    "script/detail.js"
    "script/marks.js"
    "script/lanes.js"
    "script/picture.js"
    "script/drawn.js"
    "script/keys.js"
    "script/heat.js"
    "script/incidents.js"
    "script/lineage.js"
    "script/sentences.js"
    "script/leads.js"
    "script/entries.js"
    "script/story.js"
    "script/print.js"
    "script/main.js"
};

/// Sets the colours before anything is drawn.
pub(super) const EARLY_SCRIPT: &str = include_str!("script/early.js");

/// The page's own style.
pub(super) const STYLE: &str = joined! {
    "style/base.css"
    "style/head.css"
    "style/picture.css"
    "style/grid.css"
    "style/story.css"
    "style/print.css"
};

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn libraries_are_the_files_that_were_published() {
        for library in LIBRARIES.iter().chain(TABLE_STYLE) {
            let sha256: String =
                Sha256::digest(library.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(sha256, library.sha256, "{}", library.name);
            let named = LICENCES.iter().any(|(name, _)| name.starts_with(library.licence));
            assert!(named, "{}: its licence is not there", library.name);
        }
    }

    #[test]
    fn nothing_of_ours_ends_its_element_runs_text_or_makes_markup_of_it() {
        for text in LIBRARIES.iter().map(|library| library.text).chain([SCRIPT, EARLY_SCRIPT]) {
            assert!(!text.to_lowercase().contains("</script") && !text.contains("<!--"));
        }
        for text in TABLE_STYLE.iter().map(|library| library.text).chain([STYLE]) {
            assert!(
                !text.to_lowercase().contains("</style")
                    && !text.contains("url(")
                    && !text.contains("@import")
            );
        }
        for sink in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("]
        {
            assert!(!SCRIPT.contains(sink) && !EARLY_SCRIPT.contains(sink), "{sink}");
        }
    }

    #[test]
    fn the_page_is_small_before_its_data() {
        let scripts: usize = LIBRARIES.iter().map(|library| library.text.len()).sum();
        assert!(scripts + SCRIPT.len() + STYLE.len() < 1 << 20);
    }
}
