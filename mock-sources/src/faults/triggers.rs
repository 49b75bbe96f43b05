//! Trigger people: ID numbers that belong to nobody in the population and make every department misbehave in one way, always. Their
//! names do not matter. Where nothing else is said, the department answers afterwards that there is no record.

use super::plan::{Delay, Fault};

/// A person whom every department knows to have no record: for probes.
pub const PROBE: &str = "110101199003070038";
/// The probe person's name.
pub const PROBE_NAME: &str = "测试员";

/// No answer; the connection stays open.
pub const TIMEOUT: &str = "110101199101010012";
/// The connection is reset in the middle of the body.
pub const CUT: &str = "110101199101010020";
/// The body's second half is rubbish.
pub const MALFORMED: &str = "110101199101010039";
/// The body is in another encoding.
pub const WRONG_ENCODING: &str = "110101199101010047";
/// The body is 64 MiB long.
pub const OVERSIZED: &str = "110101199101010055";
/// A byte every 200 ms.
pub const SLOW_DRIP: &str = "110101199101010063";
/// HTTP 500.
pub const SERVER_ERROR: &str = "110101199101010071";
/// The department says that it failed.
pub const REFUSED: &str = "11010119910101008X";
/// The department says that it is busy.
pub const BUSY: &str = "110101199101010098";
/// Busy twice, then answered once, and so on; counted in each department.
pub const BUSY_TWICE: &str = "110101199101010100";
/// The answer comes 3 seconds late.
pub const SLOW: &str = "110101199101010119";
/// 429 with `Retry-After: 1` once, then answered once, and so on; counted in each department.
pub const RATE_LIMITED: &str = "110101199101010127";
/// 503 with `Retry-After: 2`.
pub const MAINTENANCE: &str = "110101199101010135";
/// Asynchronous departments never finish the batch.
pub const NEVER_TICKET: &str = "110101199101010143";
/// Asynchronous departments take 2 seconds longer.
pub const LATE_TICKET: &str = "110101199101010151";
/// Asynchronous departments fail the batch.
pub const FAILED_TICKET: &str = "11010119910101016X";
/// Bank LZB does not answer.
pub const MISSING_BANK: &str = "110101199101010178";

/// What happens to one who is asked about, and how many requests of how many: (2, 3) is "twice, then not, and so on".
pub(super) fn of(number: &str) -> Option<(Fault, (u64, u64))> {
    let always = (1, 1);
    Some(match number {
        TIMEOUT => (Fault::Timeout, always),
        CUT => (Fault::Cut, always),
        MALFORMED => (Fault::Malformed, always),
        WRONG_ENCODING => (Fault::WrongEncoding, always),
        OVERSIZED => (Fault::Oversized { bytes: 64 << 20 }, always),
        SLOW_DRIP => (Fault::SlowDrip { bytes: 1, every_ms: 200 }, always),
        SERVER_ERROR => (Fault::Error { status: 500 }, always),
        REFUSED => (Fault::Refuse, always),
        BUSY => (Fault::Busy, always),
        BUSY_TWICE => (Fault::Busy, (2, 3)),
        SLOW => (Fault::Delay(Delay::FixedMs(3_000)), always),
        RATE_LIMITED => (Fault::RateLimit { per_second: 1, retry_after_secs: 1 }, (1, 2)),
        MAINTENANCE => (Fault::Maintenance { retry_after_secs: Some(2) }, always),
        NEVER_TICKET => (Fault::NeverTicket, always),
        LATE_TICKET => (Fault::LateTicket { extra_ms: 2_000 }, always),
        FAILED_TICKET => (Fault::FailedTicket, always),
        MISSING_BANK => (Fault::MissingBank { bank: "LZB".into() }, always),
        _ => return None,
    })
}

/// All trigger people's numbers, the probe person's apart.
pub const ALL: [&str; 17] = [
    TIMEOUT,
    CUT,
    MALFORMED,
    WRONG_ENCODING,
    OVERSIZED,
    SLOW_DRIP,
    SERVER_ERROR,
    REFUSED,
    BUSY,
    BUSY_TWICE,
    SLOW,
    RATE_LIMITED,
    MAINTENANCE,
    NEVER_TICKET,
    LATE_TICKET,
    FAILED_TICKET,
    MISSING_BANK,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::id_numbers::{check_character, is_valid};

    #[test]
    fn all_numbers_are_valid_and_do_something() {
        assert!(is_valid(PROBE));
        assert_eq!(of(PROBE), None);
        for number in ALL {
            assert!(is_valid(number), "{number}: the check character is {:?}", check_character(number));
            assert!(of(number).is_some(), "{number}");
        }
    }
}
