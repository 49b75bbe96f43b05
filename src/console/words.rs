//! What pages say, in both languages: a file a page, a line a string, Chinese first. A string in one language alone does not compile, and a
//! template holds no words of its own (`tests` below). Terms that several pages use stand in [`terms`], sentences around a figure in functions.

/// A page's strings: `NameWords { field: "中文", "English"; }`, and `NameWords::of(lang)`.
macro_rules! page_words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        pub(in crate::console) struct $name {
            $(pub(in crate::console) $field: &'static str,)*
        }

        impl $name {
            const ZH: Self = Self { $($field: $zh,)* };
            const EN: Self = Self { $($field: $en,)* };

            pub(in crate::console) fn of(lang: crate::household::Lang) -> &'static Self {
                match lang {
                    crate::household::Lang::Zh => &Self::ZH,
                    crate::household::Lang::En => &Self::EN,
                }
            }
        }
    };
}

pub(super) mod frame;
pub(super) mod home;
pub(super) mod notices;
pub(super) mod sign_in;
pub(super) mod terms;

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn files(directory: &Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn templates_hold_no_words_of_their_own() {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/console");
        for file in files(&templates) {
            // The demo's provider is not the console.
            if file.ends_with("demo_provider.html") || file.extension().is_none_or(|end| end != "html") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            let foreign = text.lines().find(|line| line.chars().any(|c| ('\u{3000}'..'\u{ff5e}').contains(&c)));
            assert_eq!(foreign, None, "{}", file.display());
        }
    }
}
