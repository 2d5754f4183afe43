// SPDX-License-Identifier: EUPL-1.2

//! The program's own sources, parsed: what the tidy tests read.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file of `src/`.
pub(super) struct Source {
    /// As `people/store.rs`.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) syntax: syn::File,
}

/// Every Rust file of `src/`, in order.
pub(super) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files.iter().map(|file| Source::read(&root, file)).collect()
}

impl Source {
    fn read(root: &Path, file: &Path) -> Self {
        let path = file.strip_prefix(root).expect("a file of src/");
        let path = path.to_str().expect("a name in UTF-8").to_owned();
        let text = fs::read_to_string(file).expect("a readable file");
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("src/{path}: {error}"));
        Self { path, text, syntax }
    }

    /// The top folder or file: `people` of `people/store.rs`, `clock` of `clock.rs`.
    pub(super) fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
