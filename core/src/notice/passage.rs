//! The passages of a notice, with built-in words in English and Chinese.
//!
//! They follow what Regulation B (12 CFR 1002.9) and section 615(a) of the Fair Credit Reporting Act (15 U.S.C. 1681m(a)) ask of a
//! notice; the Chinese ones name the rights of the Personal Information Protection Law (articles 24, 45 and 46) and of the
//! Regulation on the Administration of the Credit Reporting Industry (articles 17 and 25). What a lender must say is for their lawyers:
//! every passage can be written anew in the bundle source.

/// A passage of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Passage {
    /// Heading.
    Title = 0,
    /// What was decided.
    Opening = 1,
    /// Before the principal reasons.
    Reasons = 2,
    /// The score, its range, date and source.
    Score = 3,
    /// Before the key factors of the score.
    Factors = 4,
    /// Before the sources of data that were used.
    Sources = 5,
    /// Before what was missing or could not be used.
    Absent = 6,
    /// Before the information that lies behind the reasons, for the applicant to check.
    Correct = 7,
    /// Before the change that would have been approved.
    Change = 8,
    /// Instead of it, if none was found.
    NoChange = 9,
    /// About the consumer reporting agency whose report was used.
    Bureau = 10,
    /// Rights.
    Rights = 11,
    /// Last lines.
    Closing = 12,
}

impl Passage {
    /// Every passage, in the order of its code.
    pub const ALL: [Self; 13] = [
        Self::Title,
        Self::Opening,
        Self::Reasons,
        Self::Score,
        Self::Factors,
        Self::Sources,
        Self::Absent,
        Self::Correct,
        Self::Change,
        Self::NoChange,
        Self::Bureau,
        Self::Rights,
        Self::Closing,
    ];

    /// What a text may have filled in, each as `{name}`.
    pub const PLACEHOLDERS: [&str; 10] = [
        "lender",
        "applicant",
        "date",
        "score",
        "lowest",
        "highest",
        "scored_on",
        "source",
        "bureau",
        "agency",
    ];

    /// Its code in a bundle.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its key in `[notice.texts]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Opening => "opening",
            Self::Reasons => "reasons",
            Self::Score => "score",
            Self::Factors => "factors",
            Self::Sources => "sources",
            Self::Absent => "absent",
            Self::Correct => "correct",
            Self::Change => "change",
            Self::NoChange => "no_change",
            Self::Bureau => "bureau",
            Self::Rights => "rights",
            Self::Closing => "closing",
        }
    }

    /// The built-in text, in English or Chinese.
    pub const fn built_in(self, chinese: bool) -> &'static str {
        if chinese { self.chinese() } else { self.english() }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Title => "Notice of action taken on your application",
            Self::Opening => {
                "Dear {applicant},\n\nWe have considered your application for credit and cannot approve it. This notice tells you why, \
                 which score we used, and what your rights are."
            }
            Self::Reasons => "The principal reasons for our decision are:",
            Self::Score => {
                "We used a credit score in our decision. Your score is {score}. Scores range from a low of {lowest} to a high of {highest}. \
                 It was made on {scored_on} by {source}. A score reflects the information about you on that day, and changes when the \
                 information changes."
            }
            Self::Factors => "The key factors that lowered your score are, the most important first:",
            Self::Sources => "The information came from these sources:",
            Self::Absent => {
                "We did not have this information about you, or could not use what we were given:"
            }
            Self::Correct => {
                "These reasons rest on the following information. Please check it, and tell us if any of it is wrong or out of date:"
            }
            Self::Change => {
                "With this change, and everything else as it was, the same application would have been approved. It explains the \
                 decision; it is no promise about a new application:"
            }
            Self::NoChange => {
                "We looked for a change of what you can influence with which the same application would have been approved, and \
                 found none within its bounds."
            }
            Self::Bureau => {
                "Our decision was based in whole or in part on information in a report from the consumer reporting agency named \
                 below. It played no part in our decision and cannot tell you why we made it. Under the Fair Credit Reporting Act you \
                 have a right to know the information in your file there, to a free copy of your report if you ask for it within 60 \
                 days of receiving this notice, and to dispute with the agency any information in it that is inaccurate or \
                 incomplete.\n\n{bureau}"
            }
            Self::Rights => {
                "The Federal Equal Credit Opportunity Act prohibits creditors from discriminating against credit applicants on the \
                 basis of race, color, religion, national origin, sex, marital status, age (provided the applicant has the capacity \
                 to enter into a binding contract); because all or part of the applicant's income derives from any public \
                 assistance program; or because the applicant has in good faith exercised any right under the Consumer Credit \
                 Protection Act. The Federal agency that administers compliance with this law concerning this creditor is: {agency}."
            }
            Self::Closing => "{lender}\n{date}",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Title => "信贷申请处理结果通知书",
            Self::Opening => {
                "尊敬的{applicant}：\n\n我们已审核您的信贷申请，现无法批准。本通知说明主要原因、所使用的评分以及您的权利。"
            }
            Self::Reasons => "本次决定的主要原因如下：",
            Self::Score => {
                "本次决定使用了信用评分。您的评分为{score}，评分最低为{lowest}，最高为{highest}。该评分由{source}于{scored_on}生成，\
                 反映当日所掌握的您的信息，并会随信息变化而变化。"
            }
            Self::Factors => "拉低您评分的关键因素如下（按重要程度排列）：",
            Self::Sources => "所使用信息的来源：",
            Self::Absent => "以下信息缺失或无法使用：",
            Self::Correct => "上述原因依据以下信息。请您核对，如有错误或已过时，请告知我们更正：",
            Self::Change => {
                "在其他条件不变的情况下，如有以下变化，同一申请本可获得批准。此处仅用于说明本次决定，不构成对新申请的承诺："
            }
            Self::NoChange => "我们在您可以改变的范围内查找了能使同一申请获得批准的变化，未找到。",
            Self::Bureau => {
                "本次决定全部或部分依据下列征信机构提供的报告作出。该机构未参与本次决定，无法说明决定的原因。根据《征信业管理条例》\
                 第十七条、第二十五条，您有权查询本人信用报告（每年两次免费）；认为其中信息存在错误、遗漏的，有权提出异议并要求更正。\
                 \n\n{bureau}"
            }
            Self::Rights => {
                "根据《中华人民共和国个人信息保护法》，您有权要求我们对自动化决策作出说明，并有权拒绝仅通过自动化决策的方式作出决定\
                 （第二十四条）；您有权查阅、复制、更正、补充您的个人信息（第四十五条、第四十六条）。主管机关：{agency}。"
            }
            Self::Closing => "{lender}\n{date}",
        }
    }

    /// The first placeholder of a text that there is not; `None` if all are known. Braces that do not close are text.
    pub fn unknown_placeholder(text: &str) -> Option<&str> {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}')?;
            if !Self::PLACEHOLDERS.contains(&name) {
                return Some(name);
            }
            rest = tail;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_texts_have_known_placeholders() {
        for passage in Passage::ALL {
            assert_eq!(Passage::ALL[usize::from(passage.code())], passage);
            for chinese in [false, true] {
                let text = passage.built_in(chinese);
                assert!(!text.is_empty() && Passage::unknown_placeholder(text).is_none(), "{text}");
                // A line's indent must not end up in the text.
                assert!(!text.contains("  "), "{text}");
            }
        }
        assert_eq!(Passage::unknown_placeholder("{score} {name}"), Some("name"));
        assert_eq!(Passage::unknown_placeholder("a { b"), None);
    }
}
