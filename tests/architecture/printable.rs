//! Fields that hold somebody's words, numbers or secrets as plain text, in types that print themselves: a log line, an error or a panic
//! would show them. Such a field has a type that cannot print, or its type writes `Debug` by hand.

use syn::visit::{self, Visit};
use syn::{Fields, ItemMod, ItemStruct, Type};

/// Names by which personal texts and secrets are called.
const TOLD: &[&str] = &[
    "id_number",
    "phone",
    "address",
    "statement",
    "statements",
    "words_of_family",
    "plaintext",
    "secret",
    "token",
    "password",
    "private_jwk",
    "seed",
    "request_body",
];
/// Types of plain text.
const PLAIN: &[&str] = &["String", "str", "Vec", "Bytes", "Value", "Cow"];

/// Every such field of a file: `Struct.field`.
pub fn printable(text: &str) -> syn::Result<Vec<String>> {
    let mut walk = Walk(Vec::new());
    walk.visit_file(&syn::parse_file(text)?);
    Ok(walk.0)
}

struct Walk(Vec<String>);

impl<'a> Visit<'a> for Walk {
    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        if !item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        let prints = item.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|derive| {
            let mut debug = false;
            drop(derive.parse_nested_meta(|meta| {
                debug |= meta.path.is_ident("Debug");
                Ok(())
            }));
            debug
        });
        let Fields::Named(fields) = &item.fields else { return };
        for field in fields.named.iter().filter(|_| prints) {
            let Some(name) = field.ident.as_ref().map(ToString::to_string) else { continue };
            if TOLD.contains(&name.as_str()) && is_plain(&field.ty) {
                self.0.push(format!("{}.{name}", item.ident));
            }
        }
    }
}

/// Whether a type is plain text, or an option of it.
fn is_plain(kind: &Type) -> bool {
    match kind {
        Type::Reference(reference) => is_plain(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            let inner = |wanted: &str| name == wanted && inner_is_plain(&last.arguments);
            inner("Option") || inner("Box") || PLAIN.contains(&name.as_str())
        }),
        _ => false,
    }
}

fn inner_is_plain(arguments: &syn::PathArguments) -> bool {
    let syn::PathArguments::AngleBracketed(inner) = arguments else { return false };
    inner.args.iter().any(|argument| matches!(argument, syn::GenericArgument::Type(kind) if is_plain(kind)))
}
