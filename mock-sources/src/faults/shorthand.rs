//! A fault on the command line: `tax: error=500 share=250`. The same words as in the TOML, on one line.

use std::str::FromStr;

use super::plan::{Delay, Fault, FaultPlan, FaultRule, Operation, PlanError};

/// What may be written, for `--help`.
pub const SHORTHAND_HELP: &str = "A fault: 'DEPARTMENT: WHAT [share=N] [first=N] [after=N] [seconds=N] [person=ID] [operation=submit|status|result]'. \
DEPARTMENT is a key or *; share is of a thousand requests. WHAT is one of delay=MS, delay=MS..MS, delay=~MS (exponential), error=STATUS, refuse, busy, timeout, \
cut, malformed, wrong_encoding, other_charset, truncated, extra_field=NAME, missing_field=NAME, oversized=BYTES, slow_drip=BYTES/MS, maintenance[=SECONDS], rate_limit=PER_SECOND/SECONDS, \
late_ticket=MS, never_ticket, failed_ticket, missing_bank=CODE. May be given several times";

impl FromStr for FaultRule {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let wrong = |what: &str| PlanError::Unreadable(format!("'{text}': {what}"));
        let (department, rest) = text.split_once(':').ok_or_else(|| wrong("write 'DEPARTMENT: WHAT'"))?;
        let mut words = rest.split_whitespace();
        let what = words.next().ok_or_else(|| wrong("nothing goes wrong: name a fault after the colon"))?;
        let mut rule = Self::always(department.trim(), fault(what).map_err(|what| wrong(&what))?);
        for word in words {
            condition(&mut rule, word).map_err(|what| wrong(&what))?;
        }
        let mut plan = FaultPlan { seed: 0, faults: vec![rule] }.checked()?;
        plan.faults.pop().ok_or_else(|| wrong("no fault"))
    }
}

fn number<T: FromStr>(key: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{key}: '{text}' is not a number that fits"))
}

fn condition(rule: &mut FaultRule, word: &str) -> Result<(), String> {
    let (key, value) = word.split_once('=').ok_or_else(|| format!("'{word}' is no condition; write key=value"))?;
    match key {
        "share" => rule.share_permille = Some(number(key, value)?),
        "first" => rule.first_requests = Some(number(key, value)?),
        "after" => rule.after_seconds = Some(number(key, value)?),
        "seconds" => rule.for_seconds = Some(number(key, value)?),
        "person" => rule.person = Some(value.to_owned()),
        "operation" => {
            rule.operation = Some(match value {
                "submit" => Operation::Submit,
                "status" => Operation::Status,
                "result" => Operation::Result,
                _ => return Err("operation: submit, status or result".to_owned()),
            });
        }
        _ => return Err(format!("no condition '{key}'; there are share, first, after, seconds, person and operation")),
    }
    Ok(())
}

fn fault(word: &str) -> Result<Fault, String> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let plain = match name {
        "refuse" => Some(Fault::Refuse),
        "busy" => Some(Fault::Busy),
        "timeout" => Some(Fault::Timeout),
        "cut" => Some(Fault::Cut),
        "malformed" => Some(Fault::Malformed),
        "wrong_encoding" => Some(Fault::WrongEncoding),
        "other_charset" => Some(Fault::OtherCharset),
        "truncated" => Some(Fault::Truncated),
        "never_ticket" => Some(Fault::NeverTicket),
        "failed_ticket" => Some(Fault::FailedTicket),
        "maintenance" if value.is_none() => Some(Fault::Maintenance { retry_after_secs: None }),
        _ => None,
    };
    match (plain, value) {
        (Some(fault), None) => Ok(fault),
        (Some(_), Some(_)) => Err(format!("{name} takes no value")),
        (None, Some(value)) => valued(name, value),
        (None, None) => Err(format!("no fault '{name}', or it needs a value: {name}=…")),
    }
}

