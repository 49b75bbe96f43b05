//! Whether a revocation list can be used.

use jiff::Timestamp;
use rustls::pki_types::CertificateRevocationListDer;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode as _;

/// When the next list comes; that time must lie ahead.
pub(super) fn in_date(list: &CertificateRevocationListDer<'_>, now: Timestamp) -> Result<Timestamp, String> {
    let list: CertificateList =
        CertificateList::from_der(list).map_err(|error| format!("is no revocation list: {error}"))?;
    let Some(next) = list.tbs_cert_list.next_update else {
        return Err("does not say when the next list comes (nextUpdate)".into());
    };
    let secs = i64::try_from(next.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let until = Timestamp::from_second(secs).unwrap_or(Timestamp::MAX);
    if until <= now { Err(format!("ran out at {until}: fetch the authority's new list")) } else { Ok(until) }
}
