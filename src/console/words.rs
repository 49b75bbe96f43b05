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

pub(super) mod actions;
pub(super) mod approvals;
pub(super) mod audit;
pub(super) mod batches;
pub(super) mod cases;
pub(super) mod effects;
pub(super) mod frame;
pub(super) mod home;
pub(super) mod link;
pub(super) mod monitoring;
pub(super) mod new;
pub(super) mod notices;
pub(super) mod policy;
pub(super) mod queues;
pub(super) mod records;
pub(super) mod reports;
pub(super) mod reviews;
pub(super) mod sign_in;
pub(super) mod simulate;
pub(super) mod sources;
pub(super) mod steering;
pub(super) mod terms;
pub(super) mod versions;
pub(super) mod weighing;

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn files(directory: &Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// What a reader would see of a template that no page fills in: text between tags, and attributes that are read out.
    fn shown(template: &str) -> String {
        let without = |text: &str, begin: &str, end: &str| {
            let mut pieces = text.split(begin);
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |kept, piece| kept + piece.split_once(end).map_or("", |(_, after)| after))
        };
        let text = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
            .iter()
            .fold(template.to_owned(), |text, (begin, end)| without(&text, begin, end));
        let read_out = ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\""];
        let attributes =
            read_out.iter().flat_map(|name| text.split(name).skip(1)).filter_map(|rest| rest.split('"').next());
        let attributes: String = attributes.collect();
        without(&without(&text, "<", ">"), "&", ";") + &attributes
    }

    #[test]
    fn templates_hold_no_words_of_their_own() {
        for (template, words) in [
            ("<p>{{ words.lead }}</p>", false),
            ("<p>{% if a %}{{ b }}{% endif %} - 1 &rarr;</p>", false),
            ("<p>首页</p>", true),
            ("<p>{{ words.lead }} Home</p>", true),
            ("<a aria-label=\"Home\" href=\"/\">{{ x }}</a>", true),
            ("<a aria-label=\"{{ words.home }}\" href=\"/home\">{{ x }}</a>", false),
        ] {
            assert_eq!(shown(template).chars().any(char::is_alphabetic), words, "{template}");
        }
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/console");
        for file in files(&templates) {
            // The demo's provider is not the console.
            if file.ends_with("demo_provider.html") || file.extension().is_none_or(|end| end != "html") {
                continue;
            }
            let text = shown(&std::fs::read_to_string(&file).unwrap());
            let own = text.lines().find(|line| line.chars().any(char::is_alphabetic));
            assert_eq!(own, None, "{}", file.display());
        }
    }
}