fn valued(name: &str, value: &str) -> Result<Fault, String> {
    let pair = || value.split_once('/').ok_or_else(|| format!("{name}: two numbers, such as 4/200"));
    Ok(match name {
        "delay" => Fault::Delay(delay(value)?),
        "error" => Fault::Error { status: number(name, value)? },
        "oversized" => Fault::Oversized { bytes: number(name, value)? },
        "slow_drip" => {
            let (bytes, every) = pair()?;
            Fault::SlowDrip { bytes: number(name, bytes)?, every_ms: number(name, every)? }
        }
        "maintenance" => Fault::Maintenance { retry_after_secs: Some(number(name, value)?) },
        "rate_limit" => {
            let (rate, after) = pair()?;
            Fault::RateLimit { per_second: number(name, rate)?, retry_after_secs: number(name, after)? }
        }
        "late_ticket" => Fault::LateTicket { extra_ms: number(name, value)? },
        "extra_field" => Fault::ExtraField { name: value.to_owned() },
        "missing_field" => Fault::MissingField { name: value.to_owned() },
        "missing_bank" => Fault::MissingBank { bank: value.to_owned() },
        _ => return Err(format!("no fault '{name}' with a value")),
    })
}

fn delay(value: &str) -> Result<Delay, String> {
    if let Some(mean) = value.strip_prefix('~') {
        return Ok(Delay::ExponentialMs(number("delay", mean)?));
    }
    match value.split_once("..") {
        Some((low, high)) => Ok(Delay::UniformMs(number("delay", low)?, number("delay", high)?)),
        None => Ok(Delay::FixedMs(number("delay", value)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_the_toml_says() {
        for (line, toml) in [
            (
                "tax: error=500 share=250",
                "department = \"tax\"\nshare_permille = 250\nwhat = { error = { status = 500 } }",
            ),
            ("*: delay=20..80", "department = \"*\"\nwhat = { delay = { uniform_ms = [20, 80] } }"),
            ("*: delay=~40", "department = \"*\"\nwhat = { delay = { exponential_ms = 40 } }"),
            ("health:delay=40", "department = \"health\"\nwhat = { delay = { fixed_ms = 40 } }"),
            (
                "vehicles: maintenance=30 seconds=60",
                "department = \"vehicles\"\nfor_seconds = 60\nwhat = { maintenance = { retry_after_secs = 30 } }",
            ),
            ("vehicles: maintenance", "department = \"vehicles\"\nwhat = { maintenance = {} }"),
            (
                "finance: timeout operation=status first=2",
                "department = \"finance\"\noperation = \"status\"\nfirst_requests = 2\nwhat = \"timeout\"",
            ),
            (
                "education: slow_drip=4/5",
                "department = \"education\"\nwhat = { slow_drip = { bytes = 4, every_ms = 5 } }",
            ),
            (
                "tax: rate_limit=2/1",
                "department = \"tax\"\nwhat = { rate_limit = { per_second = 2, retry_after_secs = 1 } }",
            ),
            ("finance: missing_bank=LZB", "department = \"finance\"\nwhat = { missing_bank = { bank = \"LZB\" } }"),
            ("finance: late_ticket=200", "department = \"finance\"\nwhat = { late_ticket = { extra_ms = 200 } }"),
            (
                "tax: busy person=110101199003070038",
                "department = \"tax\"\nperson = \"110101199003070038\"\nwhat = \"busy\"",
            ),
            (
                "securities: error=503 after=10 seconds=20",
                "department = \"securities\"\nafter_seconds = 10\nfor_seconds = 20\nwhat = { error = { status = 503 } }",
            ),
            ("vehicles: missing_field=zt", "department = \"vehicles\"\nwhat = { missing_field = { name = \"zt\" } }"),
            ("insurance: truncated", "department = \"insurance\"\nwhat = \"truncated\""),
            ("vehicles: other_charset", "department = \"vehicles\"\nwhat = \"other_charset\""),
        ] {
            let plan = FaultPlan::from_toml(&format!("[[fault]]\n{toml}\n")).unwrap();
            assert_eq!(line.parse::<FaultRule>().unwrap(), plan.faults[0], "{line}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        for (line, said) in [
            ("tax error=500", "DEPARTMENT: WHAT"),
            ("tax:", "nothing goes wrong"),
            ("tax: explode", "no fault 'explode'"),
            ("tax: error", "needs a value"),
            ("tax: busy=3", "takes no value"),
            ("tax: error=many", "not a number"),
            ("tax: error=200", "between 400 and 599"),
            ("taxes: busy", "no such department"),
            ("tax: busy often", "no condition"),
            ("tax: busy often=1", "no condition 'often'"),
            ("tax: extra_field=a-b", "letters, digits"),
            ("tax: busy operation=status", "finance and insurance"),
            ("finance: busy operation=poll", "submit, status or result"),
        ] {
            let error = line.parse::<FaultRule>().unwrap_err().to_string();
            assert!(error.contains(said), "{line}: {error}");
        }
    }
}
