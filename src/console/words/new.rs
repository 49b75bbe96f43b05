//! A new verification: the form, what is checked before it is sent, and the upload of a request.

use crate::household::{Absence, Lang};

page_words! {
    /// What they say.
    NewWords {
        title: "发起核对", "Start a verification";
        lead: "按申请材料填写。提交前可逐项核对；提交之前不保存任何内容，也不向任何部门查询。", "Fill it in from the application. You see everything once more before it is sent; nothing is kept and nobody is asked until then.";
        by_file: "已有请求文件（JSON）？上传文件", "Have the request as a file (JSON)? Upload it";
        by_form: "改为逐项填写", "Fill in the form instead";
        section_case: "核对事项", "What is verified";
        purpose: "事项", "Purpose";
        choose: "请选择", "Choose one";
        region: "区划", "Region";
        region_hint: "六位行政区划代码", "The code of six digits (GB/T 2260)";
        as_of: "核对基准日", "As of";
        as_of_hint: "当日或更早，不早于三年前", "Today or earlier, within three years";
        reference: "本单位业务编号（选填）", "Your own reference (optional)";
        reference_hint: "例如 HN-2026-000123。不得使用身份证号码或手机号码。", "Such as HN-2026-000123; never an ID number or a mobile number.";
        basis: "核对依据", "Legal basis";
        document_number: "依据文件文号", "Number of the document";
        document_number_hint: "依据法定职责或紧急情形核对的，填写所依据文件的文号。", "For a statutory duty or an emergency: the number of the document that it rests on.";
        kin: "申请人是社会救助经办人员或村（居）委会成员的近亲属", "The applicant is close kin of staff in charge of assistance or of a village committee member";
        section_commission: "委托单位与调查人员", "Commissioned by";
        organisation: "委托单位", "Organisation";
        investigator_1: "调查人员一", "First investigator";
        investigator_2: "调查人员二", "Second investigator";
        commission_hint: "入户调查由两名调查人员共同办理。无委托的，三项均留空。", "Two people visit together. Leave all three empty if nobody commissioned it.";
        section_household: "家庭", "The household";
        registered_as: "户籍类别", "Registered as";
        address: "住址（选填）", "Address (optional)";
        applicant: "申请人", "Applicant";
        member: "家庭成员", "Member";
        obligor: "义务人", "Obligor";
        section_obligors: "赡养、抚养、扶养义务人", "People with a duty of support";
        obligors_about: "不共同生活、依法负有赡养、抚养、扶养义务的人。没有的，不必添加。", "People outside the household who must support a member by law. None need be added.";
        obliged_to: "对谁负有义务", "Whom they must support";
        obliged_basis: "义务依据", "On what the duty rests";
        obliged_basis_hint: "法律规定、协议或判决，例如：子女赡养父母", "Law, agreement or judgment; such as: a child supports the parents";
        agreed: "约定每月给付（元，选填）", "Agreed support a month, yuan (optional)";
        household_size: "义务人家庭人口（选填）", "People in the obligor’s household (optional)";
        supports: "义务人应供养的人数（选填）", "People the obligor must support (optional)";
        relation: "与申请人家庭的关系", "Relation to the household";
        relation_hint: "GB/T 4761 代码", "Code of GB/T 4761";
        name: "姓名", "Name";
        former_names: "曾用名（选填）", "Former names (optional)";
        former_names_hint: "多个用顿号分开", "Separated by commas";
        id_kind: "证件类型", "Kind of document";
        id_number: "证件号码", "Number of the document";
        id_number_hint: "居民身份证号码 18 位；出生日期和性别由号码得出", "18 characters of a resident identity card; it says birth date and sex";
        birth_date: "出生日期", "Birth date";
        sex: "性别", "Sex";
        male: "男", "male";
        female: "女", "female";
        not_stated: "未填", "not stated";
        phone: "电话（选填）", "Telephone (optional)";
        can_work: "劳动能力", "Able to work";
        can: "有劳动能力", "able to work";
        cannot: "无劳动能力", "not able to work";
        self_care: "丧失的自理能力项数（选填）", "Self-care activities lost (optional)";
        self_care_hint: "入户调查所见，六项中的 0 至 6 项", "0 to 6 of the six, as the visit found";
        absence: "不计入共同生活成员的情形（选填）", "Does not count as a member because (optional)";
        consent: "授权书", "Authorisation";
        consent_about: "无委托、不核对：没有本人或法定代理人的授权书，不向任何部门查询此人。", "No authorisation, no query: nobody is asked about a person who, or whose legal representative, has not signed.";
        auth_number: "授权书编号", "Number of the authorisation";
        signed_on: "签署日期", "Signed on";
        valid_until: "有效期至（选填）", "Valid until (optional)";
        valid_until_hint: "留空：至救助终止", "Empty: until the benefit ends";
        sha256: "扫描件 SHA-256 摘要（选填）", "SHA-256 of the scan (optional)";
        sha256_hint: "64 位十六进制数，不上传扫描件", "64 hexadecimal digits; the scan itself stays with you";
        purposes: "授权用途", "Covers the purpose";
        every_purpose: "全部社会救助用途", "every kind of social assistance";
        signed_by: "签署人", "Signed by";
        by_self: "本人", "the person";
        by_guardian: "监护人（本申请名单中的人）", "a guardian, who is in this request";
        by_agent: "代理人", "an agent";
        guardian: "监护人", "Guardian";
        agent_name: "代理人姓名", "Agent’s name";
        agent_number: "代理人身份证号码", "Agent’s ID number";
        agent_basis: "代理依据", "On what the agent acts";
        agent_basis_hint: "监护判决、授权委托书等", "Ruling on guardianship, power of attorney, …";
        sources: "授权查询范围", "Departments that may be asked";
        all_sources: "全部部门", "all of them";
        some_sources: "仅限下列部门", "only these";
        some: "授权查询的部门", "Departments";
        declared: "申报的收入和财产", "Declared income and property";
        declared_about: "按申请人申报填写，与部门反馈对照。未申报的不添加。", "As the family declared it, to be held against what departments find.";
        income: "申报收入", "Declared income";
        property: "申报财产", "Declared property";
        class: "类别", "Class";
        annual: "年收入（元）", "A year, yuan";
        informal: "零工、务农等，部门无记录", "informal, no department has it";
        value: "价值（元，选填）", "Value, yuan (optional)";
        count: "数量（选填）", "How many (optional)";
        add_member: "添加家庭成员", "Add a member";
        add_obligor: "添加义务人", "Add an obligor";
        add_income: "添加收入", "Add income";
        add_property: "添加财产", "Add property";
        remove: "删除", "Remove";
        edit: "填写或修改", "Fill in or change";
        recipient_key: "报告接收公钥（JWK）", "Key that reports are sealed for (JWK)";
        recipient_key_hint: "您的登记中没有公钥。填写本单位的 P-256 公钥，或请安全管理员登记。", "None is registered for you. Give your office’s P-256 public key, or have one registered.";
        check: "下一步：核对填写内容", "Next: look at everything once more";
        check_title: "请核对填写内容", "Check before you send";
        check_lead: "确认无误后提交。提交后立即向获得授权的部门查询，每次查询均记入审计日志。", "When it is right, send it. The departments covered by the authorisations are then asked at once, and each query is logged.";
        send: "确认提交", "Send";
        change: "返回修改", "Change something";
        file_title: "上传请求文件", "Upload a request";
        file_lead: "一个文件为一个家庭，格式为接口所定的 JSON（/schemas/request.json），UTF-8 编码，不超过 256 KiB。多个家庭请用批次。", "One household a file, in the JSON of the interface (/schemas/request.json), UTF-8, at most 256 KiB. Send many households as a batch.";
        file: "请求文件", "File";
        file_missing: "请选择一个 JSON 文件", "Choose a JSON file";
        file_large: "文件超过 256 KiB。一个文件只能是一个家庭。", "The file is larger than 256 KiB. One household a file.";
        file_broken: "文件没有传完，请重新上传", "The file did not come whole: send it again";
        file_faults: "文件中的问题", "What is wrong with the file";
        file_faults_about: "全部问题一次列出，未提交。按位置（JSON Pointer）更正后重新上传。", "Everything at once; nothing was sent. Correct it by place (JSON pointer) and upload it again.";
        file_refused: "文件未被受理", "The file was not accepted";
        place: "位置", "Place";
        whole: "整个文件", "the whole file";
        wrong: "问题", "What is wrong";
        remedy: "如何更正", "What to do";
        valid: "号码有效：{birth}出生，{sex}", "The number is valid: born {birth}, {sex}";
        future: "授权书签署日期在将来：核对授权书上的日期", "lies in the future: check the date on the document";
        expired: "授权书已过期：重新签署", "the authorisation has expired: have it signed again";
        before_signing: "授权书有效期早于签署日期：核对两个日期", "ends before it was signed: check both dates";
        day_form: "{y}年{m}月{d}日", "{y}-{mm}-{dd}";
    }
}

/// Why somebody does not count as a member.
pub(in crate::console) fn absence(absence: Absence, lang: Lang) -> &'static str {
    match absence {
        Absence::Clergy => lang.pick("在宗教场所居住满三年", "lives in a religious house for three years or more"),
        Absence::DeclaredMissing => lang.pick("已被宣告失踪", "declared missing"),
    }
}

/// The title of a person's part: a member or obligor by number, and the name.
pub(in crate::console) fn person(kind: &str, number: usize, name: &str) -> String {
    format!("{kind} {number}{}{name}", if name.is_empty() { "" } else { " · " })
}
