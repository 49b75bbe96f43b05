//! Every path a file names, resolved: groups taken apart, `self` and `super` by the module's depth, imported names by their `use`.
//! What is compiled for tests alone is left out, item by item; comments and texts are no paths.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, UseTree};

/// A path as it resolves, and the line that names it. `async` stands for async code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub path: String,
    pub line: usize,
}

/// Everything a file names; `module` is the file's place below `src/`.
pub fn named(text: &str, module: &[String]) -> syn::Result<Vec<Named>> {
    let file: File = syn::parse_file(text)?;
    let mut walk = Walk { module: module.to_vec(), imported: BTreeMap::new(), found: Vec::new() };
    // Imports first: a name may be used above its `use`.
    walk.collect_imports(&file.items);
    walk.visit_file(&file);
    Ok(walk.found)
}

struct Walk {
    module: Vec<String>,
    imported: BTreeMap<String, String>,
    found: Vec<Named>,
}

impl Walk {
    fn add(&mut self, path: String, line: usize) {
        self.found.push(Named { path, line });
    }

    /// A path with `self` and `super` resolved, and its first part by the file's imports.
    fn resolve(&self, parts: &[String]) -> String {
        let mut base: Option<Vec<String>> = None;
        let mut rest = parts;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "self" => base = Some(base.unwrap_or_else(|| self.here())),
                "super" => {
                    let mut up = base.unwrap_or_else(|| self.here());
                    up.pop();
                    base = Some(up);
                }
                _ => break,
            }
            rest = &rest[1..];
        }
        if let Some(base) = base {
            return base.into_iter().chain(rest.iter().cloned()).collect::<Vec<_>>().join("::");
        }
        match rest.first().and_then(|first| self.imported.get(first)) {
            Some(whole) => [whole.clone()].into_iter().chain(rest[1..].iter().cloned()).collect::<Vec<_>>().join("::"),
            None => rest.join("::"),
        }
    }

    fn here(&self) -> Vec<String> {
        [String::from("crate")].into_iter().chain(self.module.iter().cloned()).collect()
    }

    fn collect_imports(&mut self, items: &[Item]) {
        for item in items {
            let Item::Use(item) = item else { continue };
            if for_tests(&item.attrs) {
                continue;
            }
            let mut leaves = Vec::new();
            flatten(&item.tree, &mut Vec::new(), &mut leaves);
            for (path, name) in leaves {
                let whole = self.resolve(&path);
                self.imported.insert(name, whole);
            }
        }
    }

    /// Paths within a macro's tokens: `a::b` and `crate::c` wherever they stand.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut line = 0;
        for token in tokens {
            match &token {
                proc_macro2::TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_of_path(&mut path, line);
                    }
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                    colons = 0;
                }
                proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end_of_path(&mut path, line);
                    colons = 0;
                    if let proc_macro2::TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.end_of_path(&mut path, line);
    }

    fn end_of_path(&mut self, path: &mut Vec<String>, line: usize) {
        if path.len() > 1 {
            let whole = self.resolve(path);
            self.add(whole, line);
        }
        path.clear();
    }
}

/// Leaves of an import: the whole path, and the name it is known by.
fn flatten(tree: &UseTree, before: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, String)>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, leaves)),
        UseTree::Name(name) if name.ident == "self" => {
            leaves.push((before.clone(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            leaves.push(([before.as_slice(), std::slice::from_ref(&name)].concat(), name));
        }
        UseTree::Rename(rename) if rename.ident == "self" => leaves.push((before.clone(), rename.rename.to_string())),
        UseTree::Rename(rename) => {
            leaves.push(([before.as_slice(), &[rename.ident.to_string()]].concat(), rename.rename.to_string()));
        }
        UseTree::Glob(_) => leaves.push(([before.as_slice(), &["*".to_owned()]].concat(), "*".to_owned())),
    }
}

/// Whether `#[test]`, or a `#[cfg(…)]` that names `test` without `not`, stands on an item.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = || attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        let words = |text: String| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test");
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg") && !condition().contains("not") && words(condition()))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item(&mut self, item: &'ast Item) {
        if !for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outer = self.imported.clone();
        self.module.push(item.ident.to_string());
        if let Some((_, items)) = &item.content {
            self.imported.clear();
            self.collect_imports(items);
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
        self.imported = outer;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut leaves = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut leaves);
        let line = item.span().start().line;
        for (path, name) in leaves {
            // `use` within a function is met here first.
            let whole = self.resolve(&path);
            self.imported.insert(name, whole.clone());
            self.add(whole, line);
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(item.ident.to_string(), item.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if parts.len() > 1 {
            let whole = self.resolve(&parts);
            self.add(whole, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(word) = &signature.asyncness {
            self.add("async".to_owned(), word.span.start().line);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, expression: &'ast syn::ExprAsync) {
        self.add("async".to_owned(), expression.async_token.span.start().line);
        visit::visit_expr_async(self, expression);
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.add("async".to_owned(), expression.await_token.span.start().line);
        visit::visit_expr_await(self, expression);
    }
}
