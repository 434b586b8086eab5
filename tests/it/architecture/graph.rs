//! Which module of `src` names which, as the `use` lines and the paths of its files say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module by its path below the crate: `["store", "tickets"]`.
pub type Module = Vec<String>;

/// Every module with its file's text, tests left out.
pub fn modules() -> BTreeMap<Module, (String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let described = |file: &PathBuf| {
        let inside = file.strip_prefix(&root).expect("inside").display().to_string();
        let mut module: Module = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        let text = std::fs::read_to_string(file).expect("a file");
        (module, (inside, text))
    };
    files.iter().map(described).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A file without its comments and its tests.
pub fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What each module names of the others, however it is written: `use crate::{a, b::c}`, `super::d`, `crate::e::f()`.
pub fn names(modules: &BTreeMap<Module, (String, String)>) -> BTreeMap<Module, BTreeSet<Module>> {
    let named_by = |module: &Module, text: &str| {
        let code = code(text);
        let paths = used(&code).into_iter().chain(inline(&code));
        paths.filter_map(|path| resolved(modules, module, &path)).filter(|other| other != module).collect()
    };
    modules.iter().map(|(module, (_, text))| (module.clone(), named_by(module, text))).collect()
}

/// The paths of `use` items, with their braces written out.
fn used(code: &str) -> Vec<String> {
    let items = code.match_indices("use ").filter(|(at, _)| code[..*at].chars().next_back().is_none_or(char::is_whitespace));
    let bodies = items.filter_map(|(at, _)| code[at + 4..].split(';').next());
    bodies
        .filter(|body| ["crate", "uurwerk", "super", "self"].iter().any(|root| body.trim_start().starts_with(root)))
        .flat_map(written_out)
        .collect()
}

fn written_out(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()] };
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&inner[start..]);
    let items = items.into_iter().map(str::trim).filter(|item| !item.is_empty());
    items.flat_map(written_out).map(|item| format!("{}{item}", head.trim())).collect()
}

/// Paths that begin with `crate::` (in `main.rs` with the crate's name) where they are used.
fn inline(code: &str) -> Vec<String> {
    let path = |(at, _)| {
        let rest: &str = &code[at..];
        rest.chars().take_while(|sign| sign.is_alphanumeric() || matches!(sign, '_' | ':')).collect::<String>()
    };
    ["crate::", "uurwerk::"].into_iter().flat_map(|root| code.match_indices(root).map(path)).collect()
}

/// The module a path leads to: the longest part of it that is one.
fn resolved(modules: &BTreeMap<Module, (String, String)>, from: &Module, path: &str) -> Option<Module> {
    let mut parts = path.split("::").map(str::trim).peekable();
    let mut at = if parts.next_if(|part| *part == "crate" || *part == "uurwerk").is_some() { Module::new() } else { from.clone() };
    while parts.next_if(|part| *part == "super" || *part == "self").is_some_and(|part| part == "super") {
        at.pop();
    }
    at.extend(parts.map(str::to_owned));
    while !at.is_empty() && !modules.contains_key(&at) {
        at.pop();
    }
    (!at.is_empty()).then_some(at)
}

/// The circles among the modules of each folder: children of one parent that name each other, directly or round.
pub fn circles(names: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let parents: BTreeSet<_> = names.keys().flat_map(|module| (0..module.len()).map(|depth| &module[..depth])).collect();
    let mut found = Vec::new();
    for parent in parents {
        let child = |module: &Module| module.starts_with(parent).then(|| module.get(parent.len()).cloned()).flatten();
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (module, others) in names {
            let Some(from) = child(module) else { continue };
            edges.entry(from.clone()).or_default().extend(others.iter().filter_map(child).filter(|to| *to != from));
        }
        for (from, others) in &edges {
            let back = others.iter().filter(|to| reaches(&edges, to, from));
            found.extend(back.map(|to| format!("{}: {from} and {to}", parent.join("::"))));
        }
    }
    found
}

fn reaches(edges: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            next.extend(edges.get(at).into_iter().flatten().map(String::as_str));
        }
    }
    false
}
