//! What stands around a document that is no part of it: a bar above it while it is on a screen, and by which reading this copy was made.

use askama::Template;

/// What whoever serves a page puts around its document.
#[derive(Default)]
pub struct Around<'a> {
    /// Above it, on a screen alone.
    pub bar: Option<&'a Bar>,
    /// The reading that this copy was made by.
    pub reading: Option<Reading>,
}

/// A reading of a case's reports, as the log counts them. What is opened may be printed, so each counts as a print (第 n 次打印).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which of the case it is, from 1.
    pub nth: u64,
    /// Its entry in the log.
    pub entry: u64,
}

/// Where somebody goes from a document, and how it is printed.
#[derive(Template)]
#[template(path = "bar.html")]
pub struct Bar {
    /// What the bar is called.
    pub label: &'static str,
    /// Back to what the document is of.
    pub back: Link,
    /// The document in its forms.
    pub forms: Vec<Link>,
    /// What else there is.
    pub links: Vec<Link>,
    /// Word on the button that prints.
    pub print: &'static str,
    /// How to print without it.
    pub hint: &'static str,
    /// The script behind the button.
    pub script: &'static str,
    /// Where the document's style sheet is, with the bar's rules: whoever serves pages with bars serves it beside them, so that each is shorter.
    pub style: &'static str,
}

/// A link of a bar.
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: &'static str,
    /// Whether the document at hand is it.
    pub here: bool,
}

impl Link {
    /// A link that leads elsewhere.
    #[must_use]
    pub fn to(href: String, text: &'static str) -> Self {
        Self { href, text, here: false }
    }
}

/// A document as a page.
pub struct Page {
    /// The page.
    pub html: String,
    /// The content of its style element: what a content security policy has to allow by its hash.
    pub style: String,
}

impl Around<'_> {
    /// What of a style sheet stands in the page itself.
    pub(in crate::report) fn styled(&self, own: &'static str) -> &'static str {
        if self.bar.is_some() { "" } else { own }
    }
}
