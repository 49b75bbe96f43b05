//! What can be wrong with a recipient's public key, in words for the person who sent it.

use crate::household::Faults;

/// One fault of a recipient key. Carries no value of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words().en)]
pub enum RecipientKeyFault {
    /// Not a JSON object.
    NotAnObject,
    /// `kty` is missing or neither `EC` nor `RSA`.
    KeyType,
    /// A symmetric key (`kty: oct`, or a member `k`).
    Symmetric,
    /// A private member is there: the whole private key was sent.
    Private {
        /// `d`, `p`, `q`, ….
        member: &'static str,
    },
    /// `crv` is missing or not `P-256`.
    Curve,
    /// A member that must be there is not, or is not a string.
    Missing {
        /// `x`, `y`, `n`, `e`.
        member: &'static str,
    },
    /// Not base64url without padding.
    Base64Url {
        /// The member.
        member: &'static str,
    },
    /// A coordinate that is not 32 bytes.
    CoordinateLength {
        /// `x` or `y`.
        member: &'static str,
        /// Bytes found.
        bytes: usize,
    },
    /// The point is not on P-256.
    OffCurve,
    /// The RSA modulus is too short or too long.
    ModulusSize {
        /// Bits found.
        bits: usize,
    },
    /// The RSA public exponent is even or below 65537.
    Exponent,
    /// The RSA modulus and exponent are no key.
    NotRsa,
    /// `use` is not `enc`.
    Use,
    /// `key_ops` allows nothing that sealing needs.
    KeyOps {
        /// What one of must be allowed.
        wanted: &'static str,
    },
    /// `alg` asks for another algorithm than is used with this kind of key.
    Algorithm {
        /// What is used.
        wanted: &'static str,
    },
}

/// A fault in words.
struct Words {
    member: &'static str,
    code: &'static str,
    zh: String,
    en: String,
    remedy: &'static str,
}

impl RecipientKeyFault {
    /// Adds the fault to those of a request; `key` is the pointer to the key, for example `/recipient_key`.
    pub fn report(&self, key: &str, faults: &mut Faults) {
        let words = self.words();
        let pointer = if words.member.is_empty() { key.to_owned() } else { format!("{key}/{}", words.member) };
        faults.add(&pointer, words.code, &words.zh, &words.en, [self.remedy_zh(), words.remedy]);
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.words().code
    }

