//! Reads a request from outside bytes and lists **every** fault with its JSON pointer. Pure: nothing is asked, nothing stored.
//!
//! `document` reads the JSON (repeated fields), `shape` walks it (types, unknown fields), `person` and `consent` read people and authorisations, `whole` checks what
//! only the whole request can show (repeated members, references). No fault ever repeats the faulty value.

mod consent;
mod document;
pub(super) mod person;
pub(super) mod place;
pub mod schema;
pub(super) mod shape;
mod whole;
mod written;

use jiff::civil::Date;

use crate::household::{
    Fault, Faults, Household, LegalBasis, LegalBasisKind, MemberRef, Purpose, Region, RegisteredAs, Request, SourceKey,
};
use crate::identity::holds_personal_number;
use crate::report::jose::RecipientKey;
pub use person::document_remedy;
use shape::Object;
pub use written::document_of;

/// Largest request, bytes.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// Most people in a household, obligors included.
pub const MAX_PEOPLE: usize = 30;

/// What a request is checked against.
pub struct IntakeContext<'a> {
    /// Today in China.
    pub today: Date,
    /// Whether rules exist for a region.
    pub knows_region: &'a dyn Fn(&Region) -> bool,
    /// Whether they hold on a day.
    pub covers_day: &'a dyn Fn(&Region, Date) -> bool,
    /// What the rules of a region on a day lack for a screening: the key of a parameter.
    pub lacks: &'a dyn Fn(&Region, Date, Purpose) -> Option<&'static str>,
    /// Departments an authorisation may name.
    pub sources: &'a [SourceKey],
    /// Whether the caller has a registered key, so that a request need not bring one.
    pub has_registered_key: bool,
}

/// Reads and checks a request.
///
/// # Errors
/// Every fault, in the order of the document.
pub fn read_request(bytes: &[u8], context: &IntakeContext<'_>) -> Result<Request, Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(value) = parse(bytes, &mut faults) else { return Err(faults.0) };
    let mut root = match Object::new("", value, &mut faults) {
        Some(root) => root,
        None => return Err(faults.0),
    };
    let request = read_root(&mut root, context, &mut faults);
    root.finish(&mut faults);
    whole::check(&request, context, &mut faults);
    if faults.is_empty() { Ok(request) } else { Err(faults.0) }
}

/// The JSON of a request, or what keeps it from being read.
pub(super) fn parse(bytes: &[u8], faults: &mut Faults) -> Option<serde_json::Value> {
    if bytes.len() > MAX_REQUEST_BYTES {
        faults.add(
            "",
            "too_large",
            "请求超过 256 KiB",
            "the request is larger than 256 KiB",
            ["每个请求只提交一个家庭", "send one household a request"],
        );
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let detail = format!("not UTF-8: the byte at offset {} is invalid", error.valid_up_to());
            faults.add(
                "",
                "invalid_utf8",
                "请求不是 UTF-8 编码",
                &detail,
                ["请求须用 UTF-8 编码（不是 GB18030）", "encode the request in UTF-8 (not GB18030)"],
            );
            return None;
        }
    };
    match document::read(text) {
        Ok((value, repeated)) => {
            for pointer in &repeated {
                let remedy = ["每个字段只保留一个", "keep one of them"];
                faults.add(pointer, "duplicate_field", "字段重复", "stands more than once in its object", remedy);
            }
            Some(value)
        }
        Err(error) => {
            let detail = format!("not JSON: fault at line {}, column {}", error.line(), error.column());
            faults.add(
                "",
                "invalid_json",
                "请求不是有效的 JSON",
                &detail,
                ["检查该处的逗号、引号和括号", "check commas, quotes and brackets at that place"],
            );
            None
        }
    }
}

