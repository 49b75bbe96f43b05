//! A model as the file it is read from.

use std::fmt::Write;

use super::{Basis, Calibration, Field, LinkageModel};
use crate::identity::bits::{ONE, probability_parts};
use crate::identity::model::{Cost, Reason};
use crate::linkage::fields::WHOLE;

impl LinkageModel {
    /// The model as TOML: read again, it is the same model.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# A linkage model: which columns are compared, what each level of agreement weighs (log2 of m / u), which rows are\n\
             # candidates, from where on they match. m: how often two rows of ONE person stand at a level; u: how often those of two do.\n\n",
        );
        let basis = match self.basis {
            Basis::Assumed => "assumed",
            Basis::Trained => "trained",
        };
        let _ =
            writeln!(text, "schema = \"hedui-linkage-model/1\"\nname = {}\nbasis = \"{basis}\"", quoted(&self.name));
        let _ = writeln!(text, "source = {}\nid = {}\n", quoted(&self.source), quoted(&self.id));
        let probability = |log_odds: i32| decimal(probability_parts(log_odds));
        let _ = writeln!(text, "prior = \"{}\"", probability(self.prior_centibits));
        if let Some(rows) = self.prior_rows {
            let _ = writeln!(text, "prior_rows = {rows}");
        }
        match self.costs() {
            Some(Cost { review, false_match, missed }) => {
                let _ =
                    writeln!(text, "cost = {{ review = {review}, false_match = {false_match}, missed = {missed} }}");
            }
            None => {
                let [matching, looking] = [self.match_centibits, self.review_centibits].map(probability);
                let _ = writeln!(text, "match_at = \"{matching}\"\nreview_at = \"{looking}\"");
            }
        }
        let _ = writeln!(text, "margin_bits = {}\n", self.margin_centibits / 100);
        let Calibration { scale_percent, shift_centibits } = self.calibration;
        let _ = writeln!(text, "[calibration]\nscale_percent = {scale_percent}\nshift_centibits = {shift_centibits}\n");
        let sound = &self.tolerance;
        let _ = writeln!(
            text,
            "[sound]\nn_ng = {}\nl_n = {}\nh_f = {}\nretroflex = {}\nkeystroke = {}",
            sound.n_ng, sound.l_n, sound.h_f, sound.retroflex, sound.keystroke
        );
        for field in &self.fields {
            self.write_field(&mut text, field);
        }
        for block in &self.blocks {
            let on = block.text.split(", ").map(quoted).collect::<Vec<_>>().join(", ");
            let _ = write!(text, "\n[[block]]\non = [{on}]\n");
            if !block.estimate {
                text.push_str("estimate = false\n");
            }
            if let Some(largest) = block.largest {
                let _ = writeln!(text, "largest = {largest}");
            }
        }
        for dependence in &self.dependences {
            let given = &self.fields[dependence.given];
            let _ = write!(
                text,
                "\n[[dependence]]\nfield = {}\ngiven = {}\nwhen = [{}]\nkeep_percent = {}\nreason = {}\n",
                quoted(&self.fields[dependence.field].name),
                quoted(&given.name),
                named(given, &dependence.when),
                dependence.keep_percent,
                said(&dependence.reason)
            );
        }
        for together in &self.together {
            let _ = write!(
                text,
                "\n[[together]]\nwhen = {{ {} }}\ncentibits = {}\nreason = {}\n",
                self.when(&together.when),
                together.centibits,
                said(&together.reason)
            );
        }
        for conflict in &self.conflicts {
            let when = self.when(&conflict.when);
            let _ = write!(text, "\n[[conflict]]\nwhen = {{ {when} }}\nreason = {}\n", said(&conflict.reason));
        }
        text
    }

    /// Levels of some fields, as a condition.
    fn when(&self, when: &[(usize, Vec<bool>)]) -> String {
        let fields = when.iter().map(|(field, levels)| {
            let field = &self.fields[*field];
            format!("{} = [{}]", quoted(&field.name), named(field, levels))
        });
        fields.collect::<Vec<_>>().join(", ")
    }

    fn write_field(&self, text: &mut String, field: &Field) {
        let _ = write!(text, "\n[[field]]\ncolumn = {}\nkind = \"{}\"\n", quoted(&field.name), field.kind.key());
        for (key, heading) in ["left", "right"].iter().zip(&field.headings).filter(|(_, own)| **own != field.name) {
            let _ = writeln!(text, "{key} = {}", quoted(heading));
        }
        for (key, other) in [("swapped_with", field.swapped_with), ("derived_from", field.derived_from)] {
            if let Some(other) = other {
                let _ = writeln!(text, "{key} = {}", quoted(&self.fields[other].name));
            }
        }
        text.push_str("levels = [\n");
        for level in &field.levels {
            let (m, u) = (decimal(level.m), decimal(level.u));
            let _ = write!(text, "    {{ level = \"{}\", m = \"{m}\", u = \"{u}\"", level.level);
            if level.frequency_percent > 0 {
                let _ = write!(text, ", frequency_percent = {}", level.frequency_percent);
            }
            if level.frequency_of != WHOLE {
                let _ = write!(text, ", frequency_of = {}", quoted(&level.frequency_of));
            }
            text.push_str(" },\n");
        }
        text.push_str("]\n");
    }
}

/// The levels that are named, `missing` and `left_out` the last.
fn named(field: &Field, which: &[bool]) -> String {
    let names = field.levels.iter().map(|level| level.level.as_str()).chain(["missing", "left_out"]);
    names.zip(which).filter(|(_, named)| **named).map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A reason, in both languages where they differ.
fn said(reason: &Reason) -> String {
    let Reason { zh, en } = reason;
    if zh == en { quoted(en) } else { format!("{{ zh = {}, en = {} }}", quoted(zh), quoted(en)) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Parts per trillion as a decimal without trailing zeros.
fn decimal(parts: u64) -> String {
    let text = format!("{}.{:012}", parts / ONE, parts % ONE);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