    /// The member at fault; empty for the key as a whole.
    #[must_use]
    pub fn member(&self) -> &'static str {
        self.words().member
    }

    /// What to do about it, in Chinese.
    #[must_use]
    pub fn remedy_zh(&self) -> &'static str {
        match self {
            Self::Private { .. } => "请重新生成密钥对，只提交公钥部分（kty、crv、x、y），并停用该密钥",
            Self::Symmetric => "请提交公钥：P-256 曲线的 EC 密钥，或不少于 2048 位的 RSA 密钥",
            Self::Curve => "请使用 P-256 曲线（又称 prime256v1、secp256r1）生成密钥",
            Self::Base64Url { .. } => "按 RFC 4648 第 5 节的字母表编码，不带“=”",
            Self::CoordinateLength { .. } => "保留前导零：坐标始终为 32 字节",
            Self::OffCurve => "重新导出密钥；x 与 y 可能颠倒或被截断",
            Self::ModulusSize { .. } | Self::Exponent | Self::NotRsa => {
                "请生成 2048 至 8192 位、公钥指数为 65537 的 RSA 密钥，或使用 P-256 曲线的 EC 密钥"
            }
            Self::KeyOps { .. } => "请提交用于加密的密钥，或删去 key_ops",
            Self::Algorithm { .. } => "删去 alg，或填写该算法",
            Self::Use => "请提交用于加密的密钥；签名与加密不得共用一个密钥",
            _ => "请提交 JWK 格式的公钥：kty 为 EC、crv 为 P-256，x 与 y 为 32 字节的 base64url",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.words().remedy
    }

    fn words(&self) -> Words {
        match self {
            Self::Private { .. } | Self::Symmetric => self.secret_words(),
            Self::ModulusSize { .. } | Self::Exponent | Self::NotRsa => self.rsa_words(),
            Self::Use | Self::KeyOps { .. } | Self::Algorithm { .. } => self.permission_words(),
            _ => self.form_words(),
        }
    }

    fn secret_words(&self) -> Words {
        let member = if let Self::Private { member } = self { member } else { "kty" };
        if *self == Self::Symmetric {
            return words(
                member,
                "recipient_key_symmetric",
                "这是对称密钥，不能用于接收报告",
                "this is a symmetric key: a report is only sealed to a public key",
                "send a public key: kty EC on P-256, or RSA of at least 2048 bits",
            );
        }
        words(
            member,
            "recipient_key_private",
            &format!("提交的是私钥（含成员 {member}），私钥不得外传"),
            &format!("this is a private key (it has the member {member}): it has left its owner's hands"),
            "make a new key pair, send its public half only (kty, crv, x, y), and stop using this key",
        )
    }

    fn form_words(&self) -> Words {
        const PUBLIC_KEY: &str =
            "send the public key as a JWK: kty EC, crv P-256, x and y as base64url of 32 bytes each";
        match self {
            Self::NotAnObject => {
                words("", "recipient_key_form", "应为JWK对象", "a recipient key is a JWK: a JSON object", PUBLIC_KEY)
            }
            Self::Curve => words(
                "crv",
                "recipient_key_curve",
                "仅支持P-256曲线",
                "the curve must be P-256",
                "make a key on P-256 (also called prime256v1 or secp256r1)",
            ),
            Self::Missing { member } => words(
                member,
                "recipient_key_missing",
                &format!("缺少成员 {member}，或其值不是字符串"),
                &format!("the member {member} is missing or not a string"),
                PUBLIC_KEY,
            ),
            Self::Base64Url { member } => words(
                member,
                "recipient_key_encoding",
                &format!("成员 {member} 不是无填充的base64url"),
                &format!("the member {member} is not base64url without padding"),
                "encode with the alphabet of RFC 4648 section 5, without `=`",
            ),
            Self::CoordinateLength { member, bytes } => words(
                member,
                "recipient_key_length",
                &format!("成员 {member} 应为32字节，实为{bytes}字节"),
                &format!("the coordinate {member} has {bytes} bytes: it must have 32"),
                "keep leading zeros: a coordinate is always the full 32 bytes",
            ),
            Self::OffCurve => words(
                "",
                "recipient_key_off_curve",
                "坐标不在P-256曲线上",
                "x and y are not a point of P-256",
                "export the key again; x and y may have been swapped or cut",
            ),
            _ => words(
                "kty",
                "recipient_key_type",
                "密钥类型应为EC（P-256）或RSA",
                "the key type must be EC (P-256) or RSA",
                PUBLIC_KEY,
            ),
        }
    }

    fn rsa_words(&self) -> Words {
        const REMEDY: &str = "make an RSA key of 2048 to 8192 bits with the public exponent 65537, or use EC on P-256";
        match self {
            Self::ModulusSize { bits } => words(
                "n",
                "recipient_key_size",
                &format!("RSA模数为{bits}位，应为2048至8192位"),
                &format!("the RSA modulus has {bits} bits: it must have 2048 to 8192"),
                REMEDY,
            ),
            Self::Exponent => words(
                "e",
                "recipient_key_exponent",
                "RSA公钥指数应为不小于65537的奇数",
                "the RSA public exponent must be odd and at least 65537",
                REMEDY,
            ),
            _ => words("", "recipient_key_rsa", "不是有效的RSA公钥", "n and e are not a valid RSA public key", REMEDY),
        }
    }

    fn permission_words(&self) -> Words {
        match self {
            Self::KeyOps { wanted } => words(
                "key_ops",
                "recipient_key_ops",
                &format!("key_ops不允许{wanted}"),
                &format!("key_ops does not allow {wanted}: the key is not meant to receive reports"),
                "send a key made for encryption, or leave key_ops out",
            ),
            Self::Algorithm { wanted } => words(
                "alg",
                "recipient_key_algorithm",
                &format!("此密钥应使用{wanted}"),
                &format!("reports are sealed to this kind of key with {wanted}, which alg does not name"),
                "leave alg out, or name that algorithm",
            ),
            _ => words(
                "use",
                "recipient_key_use",
                "该密钥不是加密用途（use应为enc）",
                "use must be enc: this key is not meant for encryption",
                "send a key made for encryption; never use one key for signing and for encryption",
            ),
        }
    }
}

fn words(member: &'static str, code: &'static str, zh: &str, en: &str, remedy: &'static str) -> Words {
    Words { member, code, zh: zh.to_owned(), en: en.to_owned(), remedy }
}