fn read_root(root: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Request {
    let purpose = root.named("purpose", Purpose::parse, Purpose::ALL.iter().map(|p| p.as_str()), faults);
    let region = read_region(root, context, faults);
    let as_of = root.required_date("as_of", faults);
    let reference = root.text("reference", 128, faults);
    if reference.as_deref().is_some_and(holds_personal_number) {
        faults.add(
            &root.at("reference"),
            "personal_number",
            "业务编号中含有身份证号码或手机号码",
            "holds an ID number or a mobile number",
            [
                "请改用本单位的业务编号，例如 HN-2026-000123：编号会出现在网址和名单中",
                "use your office's own case number, such as HN-2026-000123: references stand in addresses and lists",
            ],
        );
    }
    let commissioned_by = person::read_commission(root, faults);
    let legal_basis = read_legal_basis(root, faults);
    let applicant = MemberRef(root.required_text("applicant", 32, faults));
    let kin_of_official = root.boolean("kin_of_official", faults).unwrap_or(false);
    let household = read_household(root, context, faults);
    let recipient_key = read_recipient_key(root, context, faults);
    Request {
        purpose: purpose.unwrap_or(Purpose::DibaoApplication),
        region,
        as_of: as_of.unwrap_or(context.today),
        reference,
        commissioned_by,
        legal_basis,
        applicant,
        kin_of_official,
        household,
        recipient_key,
    }
}

fn read_region(root: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Region {
    let region = Region(root.required_text("region", 6, faults));
    if region.as_str().is_empty() {
        return region;
    }
    if !Region::is_code(region.as_str()) {
        faults.add(
            "/region",
            "region_shape",
            "行政区划代码应为六位数字",
            "a region is a GB/T 2260 code of six digits",
            ["例如 620422", "e.g. 620422"],
        );
    } else if !(context.knows_region)(&region) {
        let remedy = [
            "使用本县代码，或为该地区配置政策参数包",
            "use the county's code, or install a pack for it (hedui policy)",
        ];
        faults.add("/region", "unknown_region", "没有该地区的政策参数", "no pack covers this region", remedy);
    }
    region
}

fn read_legal_basis(root: &mut Object, faults: &mut Faults) -> LegalBasis {
    let fallback = LegalBasis { kind: LegalBasisKind::Authorisation, document_number: None };
    let Some(mut object) = root.object("legal_basis", faults) else { return fallback };
    let kinds = LegalBasisKind::ALL.iter().map(|kind| kind.as_str());
    let kind = object.named("kind", LegalBasisKind::parse, kinds, faults).unwrap_or(LegalBasisKind::Authorisation);
    let document_number = object.text("document_number", 128, faults);
    if kind != LegalBasisKind::Authorisation && document_number.is_none() {
        let pointer = object.at("document_number");
        let remedy = [
            "填写法定职责或紧急情形所依据文件的文号",
            "give the number of the document that the duty or emergency rests on",
        ];
        faults.add(&pointer, "required", "法定职责或紧急情形须注明文号", "is required for this legal basis", remedy);
    }
    object.finish(faults);
    LegalBasis { kind, document_number }
}

fn read_household(root: &mut Object, context: &IntakeContext<'_>, faults: &mut Faults) -> Household {
    let empty =
        Household { registered_as: RegisteredAs::Urban, address: None, members: Vec::new(), obligors: Vec::new() };
    let Some(mut object) = root.required_object("household", faults) else { return empty };
    let kinds = RegisteredAs::ALL.iter().map(|kind| kind.as_str());
    let registered_as = object.named("registered_as", RegisteredAs::parse, kinds, faults);
    let address = object.text("address", 256, faults).map(Into::into);
    let members = object.required_array("members", faults);
    let obligors = object.array("obligors", faults);
    if members.is_empty() || members.len() + obligors.len() > MAX_PEOPLE {
        let pointer = object.at("members");
        let remedy = ["按共同生活的家庭拆分提交", "split larger groups into the households that live together"];
        faults.add(
            &pointer,
            "count",
            "家庭成员应为 1 至 30 人",
            "a household has 1 to 30 people, obligors included",
            remedy,
        );
    }
    let members = members.into_iter().take(MAX_PEOPLE);
    let members =
        members.filter_map(|(pointer, value)| person::read_member(&pointer, value, context, faults)).collect();
    let obligors = obligors.into_iter().take(MAX_PEOPLE);
    let obligors =
        obligors.filter_map(|(pointer, value)| person::read_obligor(&pointer, value, context, faults)).collect();
    object.finish(faults);
    Household { registered_as: registered_as.unwrap_or(RegisteredAs::Urban), address, members, obligors }
}

fn read_recipient_key(
    root: &mut Object,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<serde_json::Value> {
    let Some(key) = root.take("recipient_key") else {
        if !context.has_registered_key {
            let remedy = [
                "提交 JWK 格式的 P-256 公钥，或在 clients.toml 中登记",
                "send a P-256 public key as JWK, or register one in clients.toml",
            ];
            faults.add("/recipient_key", "required", "缺少报告接收方公钥", "no key to seal the report for", remedy);
        }
        return None;
    };
    drop(RecipientKey::from_request(&key, "/recipient_key", faults));
    Some(key)
}
