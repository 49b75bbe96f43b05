//! Bounds on TOML, checked before it is parsed: the parser bounds nested brackets but not dotted keys, and what it makes of both together
//! (78 brackets with keys of 70 dots each) is walked and dropped by recursion, which ends the stack and the process.

/// Tables and lists within each other, however they are written. What people write here needs six.
const DEEPEST: usize = 32;
/// Bytes of a key with its dots.
const LONGEST_KEY: usize = 1024;

/// Why a text is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    /// Tables within tables.
    #[error("tables and lists lie more than {DEEPEST} deep in each other")]
    TooDeep {
        /// Byte at which it is.
        at: usize,
    },
    /// One key.
    #[error("a key is longer than {LONGEST_KEY} bytes")]
    KeyTooLong {
        /// Byte at which it ends.
        at: usize,
    },
}

impl OutOfBounds {
    /// The byte at which the bound is passed.
    #[must_use]
    pub fn at(self) -> usize {
        match self {
            Self::TooDeep { at } | Self::KeyTooLong { at } => at,
        }
    }
}

/// Looks through a text, outside of its strings and comments. A text that is no TOML may pass: the parser refuses it.
///
/// # Errors
/// The first place that is out of bounds.
pub fn check(text: &str) -> Result<(), OutOfBounds> {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = string_end(bytes, at);
                continue;
            }
            b'#' => {
                at = next(bytes, at, b'\n');
                continue;
            }
            _ => scan.step(*byte, at)?,
        }
        at += 1;
    }
    Ok(())
}

#[derive(Default)]
struct Scan {
    /// How deep the header leads under which everything until the next one stands.
    header: usize,
    /// Whether the line is a header, not a list of a value.
    in_header: bool,
    /// Whether anything but white space has come on this line.
    begun: bool,
    /// What each open bracket adds: itself and the dots of the key before it.
    open: Vec<usize>,
    /// All of `open` together.
    opened: usize,
    /// Dots of the present key.
    dots: usize,
    /// Where the present key began.
    key_from: usize,
}

impl Scan {
    fn step(&mut self, byte: u8, at: usize) -> Result<(), OutOfBounds> {
        match byte {
            b'[' | b'{' => {
                if byte == b'[' && self.open.is_empty() && !self.begun {
                    (self.in_header, self.header) = (true, 0);
                }
                self.open.push(self.dots + 1);
                self.opened += self.dots + 1;
                self.restart(at);
            }
            b']' | b'}' => {
                if self.in_header {
                    self.key_ends(at)?;
                    self.header = self.header.max(self.opened + self.dots);
                }
                self.opened -= self.open.pop().unwrap_or(0);
                self.restart(at);
            }
            b',' => self.restart(at),
            b'\n' => {
                self.restart(at);
                self.begun = false;
                if self.in_header {
                    (self.in_header, self.opened) = (false, 0);
                    self.open.clear();
                }
            }
            b'=' => self.key_ends(at)?,
            b'.' => self.dots += 1,
            _ => {}
        }
        self.begun |= !byte.is_ascii_whitespace();
        let above = if self.in_header { 0 } else { self.header };
        if above + self.opened + self.dots > DEEPEST { Err(OutOfBounds::TooDeep { at }) } else { Ok(()) }
    }

    fn restart(&mut self, at: usize) {
        (self.dots, self.key_from) = (0, at + 1);
    }

    fn key_ends(&self, at: usize) -> Result<(), OutOfBounds> {
        if at - self.key_from > LONGEST_KEY { Err(OutOfBounds::KeyTooLong { at }) } else { Ok(()) }
    }
}

/// The byte behind the string that begins here.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let quote = bytes[from];
    let long = bytes.get(from..from + 3).is_some_and(|three| three.iter().all(|byte| *byte == quote));
    let mut at = if long { from + 3 } else { from + 1 };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at,
            _ if *byte == quote && !long => return at + 1,
            _ if *byte == quote && bytes.get(at..at + 3).is_some_and(|three| three.iter().all(|b| b == byte)) => {
                // Up to two quotes more belong to the string.
                let more = bytes[at + 3..].iter().take(2).take_while(|more| **more == quote).count();
                return at + 3 + more;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

fn next(bytes: &[u8], from: usize, wanted: u8) -> usize {
    bytes[from..].iter().position(|byte| *byte == wanted).map_or(bytes.len(), |found| from + found)
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    fn dotted(dots: usize) -> String {
        vec!["a"; dots + 1].join(".")
    }

    #[test]
    fn what_would_overflow_the_parser_is_refused_before_it() {
        let nest = |levels: usize, dots: usize, open: &str, close: &str| {
            let key = dotted(dots);
            let outside = format!("{key} = {open}").repeat(levels);
            format!("{outside}{}", close.repeat(levels))
        };
        for (text, what) in [
            (nest(78, 70, "{", "}"), "inline tables with dotted keys"),
            (format!("x = {}1{}", "[".repeat(200), "]".repeat(200)), "lists in lists"),
            (format!("{} = 1", dotted(100_000)), "one key of many dots"),
            (format!("[{}]\n", dotted(200)), "a header of many dots"),
            (format!("[{}]\n{} = {{ {} = 1 }}\n", dotted(12), dotted(12), dotted(12)), "all three together"),
            (format!("[[{}]]\n", dotted(100)), "a header of a list"),
            (format!("x = {}", "[{a = ".repeat(40)), "unclosed"),
        ] {
            let refused = check(&text).unwrap_err();
            assert!(matches!(refused, OutOfBounds::TooDeep { .. }), "{what}: {refused}");
        }
        let long = "k".repeat(2000);
        for text in [format!("a = 1\n{long} = 1"), format!("[{long}]"), format!("\"{long}\" = 1")] {
            assert!(matches!(check(&text), Err(OutOfBounds::KeyTooLong { .. })));
        }
    }

    #[test]
    fn what_people_write_passes_and_texts_and_comments_are_not_looked_into() {
        let dots = ".".repeat(100);
        let brackets = "[{".repeat(100);
        for text in [
            format!("a = \"{dots} \\\" {brackets}\"\nb = '{brackets}'\n# {brackets}{dots}\n"),
            format!("a = \"\"\"\n{dots} \"\" \\\"\"\" {brackets}\n\"\"\"\"\"\nb = '''{brackets}'' {dots}'''\n"),
            format!("\"{dots}\" = 1\n['{brackets}']\n"),
            "a = 1.5\n".repeat(5000),
            format!("a = [{}]\n", "{ b = 1.5, c = [1.5, 2.5] }, ".repeat(500)),
            format!("a = \"{}\"\n", "x".repeat(100_000)),
            "[a.b]\nc.d = { e.f = [[1]] }\n".to_owned(),
            "[[a]]\nb = 1\n".repeat(500),
        ] {
            assert_eq!(check(&text), Ok(()), "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn whatever_passes_is_parsed_without_an_overflow() {
        // The deepest that is let through, in every shape, on a stack of a task's size.
        let texts = [
            format!("{} = 1", dotted(31)),
            format!("x = {}1{}", "[".repeat(32), "]".repeat(32)),
            format!("{}1{}", "a = { ".to_owned() + &"b = {".repeat(31) + "c = ", "}".repeat(32)),
            format!("[{}]\nb = 1", dotted(31)),
        ];
        for text in texts {
            assert_eq!(check(&text), Ok(()), "{text}");
            let parsed = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
                drop(DeTable::parse_recoverable(&text));
            });
            parsed.unwrap().join().unwrap();
        }
    }
}
