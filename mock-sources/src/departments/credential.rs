//! The credential a department asks for, for whoever rehearses against the mocks. Published in `WIRES.md`, used nowhere else.

use super::Key;

impl Key {
    /// Bearer token, API key or signing secret, whichever the department's wire takes.
    #[must_use]
    pub fn credential(self) -> String {
        let kind = match self {
            Self::HouseholdRegistration
            | Self::SocialSecurity
            | Self::CivilMarriage
            | Self::Vehicles
            | Self::HousingFund
            | Self::Securities
            | Self::CivilAssistance
            | Self::Agriculture => "token",
            Self::Education
            | Self::MarketRegulation
            | Self::RealEstate
            | Self::Insurance
            | Self::Disability
            | Self::MedicalInsurance
            | Self::Veterans => "key",
            Self::Health | Self::Employment | Self::Tax | Self::Finance | Self::Justice => "secret",
        };
        format!("mock-{}-{kind}", self.as_str())
    }
}
