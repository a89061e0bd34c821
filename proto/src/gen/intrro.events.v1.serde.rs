impl serde::Serialize for Candidate {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.id.is_empty() {
            len += 1;
        }
        if !self.first_name.is_empty() {
            len += 1;
        }
        if !self.last_name.is_empty() {
            len += 1;
        }
        if !self.company.is_empty() {
            len += 1;
        }
        if !self.title.is_empty() {
            len += 1;
        }
        if !self.emails.is_empty() {
            len += 1;
        }
        if !self.phones.is_empty() {
            len += 1;
        }
        if !self.social_profiles.is_empty() {
            len += 1;
        }
        if !self.websites.is_empty() {
            len += 1;
        }
        if !self.addresses.is_empty() {
            len += 1;
        }
        if !self.tags.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Candidate", len)?;
        if !self.id.is_empty() {
            struct_ser.serialize_field("id", &self.id)?;
        }
        if !self.first_name.is_empty() {
            struct_ser.serialize_field("firstName", &self.first_name)?;
        }
        if !self.last_name.is_empty() {
            struct_ser.serialize_field("lastName", &self.last_name)?;
        }
        if !self.company.is_empty() {
            struct_ser.serialize_field("company", &self.company)?;
        }
        if !self.title.is_empty() {
            struct_ser.serialize_field("title", &self.title)?;
        }
        if !self.emails.is_empty() {
            struct_ser.serialize_field("emails", &self.emails)?;
        }
        if !self.phones.is_empty() {
            struct_ser.serialize_field("phones", &self.phones)?;
        }
        if !self.social_profiles.is_empty() {
            struct_ser.serialize_field("socialProfiles", &self.social_profiles)?;
        }
        if !self.websites.is_empty() {
            struct_ser.serialize_field("websites", &self.websites)?;
        }
        if !self.addresses.is_empty() {
            struct_ser.serialize_field("addresses", &self.addresses)?;
        }
        if !self.tags.is_empty() {
            struct_ser.serialize_field("tags", &self.tags)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Candidate {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "first_name",
            "firstName",
            "last_name",
            "lastName",
            "company",
            "title",
            "emails",
            "phones",
            "social_profiles",
            "socialProfiles",
            "websites",
            "addresses",
            "tags",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            FirstName,
            LastName,
            Company,
            Title,
            Emails,
            Phones,
            SocialProfiles,
            Websites,
            Addresses,
            Tags,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "firstName" | "first_name" => Ok(GeneratedField::FirstName),
                            "lastName" | "last_name" => Ok(GeneratedField::LastName),
                            "company" => Ok(GeneratedField::Company),
                            "title" => Ok(GeneratedField::Title),
                            "emails" => Ok(GeneratedField::Emails),
                            "phones" => Ok(GeneratedField::Phones),
                            "socialProfiles" | "social_profiles" => Ok(GeneratedField::SocialProfiles),
                            "websites" => Ok(GeneratedField::Websites),
                            "addresses" => Ok(GeneratedField::Addresses),
                            "tags" => Ok(GeneratedField::Tags),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Candidate;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Candidate")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Candidate, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut first_name__ = None;
                let mut last_name__ = None;
                let mut company__ = None;
                let mut title__ = None;
                let mut emails__ = None;
                let mut phones__ = None;
                let mut social_profiles__ = None;
                let mut websites__ = None;
                let mut addresses__ = None;
                let mut tags__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::FirstName => {
                            if first_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("firstName"));
                            }
                            first_name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::LastName => {
                            if last_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("lastName"));
                            }
                            last_name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Company => {
                            if company__.is_some() {
                                return Err(serde::de::Error::duplicate_field("company"));
                            }
                            company__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Title => {
                            if title__.is_some() {
                                return Err(serde::de::Error::duplicate_field("title"));
                            }
                            title__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Emails => {
                            if emails__.is_some() {
                                return Err(serde::de::Error::duplicate_field("emails"));
                            }
                            emails__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Phones => {
                            if phones__.is_some() {
                                return Err(serde::de::Error::duplicate_field("phones"));
                            }
                            phones__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::SocialProfiles => {
                            if social_profiles__.is_some() {
                                return Err(serde::de::Error::duplicate_field("socialProfiles"));
                            }
                            social_profiles__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Websites => {
                            if websites__.is_some() {
                                return Err(serde::de::Error::duplicate_field("websites"));
                            }
                            websites__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Addresses => {
                            if addresses__.is_some() {
                                return Err(serde::de::Error::duplicate_field("addresses"));
                            }
                            addresses__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Tags => {
                            if tags__.is_some() {
                                return Err(serde::de::Error::duplicate_field("tags"));
                            }
                            tags__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Candidate {
                    id: id__.unwrap_or_default(),
                    first_name: first_name__.unwrap_or_default(),
                    last_name: last_name__.unwrap_or_default(),
                    company: company__.unwrap_or_default(),
                    title: title__.unwrap_or_default(),
                    emails: emails__.unwrap_or_default(),
                    phones: phones__.unwrap_or_default(),
                    social_profiles: social_profiles__.unwrap_or_default(),
                    websites: websites__.unwrap_or_default(),
                    addresses: addresses__.unwrap_or_default(),
                    tags: tags__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Candidate", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateErasureRequested {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if !self.reason.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateErasureRequested", len)?;
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if !self.reason.is_empty() {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateErasureRequested {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "reason",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            Reason,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "reason" => Ok(GeneratedField::Reason),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateErasureRequested;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateErasureRequested")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateErasureRequested, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut reason__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateErasureRequested {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    reason: reason__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateErasureRequested", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateProfileUpdated {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.candidate.is_some() {
            len += 1;
        }
        if self.changed_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateProfileUpdated", len)?;
        if let Some(v) = self.candidate.as_ref() {
            struct_ser.serialize_field("candidate", v)?;
        }
        if let Some(v) = self.changed_at.as_ref() {
            struct_ser.serialize_field("changedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateProfileUpdated {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate",
            "changed_at",
            "changedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Candidate,
            ChangedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidate" => Ok(GeneratedField::Candidate),
                            "changedAt" | "changed_at" => Ok(GeneratedField::ChangedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateProfileUpdated;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateProfileUpdated")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateProfileUpdated, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate__ = None;
                let mut changed_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Candidate => {
                            if candidate__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidate"));
                            }
                            candidate__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::ChangedAt => {
                            if changed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changedAt"));
                            }
                            changed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateProfileUpdated {
                    candidate: candidate__,
                    changed_at: changed_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateProfileUpdated", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Contact {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.value.is_empty() {
            len += 1;
        }
        if !self.r#type.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Contact", len)?;
        if !self.value.is_empty() {
            struct_ser.serialize_field("value", &self.value)?;
        }
        if !self.r#type.is_empty() {
            struct_ser.serialize_field("type", &self.r#type)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Contact {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "value",
            "type",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Value,
            Type,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "value" => Ok(GeneratedField::Value),
                            "type" => Ok(GeneratedField::Type),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Contact;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Contact")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Contact, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut value__ = None;
                let mut r#type__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Value => {
                            if value__.is_some() {
                                return Err(serde::de::Error::duplicate_field("value"));
                            }
                            value__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Type => {
                            if r#type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("type"));
                            }
                            r#type__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Contact {
                    value: value__.unwrap_or_default(),
                    r#type: r#type__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Contact", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for IntroductionAccepted {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if self.candidate.is_some() {
            len += 1;
        }
        if !self.job_ids.is_empty() {
            len += 1;
        }
        if self.referrer.is_some() {
            len += 1;
        }
        if self.requested_by.is_some() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if self.accepted_at.is_some() {
            len += 1;
        }
        if self.prospect {
            len += 1;
        }
        if self.custom_fields.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.IntroductionAccepted", len)?;
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if let Some(v) = self.candidate.as_ref() {
            struct_ser.serialize_field("candidate", v)?;
        }
        if !self.job_ids.is_empty() {
            struct_ser.serialize_field("jobIds", &self.job_ids.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        }
        if let Some(v) = self.referrer.as_ref() {
            struct_ser.serialize_field("referrer", v)?;
        }
        if let Some(v) = self.requested_by.as_ref() {
            struct_ser.serialize_field("requestedBy", v)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if let Some(v) = self.accepted_at.as_ref() {
            struct_ser.serialize_field("acceptedAt", v)?;
        }
        if self.prospect {
            struct_ser.serialize_field("prospect", &self.prospect)?;
        }
        if let Some(v) = self.custom_fields.as_ref() {
            struct_ser.serialize_field("customFields", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for IntroductionAccepted {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "introduction_id",
            "introductionId",
            "candidate",
            "job_ids",
            "jobIds",
            "referrer",
            "requested_by",
            "requestedBy",
            "message",
            "accepted_at",
            "acceptedAt",
            "prospect",
            "custom_fields",
            "customFields",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            IntroductionId,
            Candidate,
            JobIds,
            Referrer,
            RequestedBy,
            Message,
            AcceptedAt,
            Prospect,
            CustomFields,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "candidate" => Ok(GeneratedField::Candidate),
                            "jobIds" | "job_ids" => Ok(GeneratedField::JobIds),
                            "referrer" => Ok(GeneratedField::Referrer),
                            "requestedBy" | "requested_by" => Ok(GeneratedField::RequestedBy),
                            "message" => Ok(GeneratedField::Message),
                            "acceptedAt" | "accepted_at" => Ok(GeneratedField::AcceptedAt),
                            "prospect" => Ok(GeneratedField::Prospect),
                            "customFields" | "custom_fields" => Ok(GeneratedField::CustomFields),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = IntroductionAccepted;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.IntroductionAccepted")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<IntroductionAccepted, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut introduction_id__ = None;
                let mut candidate__ = None;
                let mut job_ids__ = None;
                let mut referrer__ = None;
                let mut requested_by__ = None;
                let mut message__ = None;
                let mut accepted_at__ = None;
                let mut prospect__ = None;
                let mut custom_fields__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Candidate => {
                            if candidate__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidate"));
                            }
                            candidate__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::JobIds => {
                            if job_ids__.is_some() {
                                return Err(serde::de::Error::duplicate_field("jobIds"));
                            }
                            job_ids__ = 
                                Some(map_.next_value::<crate::json::Integers<_>>()?
                                    .into_iter().map(|x| x.0).collect())
                            ;
                        }
                        GeneratedField::Referrer => {
                            if referrer__.is_some() {
                                return Err(serde::de::Error::duplicate_field("referrer"));
                            }
                            referrer__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::RequestedBy => {
                            if requested_by__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestedBy"));
                            }
                            requested_by__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::AcceptedAt => {
                            if accepted_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("acceptedAt"));
                            }
                            accepted_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Prospect => {
                            if prospect__.is_some() {
                                return Err(serde::de::Error::duplicate_field("prospect"));
                            }
                            prospect__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CustomFields => {
                            if custom_fields__.is_some() {
                                return Err(serde::de::Error::duplicate_field("customFields"));
                            }
                            custom_fields__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(IntroductionAccepted {
                    introduction_id: introduction_id__.unwrap_or_default(),
                    candidate: candidate__,
                    job_ids: job_ids__.unwrap_or_default(),
                    referrer: referrer__,
                    requested_by: requested_by__,
                    message: message__.unwrap_or_default(),
                    accepted_at: accepted_at__,
                    prospect: prospect__.unwrap_or_default(),
                    custom_fields: custom_fields__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.IntroductionAccepted", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for IntroductionStatusChanged {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if !self.status.is_empty() {
            len += 1;
        }
        if !self.previous_status.is_empty() {
            len += 1;
        }
        if self.changed_at.is_some() {
            len += 1;
        }
        if !self.note.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.IntroductionStatusChanged", len)?;
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if !self.status.is_empty() {
            struct_ser.serialize_field("status", &self.status)?;
        }
        if !self.previous_status.is_empty() {
            struct_ser.serialize_field("previousStatus", &self.previous_status)?;
        }
        if let Some(v) = self.changed_at.as_ref() {
            struct_ser.serialize_field("changedAt", v)?;
        }
        if !self.note.is_empty() {
            struct_ser.serialize_field("note", &self.note)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for IntroductionStatusChanged {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "introduction_id",
            "introductionId",
            "candidate_id",
            "candidateId",
            "status",
            "previous_status",
            "previousStatus",
            "changed_at",
            "changedAt",
            "note",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            IntroductionId,
            CandidateId,
            Status,
            PreviousStatus,
            ChangedAt,
            Note,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "status" => Ok(GeneratedField::Status),
                            "previousStatus" | "previous_status" => Ok(GeneratedField::PreviousStatus),
                            "changedAt" | "changed_at" => Ok(GeneratedField::ChangedAt),
                            "note" => Ok(GeneratedField::Note),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = IntroductionStatusChanged;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.IntroductionStatusChanged")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<IntroductionStatusChanged, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut introduction_id__ = None;
                let mut candidate_id__ = None;
                let mut status__ = None;
                let mut previous_status__ = None;
                let mut changed_at__ = None;
                let mut note__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Status => {
                            if status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("status"));
                            }
                            status__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::PreviousStatus => {
                            if previous_status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("previousStatus"));
                            }
                            previous_status__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::ChangedAt => {
                            if changed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changedAt"));
                            }
                            changed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Note => {
                            if note__.is_some() {
                                return Err(serde::de::Error::duplicate_field("note"));
                            }
                            note__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(IntroductionStatusChanged {
                    introduction_id: introduction_id__.unwrap_or_default(),
                    candidate_id: candidate_id__.unwrap_or_default(),
                    status: status__.unwrap_or_default(),
                    previous_status: previous_status__.unwrap_or_default(),
                    changed_at: changed_at__,
                    note: note__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.IntroductionStatusChanged", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for JobsRefreshRequested {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.scope != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobsRefreshRequested", len)?;
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.scope != 0 {
            let v = jobs_refresh_requested::Scope::try_from(self.scope)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.scope)))?;
            struct_ser.serialize_field("scope", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JobsRefreshRequested {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "request_id",
            "requestId",
            "scope",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequestId,
            Scope,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "scope" => Ok(GeneratedField::Scope),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JobsRefreshRequested;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobsRefreshRequested")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JobsRefreshRequested, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut request_id__ = None;
                let mut scope__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Scope => {
                            if scope__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scope"));
                            }
                            scope__ = map_.next_value::<Option<jobs_refresh_requested::Scope>>()?.map(|value| value as i32);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(JobsRefreshRequested {
                    request_id: request_id__.unwrap_or_default(),
                    scope: scope__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobsRefreshRequested", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for jobs_refresh_requested::Scope {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Changed => "CHANGED",
            Self::Full => "FULL",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for jobs_refresh_requested::Scope {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "CHANGED",
            "FULL",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = jobs_refresh_requested::Scope;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok())
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value.to_ascii_uppercase().as_str() {
                    "UNSPECIFIED" => Ok(jobs_refresh_requested::Scope::Unspecified),
                    "CHANGED" => Ok(jobs_refresh_requested::Scope::Changed),
                    "FULL" => Ok(jobs_refresh_requested::Scope::Full),
                    _ => Err(serde::de::Error::unknown_variant(value, FIELDS)),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Referrer {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.employee_id.is_empty() {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.email.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Referrer", len)?;
        if !self.employee_id.is_empty() {
            struct_ser.serialize_field("employeeId", &self.employee_id)?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.email.is_empty() {
            struct_ser.serialize_field("email", &self.email)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Referrer {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "employee_id",
            "employeeId",
            "name",
            "email",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            EmployeeId,
            Name,
            Email,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "employeeId" | "employee_id" => Ok(GeneratedField::EmployeeId),
                            "name" => Ok(GeneratedField::Name),
                            "email" => Ok(GeneratedField::Email),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Referrer;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Referrer")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Referrer, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut employee_id__ = None;
                let mut name__ = None;
                let mut email__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::EmployeeId => {
                            if employee_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("employeeId"));
                            }
                            employee_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Email => {
                            if email__.is_some() {
                                return Err(serde::de::Error::duplicate_field("email"));
                            }
                            email__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Referrer {
                    employee_id: employee_id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                    email: email__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Referrer", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Requester {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.email.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Requester", len)?;
        if !self.email.is_empty() {
            struct_ser.serialize_field("email", &self.email)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Requester {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "email",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Email,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "email" => Ok(GeneratedField::Email),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Requester;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Requester")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Requester, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut email__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Email => {
                            if email__.is_some() {
                                return Err(serde::de::Error::duplicate_field("email"));
                            }
                            email__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Requester {
                    email: email__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Requester", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for StatusRefreshRequested {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.request_id.is_empty() {
            len += 1;
        }
        if !self.candidate_ids.is_empty() {
            len += 1;
        }
        if self.all {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.StatusRefreshRequested", len)?;
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if !self.candidate_ids.is_empty() {
            struct_ser.serialize_field("candidateIds", &self.candidate_ids)?;
        }
        if self.all {
            struct_ser.serialize_field("all", &self.all)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for StatusRefreshRequested {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "request_id",
            "requestId",
            "candidate_ids",
            "candidateIds",
            "all",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequestId,
            CandidateIds,
            All,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "candidateIds" | "candidate_ids" => Ok(GeneratedField::CandidateIds),
                            "all" => Ok(GeneratedField::All),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = StatusRefreshRequested;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.StatusRefreshRequested")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<StatusRefreshRequested, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut request_id__ = None;
                let mut candidate_ids__ = None;
                let mut all__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CandidateIds => {
                            if candidate_ids__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateIds"));
                            }
                            candidate_ids__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::All => {
                            if all__.is_some() {
                                return Err(serde::de::Error::duplicate_field("all"));
                            }
                            all__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(StatusRefreshRequested {
                    request_id: request_id__.unwrap_or_default(),
                    candidate_ids: candidate_ids__.unwrap_or_default(),
                    all: all__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.StatusRefreshRequested", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateStatusChanged {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateStatusChanged", len)?;
        if true {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if true {
            struct_ser.serialize_field("introductionIds", &self.introduction_ids)?;
        }
        if true {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("greenhouseCandidateId", ToString::to_string(&self.greenhouse_candidate_id).as_str())?;
        }
        if true {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("applicationId", ToString::to_string(&self.application_id).as_str())?;
        }
        if let Some(v) = self.job_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("jobId", ToString::to_string(&v).as_str())?;
        }
        if true {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        if let Some(v) = self.previous.as_ref() {
            struct_ser.serialize_field("previous", v)?;
        }
        if let Some(v) = self.current.as_ref() {
            struct_ser.serialize_field("current", v)?;
        }
        if let Some(v) = self.rejection.as_ref() {
            struct_ser.serialize_field("rejection", v)?;
        }
        if let Some(v) = self.occurred_at.as_ref() {
            struct_ser.serialize_field("occurredAt", v)?;
        }
        if true {
            let v = candidate_status_changed::occurred_at_quality::Quality::try_from(self.occurred_at_quality)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.occurred_at_quality)))?;
            struct_ser.serialize_field("occurredAtQuality", &v)?;
        }
        if let Some(v) = self.observed_at.as_ref() {
            struct_ser.serialize_field("observedAt", v)?;
        }
        if true {
            let v = candidate_status_changed::detected_by::Detector::try_from(self.detected_by)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.detected_by)))?;
            struct_ser.serialize_field("detectedBy", &v)?;
        }
        if true {
            struct_ser.serialize_field("backfilled", &self.backfilled)?;
        }
        if let Some(v) = self.converted_from_application_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("convertedFromApplicationId", ToString::to_string(&v).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateStatusChanged {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "introduction_ids",
            "introductionIds",
            "greenhouse_candidate_id",
            "greenhouseCandidateId",
            "application_id",
            "applicationId",
            "job_id",
            "jobId",
            "sequence",
            "previous",
            "current",
            "rejection",
            "occurred_at",
            "occurredAt",
            "occurred_at_quality",
            "occurredAtQuality",
            "observed_at",
            "observedAt",
            "detected_by",
            "detectedBy",
            "backfilled",
            "converted_from_application_id",
            "convertedFromApplicationId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            IntroductionIds,
            GreenhouseCandidateId,
            ApplicationId,
            JobId,
            Sequence,
            Previous,
            Current,
            Rejection,
            OccurredAt,
            OccurredAtQuality,
            ObservedAt,
            DetectedBy,
            Backfilled,
            ConvertedFromApplicationId,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "introductionIds" | "introduction_ids" => Ok(GeneratedField::IntroductionIds),
                            "greenhouseCandidateId" | "greenhouse_candidate_id" => Ok(GeneratedField::GreenhouseCandidateId),
                            "applicationId" | "application_id" => Ok(GeneratedField::ApplicationId),
                            "jobId" | "job_id" => Ok(GeneratedField::JobId),
                            "sequence" => Ok(GeneratedField::Sequence),
                            "previous" => Ok(GeneratedField::Previous),
                            "current" => Ok(GeneratedField::Current),
                            "rejection" => Ok(GeneratedField::Rejection),
                            "occurredAt" | "occurred_at" => Ok(GeneratedField::OccurredAt),
                            "occurredAtQuality" | "occurred_at_quality" => Ok(GeneratedField::OccurredAtQuality),
                            "observedAt" | "observed_at" => Ok(GeneratedField::ObservedAt),
                            "detectedBy" | "detected_by" => Ok(GeneratedField::DetectedBy),
                            "backfilled" => Ok(GeneratedField::Backfilled),
                            "convertedFromApplicationId" | "converted_from_application_id" => Ok(GeneratedField::ConvertedFromApplicationId),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateStatusChanged;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateStatusChanged")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateStatusChanged, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut introduction_ids__ = None;
                let mut greenhouse_candidate_id__ = None;
                let mut application_id__ = None;
                let mut job_id__ = None;
                let mut sequence__ = None;
                let mut previous__ = None;
                let mut current__ = None;
                let mut rejection__ = None;
                let mut occurred_at__ = None;
                let mut occurred_at_quality__ = None;
                let mut observed_at__ = None;
                let mut detected_by__ = None;
                let mut backfilled__ = None;
                let mut converted_from_application_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::IntroductionIds => {
                            if introduction_ids__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionIds"));
                            }
                            introduction_ids__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::GreenhouseCandidateId => {
                            if greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("greenhouseCandidateId"));
                            }
                            greenhouse_candidate_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::ApplicationId => {
                            if application_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("applicationId"));
                            }
                            application_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::JobId => {
                            if job_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("jobId"));
                            }
                            job_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Previous => {
                            if previous__.is_some() {
                                return Err(serde::de::Error::duplicate_field("previous"));
                            }
                            previous__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Current => {
                            if current__.is_some() {
                                return Err(serde::de::Error::duplicate_field("current"));
                            }
                            current__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Rejection => {
                            if rejection__.is_some() {
                                return Err(serde::de::Error::duplicate_field("rejection"));
                            }
                            rejection__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::OccurredAt => {
                            if occurred_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("occurredAt"));
                            }
                            occurred_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::OccurredAtQuality => {
                            if occurred_at_quality__.is_some() {
                                return Err(serde::de::Error::duplicate_field("occurredAtQuality"));
                            }
                            occurred_at_quality__ = map_.next_value::<Option<candidate_status_changed::occurred_at_quality::Quality>>()?.map(|value| value as i32);
                        }
                        GeneratedField::ObservedAt => {
                            if observed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("observedAt"));
                            }
                            observed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::DetectedBy => {
                            if detected_by__.is_some() {
                                return Err(serde::de::Error::duplicate_field("detectedBy"));
                            }
                            detected_by__ = map_.next_value::<Option<candidate_status_changed::detected_by::Detector>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Backfilled => {
                            if backfilled__.is_some() {
                                return Err(serde::de::Error::duplicate_field("backfilled"));
                            }
                            backfilled__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::ConvertedFromApplicationId => {
                            if converted_from_application_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("convertedFromApplicationId"));
                            }
                            converted_from_application_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateStatusChanged {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    introduction_ids: introduction_ids__.unwrap_or_default(),
                    greenhouse_candidate_id: greenhouse_candidate_id__.unwrap_or_default(),
                    application_id: application_id__.unwrap_or_default(),
                    job_id: job_id__,
                    sequence: sequence__.unwrap_or_default(),
                    previous: previous__,
                    current: current__,
                    rejection: rejection__,
                    occurred_at: occurred_at__,
                    occurred_at_quality: occurred_at_quality__.unwrap_or_default(),
                    observed_at: observed_at__,
                    detected_by: detected_by__.unwrap_or_default(),
                    backfilled: backfilled__.unwrap_or_default(),
                    converted_from_application_id: converted_from_application_id__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateStatusChanged", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::DetectedBy {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let len = 0;
        let struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateStatusChanged.DetectedBy", len)?;
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::DetectedBy {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                            Ok(GeneratedField::__SkipField__)
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = candidate_status_changed::DetectedBy;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateStatusChanged.DetectedBy")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<candidate_status_changed::DetectedBy, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                while map_.next_key::<GeneratedField>()?.is_some() {
                    let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                }
                Ok(candidate_status_changed::DetectedBy {
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateStatusChanged.DetectedBy", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::detected_by::Detector {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Poll => "POLL",
            Self::Webhook => "WEBHOOK",
            Self::StageHistory => "STAGE_HISTORY",
            Self::Refresh => "REFRESH",
            Self::Import => "IMPORT",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::detected_by::Detector {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "POLL",
            "WEBHOOK",
            "STAGE_HISTORY",
            "REFRESH",
            "IMPORT",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_status_changed::detected_by::Detector;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::detected_by::Detector::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::detected_by::Detector::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_status_changed::detected_by::Detector::Unspecified),
                    "POLL" => Ok(candidate_status_changed::detected_by::Detector::Poll),
                    "WEBHOOK" => Ok(candidate_status_changed::detected_by::Detector::Webhook),
                    "STAGE_HISTORY" => Ok(candidate_status_changed::detected_by::Detector::StageHistory),
                    "REFRESH" => Ok(candidate_status_changed::detected_by::Detector::Refresh),
                    "IMPORT" => Ok(candidate_status_changed::detected_by::Detector::Import),
                    _ => Ok(candidate_status_changed::detected_by::Detector::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::OccurredAtQuality {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let len = 0;
        let struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateStatusChanged.OccurredAtQuality", len)?;
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::OccurredAtQuality {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                            Ok(GeneratedField::__SkipField__)
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = candidate_status_changed::OccurredAtQuality;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateStatusChanged.OccurredAtQuality")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<candidate_status_changed::OccurredAtQuality, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                while map_.next_key::<GeneratedField>()?.is_some() {
                    let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                }
                Ok(candidate_status_changed::OccurredAtQuality {
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateStatusChanged.OccurredAtQuality", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::occurred_at_quality::Quality {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Exact => "EXACT",
            Self::Approximate => "APPROXIMATE",
            Self::Unknown => "UNKNOWN",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::occurred_at_quality::Quality {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "EXACT",
            "APPROXIMATE",
            "UNKNOWN",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_status_changed::occurred_at_quality::Quality;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::occurred_at_quality::Quality::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::occurred_at_quality::Quality::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_status_changed::occurred_at_quality::Quality::Unspecified),
                    "EXACT" => Ok(candidate_status_changed::occurred_at_quality::Quality::Exact),
                    "APPROXIMATE" => Ok(candidate_status_changed::occurred_at_quality::Quality::Approximate),
                    "UNKNOWN" => Ok(candidate_status_changed::occurred_at_quality::Quality::Unknown),
                    _ => Ok(candidate_status_changed::occurred_at_quality::Quality::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::Phase {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Introduced => "INTRODUCED",
            Self::Review => "REVIEW",
            Self::Screen => "SCREEN",
            Self::Interview => "INTERVIEW",
            Self::Offer => "OFFER",
            Self::Hired => "HIRED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::Phase {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "INTRODUCED",
            "REVIEW",
            "SCREEN",
            "INTERVIEW",
            "OFFER",
            "HIRED",
            "REJECTED",
            "WITHDRAWN",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_status_changed::Phase;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::Phase::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::Phase::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_status_changed::Phase::Unspecified),
                    "INTRODUCED" => Ok(candidate_status_changed::Phase::Introduced),
                    "REVIEW" => Ok(candidate_status_changed::Phase::Review),
                    "SCREEN" => Ok(candidate_status_changed::Phase::Screen),
                    "INTERVIEW" => Ok(candidate_status_changed::Phase::Interview),
                    "OFFER" => Ok(candidate_status_changed::Phase::Offer),
                    "HIRED" => Ok(candidate_status_changed::Phase::Hired),
                    "REJECTED" => Ok(candidate_status_changed::Phase::Rejected),
                    "WITHDRAWN" => Ok(candidate_status_changed::Phase::Withdrawn),
                    _ => Ok(candidate_status_changed::Phase::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::Rejection {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateStatusChanged.Rejection", len)?;
        if true {
            struct_ser.serialize_field("reason", &self.reason)?;
        }
        if true {
            let v = candidate_status_changed::rejection::Type::try_from(self.r#type)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.r#type)))?;
            struct_ser.serialize_field("type", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::Rejection {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "reason",
            "type",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Reason,
            Type,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "reason" => Ok(GeneratedField::Reason),
                            "type" => Ok(GeneratedField::Type),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = candidate_status_changed::Rejection;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateStatusChanged.Rejection")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<candidate_status_changed::Rejection, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut reason__ = None;
                let mut r#type__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Reason => {
                            if reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("reason"));
                            }
                            reason__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Type => {
                            if r#type__.is_some() {
                                return Err(serde::de::Error::duplicate_field("type"));
                            }
                            r#type__ = map_.next_value::<Option<candidate_status_changed::rejection::Type>>()?.map(|value| value as i32);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(candidate_status_changed::Rejection {
                    reason: reason__.unwrap_or_default(),
                    r#type: r#type__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateStatusChanged.Rejection", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::rejection::Type {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::WeRejectedThem => "WE_REJECTED_THEM",
            Self::TheyRejectedUs => "THEY_REJECTED_US",
            Self::NoneSpecified => "NONE_SPECIFIED",
            Self::SecurityConcern => "SECURITY_CONCERN",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::rejection::Type {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "WE_REJECTED_THEM",
            "THEY_REJECTED_US",
            "NONE_SPECIFIED",
            "SECURITY_CONCERN",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_status_changed::rejection::Type;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::rejection::Type::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::rejection::Type::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_status_changed::rejection::Type::Unspecified),
                    "WE_REJECTED_THEM" => Ok(candidate_status_changed::rejection::Type::WeRejectedThem),
                    "THEY_REJECTED_US" => Ok(candidate_status_changed::rejection::Type::TheyRejectedUs),
                    "NONE_SPECIFIED" => Ok(candidate_status_changed::rejection::Type::NoneSpecified),
                    "SECURITY_CONCERN" => Ok(candidate_status_changed::rejection::Type::SecurityConcern),
                    _ => Ok(candidate_status_changed::rejection::Type::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::State {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        if true {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateStatusChanged.State", len)?;
        if true {
            let v = candidate_status_changed::state::Status::try_from(self.status)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.status)))?;
            struct_ser.serialize_field("status", &v)?;
        }
        if let Some(v) = self.stage_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("stageId", ToString::to_string(&v).as_str())?;
        }
        if let Some(v) = self.stage_name.as_ref() {
            struct_ser.serialize_field("stageName", v)?;
        }
        if true {
            let v = candidate_status_changed::Phase::try_from(self.phase)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.phase)))?;
            struct_ser.serialize_field("phase", &v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::State {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "status",
            "stage_id",
            "stageId",
            "stage_name",
            "stageName",
            "phase",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Status,
            StageId,
            StageName,
            Phase,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "status" => Ok(GeneratedField::Status),
                            "stageId" | "stage_id" => Ok(GeneratedField::StageId),
                            "stageName" | "stage_name" => Ok(GeneratedField::StageName),
                            "phase" => Ok(GeneratedField::Phase),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = candidate_status_changed::State;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateStatusChanged.State")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<candidate_status_changed::State, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut status__ = None;
                let mut stage_id__ = None;
                let mut stage_name__ = None;
                let mut phase__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Status => {
                            if status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("status"));
                            }
                            status__ = map_.next_value::<Option<candidate_status_changed::state::Status>>()?.map(|value| value as i32);
                        }
                        GeneratedField::StageId => {
                            if stage_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("stageId"));
                            }
                            stage_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::StageName => {
                            if stage_name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("stageName"));
                            }
                            stage_name__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Phase => {
                            if phase__.is_some() {
                                return Err(serde::de::Error::duplicate_field("phase"));
                            }
                            phase__ = map_.next_value::<Option<candidate_status_changed::Phase>>()?.map(|value| value as i32);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(candidate_status_changed::State {
                    status: status__.unwrap_or_default(),
                    stage_id: stage_id__,
                    stage_name: stage_name__,
                    phase: phase__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateStatusChanged.State", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_status_changed::state::Status {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Active => "ACTIVE",
            Self::Rejected => "REJECTED",
            Self::Hired => "HIRED",
            Self::Converted => "CONVERTED",
            Self::Deleted => "DELETED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_status_changed::state::Status {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "ACTIVE",
            "REJECTED",
            "HIRED",
            "CONVERTED",
            "DELETED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_status_changed::state::Status;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::state::Status::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_status_changed::state::Status::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_status_changed::state::Status::Unspecified),
                    "ACTIVE" => Ok(candidate_status_changed::state::Status::Active),
                    "REJECTED" => Ok(candidate_status_changed::state::Status::Rejected),
                    "HIRED" => Ok(candidate_status_changed::state::Status::Hired),
                    "CONVERTED" => Ok(candidate_status_changed::state::Status::Converted),
                    "DELETED" => Ok(candidate_status_changed::state::Status::Deleted),
                    _ => Ok(candidate_status_changed::state::Status::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for ApplicationResult {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.job_id != 0 {
            len += 1;
        }
        if self.application_id.is_some() {
            len += 1;
        }
        if self.how != 0 {
            len += 1;
        }
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.field.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.ApplicationResult", len)?;
        if self.job_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("jobId", ToString::to_string(&self.job_id).as_str())?;
        }
        if let Some(v) = self.application_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("applicationId", ToString::to_string(&v).as_str())?;
        }
        if self.how != 0 {
            let v = application_result::How::try_from(self.how)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.how)))?;
            struct_ser.serialize_field("how", &v)?;
        }
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.field.is_empty() {
            struct_ser.serialize_field("field", &self.field)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ApplicationResult {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "job_id",
            "jobId",
            "application_id",
            "applicationId",
            "how",
            "code",
            "field",
            "message",
            "remedy",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            JobId,
            ApplicationId,
            How,
            Code,
            Field,
            Message,
            Remedy,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "jobId" | "job_id" => Ok(GeneratedField::JobId),
                            "applicationId" | "application_id" => Ok(GeneratedField::ApplicationId),
                            "how" => Ok(GeneratedField::How),
                            "code" => Ok(GeneratedField::Code),
                            "field" => Ok(GeneratedField::Field),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ApplicationResult;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.ApplicationResult")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ApplicationResult, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut job_id__ = None;
                let mut application_id__ = None;
                let mut how__ = None;
                let mut code__ = None;
                let mut field__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::JobId => {
                            if job_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("jobId"));
                            }
                            job_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::ApplicationId => {
                            if application_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("applicationId"));
                            }
                            application_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::How => {
                            if how__.is_some() {
                                return Err(serde::de::Error::duplicate_field("how"));
                            }
                            how__ = map_.next_value::<Option<application_result::How>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Field => {
                            if field__.is_some() {
                                return Err(serde::de::Error::duplicate_field("field"));
                            }
                            field__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(ApplicationResult {
                    job_id: job_id__.unwrap_or_default(),
                    application_id: application_id__,
                    how: how__.unwrap_or_default(),
                    code: code__.unwrap_or_default(),
                    field: field__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.ApplicationResult", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for application_result::How {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Created => "CREATED",
            Self::Found => "FOUND",
            Self::Failed => "FAILED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for application_result::How {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "CREATED",
            "FOUND",
            "FAILED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = application_result::How;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(application_result::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(application_result::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(application_result::How::Unspecified),
                    "CREATED" => Ok(application_result::How::Created),
                    "FOUND" => Ok(application_result::How::Found),
                    "FAILED" => Ok(application_result::How::Failed),
                    _ => Ok(application_result::How::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateErased {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if self.old_greenhouse_candidate_id.is_some() {
            len += 1;
        }
        if self.new_greenhouse_candidate_id.is_some() {
            len += 1;
        }
        if self.cause != 0 {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if self.erased_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateErased", len)?;
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if let Some(v) = self.old_greenhouse_candidate_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("oldGreenhouseCandidateId", ToString::to_string(&v).as_str())?;
        }
        if let Some(v) = self.new_greenhouse_candidate_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("newGreenhouseCandidateId", ToString::to_string(&v).as_str())?;
        }
        if self.cause != 0 {
            let v = candidate_erased::Cause::try_from(self.cause)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.cause)))?;
            struct_ser.serialize_field("cause", &v)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if let Some(v) = self.erased_at.as_ref() {
            struct_ser.serialize_field("erasedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateErased {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "old_greenhouse_candidate_id",
            "oldGreenhouseCandidateId",
            "new_greenhouse_candidate_id",
            "newGreenhouseCandidateId",
            "cause",
            "remedy",
            "erased_at",
            "erasedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            OldGreenhouseCandidateId,
            NewGreenhouseCandidateId,
            Cause,
            Remedy,
            ErasedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "oldGreenhouseCandidateId" | "old_greenhouse_candidate_id" => Ok(GeneratedField::OldGreenhouseCandidateId),
                            "newGreenhouseCandidateId" | "new_greenhouse_candidate_id" => Ok(GeneratedField::NewGreenhouseCandidateId),
                            "cause" => Ok(GeneratedField::Cause),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "erasedAt" | "erased_at" => Ok(GeneratedField::ErasedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateErased;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateErased")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateErased, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut old_greenhouse_candidate_id__ = None;
                let mut new_greenhouse_candidate_id__ = None;
                let mut cause__ = None;
                let mut remedy__ = None;
                let mut erased_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OldGreenhouseCandidateId => {
                            if old_greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("oldGreenhouseCandidateId"));
                            }
                            old_greenhouse_candidate_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::NewGreenhouseCandidateId => {
                            if new_greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("newGreenhouseCandidateId"));
                            }
                            new_greenhouse_candidate_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Cause => {
                            if cause__.is_some() {
                                return Err(serde::de::Error::duplicate_field("cause"));
                            }
                            cause__ = map_.next_value::<Option<candidate_erased::Cause>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::ErasedAt => {
                            if erased_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("erasedAt"));
                            }
                            erased_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateErased {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    old_greenhouse_candidate_id: old_greenhouse_candidate_id__,
                    new_greenhouse_candidate_id: new_greenhouse_candidate_id__,
                    cause: cause__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    erased_at: erased_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateErased", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_erased::Cause {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Requested => "REQUESTED",
            Self::Anonymised => "ANONYMISED",
            Self::Deleted => "DELETED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_erased::Cause {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "REQUESTED",
            "ANONYMISED",
            "DELETED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_erased::Cause;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_erased::Cause::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_erased::Cause::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_erased::Cause::Unspecified),
                    "REQUESTED" => Ok(candidate_erased::Cause::Requested),
                    "ANONYMISED" => Ok(candidate_erased::Cause::Anonymised),
                    "DELETED" => Ok(candidate_erased::Cause::Deleted),
                    _ => Ok(candidate_erased::Cause::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateMerged {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if self.old_greenhouse_candidate_id != 0 {
            len += 1;
        }
        if self.new_greenhouse_candidate_id != 0 {
            len += 1;
        }
        if !self.application_ids.is_empty() {
            len += 1;
        }
        if self.observed_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateMerged", len)?;
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if self.old_greenhouse_candidate_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("oldGreenhouseCandidateId", ToString::to_string(&self.old_greenhouse_candidate_id).as_str())?;
        }
        if self.new_greenhouse_candidate_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("newGreenhouseCandidateId", ToString::to_string(&self.new_greenhouse_candidate_id).as_str())?;
        }
        if !self.application_ids.is_empty() {
            struct_ser.serialize_field("applicationIds", &self.application_ids.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        }
        if let Some(v) = self.observed_at.as_ref() {
            struct_ser.serialize_field("observedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateMerged {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "old_greenhouse_candidate_id",
            "oldGreenhouseCandidateId",
            "new_greenhouse_candidate_id",
            "newGreenhouseCandidateId",
            "application_ids",
            "applicationIds",
            "observed_at",
            "observedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            OldGreenhouseCandidateId,
            NewGreenhouseCandidateId,
            ApplicationIds,
            ObservedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "oldGreenhouseCandidateId" | "old_greenhouse_candidate_id" => Ok(GeneratedField::OldGreenhouseCandidateId),
                            "newGreenhouseCandidateId" | "new_greenhouse_candidate_id" => Ok(GeneratedField::NewGreenhouseCandidateId),
                            "applicationIds" | "application_ids" => Ok(GeneratedField::ApplicationIds),
                            "observedAt" | "observed_at" => Ok(GeneratedField::ObservedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateMerged;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateMerged")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateMerged, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut old_greenhouse_candidate_id__ = None;
                let mut new_greenhouse_candidate_id__ = None;
                let mut application_ids__ = None;
                let mut observed_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OldGreenhouseCandidateId => {
                            if old_greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("oldGreenhouseCandidateId"));
                            }
                            old_greenhouse_candidate_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::NewGreenhouseCandidateId => {
                            if new_greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("newGreenhouseCandidateId"));
                            }
                            new_greenhouse_candidate_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::ApplicationIds => {
                            if application_ids__.is_some() {
                                return Err(serde::de::Error::duplicate_field("applicationIds"));
                            }
                            application_ids__ = 
                                Some(map_.next_value::<crate::json::Integers<_>>()?
                                    .into_iter().map(|x| x.0).collect())
                            ;
                        }
                        GeneratedField::ObservedAt => {
                            if observed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("observedAt"));
                            }
                            observed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateMerged {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    old_greenhouse_candidate_id: old_greenhouse_candidate_id__.unwrap_or_default(),
                    new_greenhouse_candidate_id: new_greenhouse_candidate_id__.unwrap_or_default(),
                    application_ids: application_ids__.unwrap_or_default(),
                    observed_at: observed_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateMerged", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateUpdateFailed {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.field.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if self.needs_human {
            len += 1;
        }
        if !self.operation_id.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateUpdateFailed", len)?;
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.field.is_empty() {
            struct_ser.serialize_field("field", &self.field)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if self.needs_human {
            struct_ser.serialize_field("needsHuman", &self.needs_human)?;
        }
        if !self.operation_id.is_empty() {
            struct_ser.serialize_field("operationId", &self.operation_id)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateUpdateFailed {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "introduction_id",
            "introductionId",
            "code",
            "field",
            "message",
            "remedy",
            "needs_human",
            "needsHuman",
            "operation_id",
            "operationId",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            IntroductionId,
            Code,
            Field,
            Message,
            Remedy,
            NeedsHuman,
            OperationId,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "code" => Ok(GeneratedField::Code),
                            "field" => Ok(GeneratedField::Field),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "needsHuman" | "needs_human" => Ok(GeneratedField::NeedsHuman),
                            "operationId" | "operation_id" => Ok(GeneratedField::OperationId),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateUpdateFailed;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateUpdateFailed")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateUpdateFailed, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut introduction_id__ = None;
                let mut code__ = None;
                let mut field__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                let mut needs_human__ = None;
                let mut operation_id__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Field => {
                            if field__.is_some() {
                                return Err(serde::de::Error::duplicate_field("field"));
                            }
                            field__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::NeedsHuman => {
                            if needs_human__.is_some() {
                                return Err(serde::de::Error::duplicate_field("needsHuman"));
                            }
                            needs_human__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OperationId => {
                            if operation_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operationId"));
                            }
                            operation_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateUpdateFailed {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    introduction_id: introduction_id__.unwrap_or_default(),
                    code: code__.unwrap_or_default(),
                    field: field__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    needs_human: needs_human__.unwrap_or_default(),
                    operation_id: operation_id__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateUpdateFailed", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for CandidateUpdated {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if self.greenhouse_candidate_id != 0 {
            len += 1;
        }
        if self.how != 0 {
            len += 1;
        }
        if !self.changed.is_empty() {
            len += 1;
        }
        if !self.warnings.is_empty() {
            len += 1;
        }
        if !self.operation_id.is_empty() {
            len += 1;
        }
        if self.updated_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CandidateUpdated", len)?;
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if self.greenhouse_candidate_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("greenhouseCandidateId", ToString::to_string(&self.greenhouse_candidate_id).as_str())?;
        }
        if self.how != 0 {
            let v = candidate_updated::How::try_from(self.how)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.how)))?;
            struct_ser.serialize_field("how", &v)?;
        }
        if !self.changed.is_empty() {
            struct_ser.serialize_field("changed", &self.changed)?;
        }
        if !self.warnings.is_empty() {
            struct_ser.serialize_field("warnings", &self.warnings)?;
        }
        if !self.operation_id.is_empty() {
            struct_ser.serialize_field("operationId", &self.operation_id)?;
        }
        if let Some(v) = self.updated_at.as_ref() {
            struct_ser.serialize_field("updatedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CandidateUpdated {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "candidate_id",
            "candidateId",
            "introduction_id",
            "introductionId",
            "greenhouse_candidate_id",
            "greenhouseCandidateId",
            "how",
            "changed",
            "warnings",
            "operation_id",
            "operationId",
            "updated_at",
            "updatedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            CandidateId,
            IntroductionId,
            GreenhouseCandidateId,
            How,
            Changed,
            Warnings,
            OperationId,
            UpdatedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "greenhouseCandidateId" | "greenhouse_candidate_id" => Ok(GeneratedField::GreenhouseCandidateId),
                            "how" => Ok(GeneratedField::How),
                            "changed" => Ok(GeneratedField::Changed),
                            "warnings" => Ok(GeneratedField::Warnings),
                            "operationId" | "operation_id" => Ok(GeneratedField::OperationId),
                            "updatedAt" | "updated_at" => Ok(GeneratedField::UpdatedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CandidateUpdated;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CandidateUpdated")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CandidateUpdated, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut candidate_id__ = None;
                let mut introduction_id__ = None;
                let mut greenhouse_candidate_id__ = None;
                let mut how__ = None;
                let mut changed__ = None;
                let mut warnings__ = None;
                let mut operation_id__ = None;
                let mut updated_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::GreenhouseCandidateId => {
                            if greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("greenhouseCandidateId"));
                            }
                            greenhouse_candidate_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::How => {
                            if how__.is_some() {
                                return Err(serde::de::Error::duplicate_field("how"));
                            }
                            how__ = map_.next_value::<Option<candidate_updated::How>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Changed => {
                            if changed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changed"));
                            }
                            changed__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Warnings => {
                            if warnings__.is_some() {
                                return Err(serde::de::Error::duplicate_field("warnings"));
                            }
                            warnings__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OperationId => {
                            if operation_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operationId"));
                            }
                            operation_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::UpdatedAt => {
                            if updated_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updatedAt"));
                            }
                            updated_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CandidateUpdated {
                    candidate_id: candidate_id__.unwrap_or_default(),
                    introduction_id: introduction_id__.unwrap_or_default(),
                    greenhouse_candidate_id: greenhouse_candidate_id__.unwrap_or_default(),
                    how: how__.unwrap_or_default(),
                    changed: changed__.unwrap_or_default(),
                    warnings: warnings__.unwrap_or_default(),
                    operation_id: operation_id__.unwrap_or_default(),
                    updated_at: updated_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CandidateUpdated", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for candidate_updated::How {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Written => "WRITTEN",
            Self::Unchanged => "UNCHANGED",
            Self::Superseded => "SUPERSEDED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for candidate_updated::How {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "WRITTEN",
            "UNCHANGED",
            "SUPERSEDED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = candidate_updated::How;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_updated::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(candidate_updated::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(candidate_updated::How::Unspecified),
                    "WRITTEN" => Ok(candidate_updated::How::Written),
                    "UNCHANGED" => Ok(candidate_updated::How::Unchanged),
                    "SUPERSEDED" => Ok(candidate_updated::How::Superseded),
                    _ => Ok(candidate_updated::How::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for CloseReason {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.CloseReason", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for CloseReason {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "name",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Name,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "name" => Ok(GeneratedField::Name),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = CloseReason;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.CloseReason")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<CloseReason, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut name__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(CloseReason {
                    id: id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.CloseReason", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for ConnectionHealthChanged {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.connection_id.is_empty() {
            len += 1;
        }
        if self.state != 0 {
            len += 1;
        }
        if self.previous_state != 0 {
            len += 1;
        }
        if !self.findings.is_empty() {
            len += 1;
        }
        if self.checked_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.ConnectionHealthChanged", len)?;
        if !self.connection_id.is_empty() {
            struct_ser.serialize_field("connectionId", &self.connection_id)?;
        }
        if self.state != 0 {
            let v = connection_health_changed::State::try_from(self.state)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.state)))?;
            struct_ser.serialize_field("state", &v)?;
        }
        if self.previous_state != 0 {
            let v = connection_health_changed::State::try_from(self.previous_state)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.previous_state)))?;
            struct_ser.serialize_field("previousState", &v)?;
        }
        if !self.findings.is_empty() {
            struct_ser.serialize_field("findings", &self.findings)?;
        }
        if let Some(v) = self.checked_at.as_ref() {
            struct_ser.serialize_field("checkedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for ConnectionHealthChanged {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "connection_id",
            "connectionId",
            "state",
            "previous_state",
            "previousState",
            "findings",
            "checked_at",
            "checkedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            ConnectionId,
            State,
            PreviousState,
            Findings,
            CheckedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "connectionId" | "connection_id" => Ok(GeneratedField::ConnectionId),
                            "state" => Ok(GeneratedField::State),
                            "previousState" | "previous_state" => Ok(GeneratedField::PreviousState),
                            "findings" => Ok(GeneratedField::Findings),
                            "checkedAt" | "checked_at" => Ok(GeneratedField::CheckedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = ConnectionHealthChanged;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.ConnectionHealthChanged")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<ConnectionHealthChanged, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut connection_id__ = None;
                let mut state__ = None;
                let mut previous_state__ = None;
                let mut findings__ = None;
                let mut checked_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::ConnectionId => {
                            if connection_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("connectionId"));
                            }
                            connection_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::State => {
                            if state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("state"));
                            }
                            state__ = map_.next_value::<Option<connection_health_changed::State>>()?.map(|value| value as i32);
                        }
                        GeneratedField::PreviousState => {
                            if previous_state__.is_some() {
                                return Err(serde::de::Error::duplicate_field("previousState"));
                            }
                            previous_state__ = map_.next_value::<Option<connection_health_changed::State>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Findings => {
                            if findings__.is_some() {
                                return Err(serde::de::Error::duplicate_field("findings"));
                            }
                            findings__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CheckedAt => {
                            if checked_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("checkedAt"));
                            }
                            checked_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(ConnectionHealthChanged {
                    connection_id: connection_id__.unwrap_or_default(),
                    state: state__.unwrap_or_default(),
                    previous_state: previous_state__.unwrap_or_default(),
                    findings: findings__.unwrap_or_default(),
                    checked_at: checked_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.ConnectionHealthChanged", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for connection_health_changed::Finding {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.code.is_empty() {
            len += 1;
        }
        if self.severity != 0 {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if !self.feature.is_empty() {
            len += 1;
        }
        if !self.evidence.is_empty() {
            len += 1;
        }
        if !self.scope.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.ConnectionHealthChanged.Finding", len)?;
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if self.severity != 0 {
            let v = connection_health_changed::finding::Severity::try_from(self.severity)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.severity)))?;
            struct_ser.serialize_field("severity", &v)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if !self.feature.is_empty() {
            struct_ser.serialize_field("feature", &self.feature)?;
        }
        if !self.evidence.is_empty() {
            struct_ser.serialize_field("evidence", &self.evidence)?;
        }
        if !self.scope.is_empty() {
            struct_ser.serialize_field("scope", &self.scope)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for connection_health_changed::Finding {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "code",
            "severity",
            "message",
            "remedy",
            "feature",
            "evidence",
            "scope",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Code,
            Severity,
            Message,
            Remedy,
            Feature,
            Evidence,
            Scope,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "code" => Ok(GeneratedField::Code),
                            "severity" => Ok(GeneratedField::Severity),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "feature" => Ok(GeneratedField::Feature),
                            "evidence" => Ok(GeneratedField::Evidence),
                            "scope" => Ok(GeneratedField::Scope),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = connection_health_changed::Finding;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.ConnectionHealthChanged.Finding")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<connection_health_changed::Finding, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut code__ = None;
                let mut severity__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                let mut feature__ = None;
                let mut evidence__ = None;
                let mut scope__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Severity => {
                            if severity__.is_some() {
                                return Err(serde::de::Error::duplicate_field("severity"));
                            }
                            severity__ = map_.next_value::<Option<connection_health_changed::finding::Severity>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Feature => {
                            if feature__.is_some() {
                                return Err(serde::de::Error::duplicate_field("feature"));
                            }
                            feature__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Evidence => {
                            if evidence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("evidence"));
                            }
                            evidence__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Scope => {
                            if scope__.is_some() {
                                return Err(serde::de::Error::duplicate_field("scope"));
                            }
                            scope__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(connection_health_changed::Finding {
                    code: code__.unwrap_or_default(),
                    severity: severity__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    feature: feature__.unwrap_or_default(),
                    evidence: evidence__.unwrap_or_default(),
                    scope: scope__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.ConnectionHealthChanged.Finding", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for connection_health_changed::finding::Severity {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for connection_health_changed::finding::Severity {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "INFO",
            "WARNING",
            "ERROR",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = connection_health_changed::finding::Severity;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(connection_health_changed::finding::Severity::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(connection_health_changed::finding::Severity::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(connection_health_changed::finding::Severity::Unspecified),
                    "INFO" => Ok(connection_health_changed::finding::Severity::Info),
                    "WARNING" => Ok(connection_health_changed::finding::Severity::Warning),
                    "ERROR" => Ok(connection_health_changed::finding::Severity::Error),
                    _ => Ok(connection_health_changed::finding::Severity::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for connection_health_changed::State {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Active => "ACTIVE",
            Self::Degraded => "DEGRADED",
            Self::Reauthorise => "REAUTHORISE",
            Self::Paused => "PAUSED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for connection_health_changed::State {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "ACTIVE",
            "DEGRADED",
            "REAUTHORISE",
            "PAUSED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = connection_health_changed::State;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(connection_health_changed::State::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(connection_health_changed::State::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(connection_health_changed::State::Unspecified),
                    "ACTIVE" => Ok(connection_health_changed::State::Active),
                    "DEGRADED" => Ok(connection_health_changed::State::Degraded),
                    "REAUTHORISE" => Ok(connection_health_changed::State::Reauthorise),
                    "PAUSED" => Ok(connection_health_changed::State::Paused),
                    _ => Ok(connection_health_changed::State::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Department {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        if self.parent_id.is_some() {
            len += 1;
        }
        if !self.path.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Department", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if let Some(v) = self.parent_id.as_ref() {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("parentId", ToString::to_string(&v).as_str())?;
        }
        if !self.path.is_empty() {
            struct_ser.serialize_field("path", &self.path)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Department {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "name",
            "parent_id",
            "parentId",
            "path",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Name,
            ParentId,
            Path,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "name" => Ok(GeneratedField::Name),
                            "parentId" | "parent_id" => Ok(GeneratedField::ParentId),
                            "path" => Ok(GeneratedField::Path),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Department;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Department")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Department, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut name__ = None;
                let mut parent_id__ = None;
                let mut path__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::ParentId => {
                            if parent_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("parentId"));
                            }
                            parent_id__ = 
                                map_.next_value::<::std::option::Option<crate::json::Integer<_>>>()?.map(|x| x.0)
                            ;
                        }
                        GeneratedField::Path => {
                            if path__.is_some() {
                                return Err(serde::de::Error::duplicate_field("path"));
                            }
                            path__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Department {
                    id: id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                    parent_id: parent_id__,
                    path: path__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Department", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for HiringTeamMember {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.user_id != 0 {
            len += 1;
        }
        if self.role != 0 {
            len += 1;
        }
        if self.responsible {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.HiringTeamMember", len)?;
        if self.user_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("userId", ToString::to_string(&self.user_id).as_str())?;
        }
        if self.role != 0 {
            let v = hiring_team_member::Role::try_from(self.role)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.role)))?;
            struct_ser.serialize_field("role", &v)?;
        }
        if self.responsible {
            struct_ser.serialize_field("responsible", &self.responsible)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for HiringTeamMember {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "user_id",
            "userId",
            "role",
            "responsible",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            UserId,
            Role,
            Responsible,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "userId" | "user_id" => Ok(GeneratedField::UserId),
                            "role" => Ok(GeneratedField::Role),
                            "responsible" => Ok(GeneratedField::Responsible),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = HiringTeamMember;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.HiringTeamMember")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<HiringTeamMember, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut user_id__ = None;
                let mut role__ = None;
                let mut responsible__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::UserId => {
                            if user_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("userId"));
                            }
                            user_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Role => {
                            if role__.is_some() {
                                return Err(serde::de::Error::duplicate_field("role"));
                            }
                            role__ = map_.next_value::<Option<hiring_team_member::Role>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Responsible => {
                            if responsible__.is_some() {
                                return Err(serde::de::Error::duplicate_field("responsible"));
                            }
                            responsible__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(HiringTeamMember {
                    user_id: user_id__.unwrap_or_default(),
                    role: role__.unwrap_or_default(),
                    responsible: responsible__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.HiringTeamMember", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for hiring_team_member::Role {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::HiringManager => "HIRING_MANAGER",
            Self::Recruiter => "RECRUITER",
            Self::Coordinator => "COORDINATOR",
            Self::Sourcer => "SOURCER",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for hiring_team_member::Role {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "HIRING_MANAGER",
            "RECRUITER",
            "COORDINATOR",
            "SOURCER",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = hiring_team_member::Role;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(hiring_team_member::Role::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(hiring_team_member::Role::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(hiring_team_member::Role::Unspecified),
                    "HIRING_MANAGER" => Ok(hiring_team_member::Role::HiringManager),
                    "RECRUITER" => Ok(hiring_team_member::Role::Recruiter),
                    "COORDINATOR" => Ok(hiring_team_member::Role::Coordinator),
                    "SOURCER" => Ok(hiring_team_member::Role::Sourcer),
                    _ => Ok(hiring_team_member::Role::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for IntroductionImportFailed {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.field.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if self.needs_human {
            len += 1;
        }
        if !self.operation_id.is_empty() {
            len += 1;
        }
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if !self.applications.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.IntroductionImportFailed", len)?;
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.field.is_empty() {
            struct_ser.serialize_field("field", &self.field)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if self.needs_human {
            struct_ser.serialize_field("needsHuman", &self.needs_human)?;
        }
        if !self.operation_id.is_empty() {
            struct_ser.serialize_field("operationId", &self.operation_id)?;
        }
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if !self.applications.is_empty() {
            struct_ser.serialize_field("applications", &self.applications)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for IntroductionImportFailed {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "introduction_id",
            "introductionId",
            "code",
            "field",
            "message",
            "remedy",
            "needs_human",
            "needsHuman",
            "operation_id",
            "operationId",
            "candidate_id",
            "candidateId",
            "applications",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            IntroductionId,
            Code,
            Field,
            Message,
            Remedy,
            NeedsHuman,
            OperationId,
            CandidateId,
            Applications,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "code" => Ok(GeneratedField::Code),
                            "field" => Ok(GeneratedField::Field),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "needsHuman" | "needs_human" => Ok(GeneratedField::NeedsHuman),
                            "operationId" | "operation_id" => Ok(GeneratedField::OperationId),
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "applications" => Ok(GeneratedField::Applications),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = IntroductionImportFailed;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.IntroductionImportFailed")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<IntroductionImportFailed, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut introduction_id__ = None;
                let mut code__ = None;
                let mut field__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                let mut needs_human__ = None;
                let mut operation_id__ = None;
                let mut candidate_id__ = None;
                let mut applications__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Field => {
                            if field__.is_some() {
                                return Err(serde::de::Error::duplicate_field("field"));
                            }
                            field__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::NeedsHuman => {
                            if needs_human__.is_some() {
                                return Err(serde::de::Error::duplicate_field("needsHuman"));
                            }
                            needs_human__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OperationId => {
                            if operation_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operationId"));
                            }
                            operation_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Applications => {
                            if applications__.is_some() {
                                return Err(serde::de::Error::duplicate_field("applications"));
                            }
                            applications__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(IntroductionImportFailed {
                    introduction_id: introduction_id__.unwrap_or_default(),
                    code: code__.unwrap_or_default(),
                    field: field__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    needs_human: needs_human__.unwrap_or_default(),
                    operation_id: operation_id__.unwrap_or_default(),
                    candidate_id: candidate_id__.unwrap_or_default(),
                    applications: applications__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.IntroductionImportFailed", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for IntroductionImported {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.introduction_id.is_empty() {
            len += 1;
        }
        if !self.candidate_id.is_empty() {
            len += 1;
        }
        if self.greenhouse_candidate_id != 0 {
            len += 1;
        }
        if self.how != 0 {
            len += 1;
        }
        if !self.applications.is_empty() {
            len += 1;
        }
        if !self.warnings.is_empty() {
            len += 1;
        }
        if !self.operation_id.is_empty() {
            len += 1;
        }
        if self.imported_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.IntroductionImported", len)?;
        if !self.introduction_id.is_empty() {
            struct_ser.serialize_field("introductionId", &self.introduction_id)?;
        }
        if !self.candidate_id.is_empty() {
            struct_ser.serialize_field("candidateId", &self.candidate_id)?;
        }
        if self.greenhouse_candidate_id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("greenhouseCandidateId", ToString::to_string(&self.greenhouse_candidate_id).as_str())?;
        }
        if self.how != 0 {
            let v = introduction_imported::How::try_from(self.how)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.how)))?;
            struct_ser.serialize_field("how", &v)?;
        }
        if !self.applications.is_empty() {
            struct_ser.serialize_field("applications", &self.applications)?;
        }
        if !self.warnings.is_empty() {
            struct_ser.serialize_field("warnings", &self.warnings)?;
        }
        if !self.operation_id.is_empty() {
            struct_ser.serialize_field("operationId", &self.operation_id)?;
        }
        if let Some(v) = self.imported_at.as_ref() {
            struct_ser.serialize_field("importedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for IntroductionImported {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "introduction_id",
            "introductionId",
            "candidate_id",
            "candidateId",
            "greenhouse_candidate_id",
            "greenhouseCandidateId",
            "how",
            "applications",
            "warnings",
            "operation_id",
            "operationId",
            "imported_at",
            "importedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            IntroductionId,
            CandidateId,
            GreenhouseCandidateId,
            How,
            Applications,
            Warnings,
            OperationId,
            ImportedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "introductionId" | "introduction_id" => Ok(GeneratedField::IntroductionId),
                            "candidateId" | "candidate_id" => Ok(GeneratedField::CandidateId),
                            "greenhouseCandidateId" | "greenhouse_candidate_id" => Ok(GeneratedField::GreenhouseCandidateId),
                            "how" => Ok(GeneratedField::How),
                            "applications" => Ok(GeneratedField::Applications),
                            "warnings" => Ok(GeneratedField::Warnings),
                            "operationId" | "operation_id" => Ok(GeneratedField::OperationId),
                            "importedAt" | "imported_at" => Ok(GeneratedField::ImportedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = IntroductionImported;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.IntroductionImported")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<IntroductionImported, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut introduction_id__ = None;
                let mut candidate_id__ = None;
                let mut greenhouse_candidate_id__ = None;
                let mut how__ = None;
                let mut applications__ = None;
                let mut warnings__ = None;
                let mut operation_id__ = None;
                let mut imported_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::IntroductionId => {
                            if introduction_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("introductionId"));
                            }
                            introduction_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CandidateId => {
                            if candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("candidateId"));
                            }
                            candidate_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::GreenhouseCandidateId => {
                            if greenhouse_candidate_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("greenhouseCandidateId"));
                            }
                            greenhouse_candidate_id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::How => {
                            if how__.is_some() {
                                return Err(serde::de::Error::duplicate_field("how"));
                            }
                            how__ = map_.next_value::<Option<introduction_imported::How>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Applications => {
                            if applications__.is_some() {
                                return Err(serde::de::Error::duplicate_field("applications"));
                            }
                            applications__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Warnings => {
                            if warnings__.is_some() {
                                return Err(serde::de::Error::duplicate_field("warnings"));
                            }
                            warnings__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OperationId => {
                            if operation_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("operationId"));
                            }
                            operation_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::ImportedAt => {
                            if imported_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("importedAt"));
                            }
                            imported_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(IntroductionImported {
                    introduction_id: introduction_id__.unwrap_or_default(),
                    candidate_id: candidate_id__.unwrap_or_default(),
                    greenhouse_candidate_id: greenhouse_candidate_id__.unwrap_or_default(),
                    how: how__.unwrap_or_default(),
                    applications: applications__.unwrap_or_default(),
                    warnings: warnings__.unwrap_or_default(),
                    operation_id: operation_id__.unwrap_or_default(),
                    imported_at: imported_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.IntroductionImported", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for introduction_imported::How {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Created => "CREATED",
            Self::Matched => "MATCHED",
            Self::Ambiguous => "AMBIGUOUS",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for introduction_imported::How {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "CREATED",
            "MATCHED",
            "AMBIGUOUS",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = introduction_imported::How;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(introduction_imported::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(introduction_imported::How::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(introduction_imported::How::Unspecified),
                    "CREATED" => Ok(introduction_imported::How::Created),
                    "MATCHED" => Ok(introduction_imported::How::Matched),
                    "AMBIGUOUS" => Ok(introduction_imported::How::Ambiguous),
                    _ => Ok(introduction_imported::How::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for Job {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.requisition_id.is_empty() {
            len += 1;
        }
        if self.status != 0 {
            len += 1;
        }
        if self.confidential {
            len += 1;
        }
        if self.department.is_some() {
            len += 1;
        }
        if !self.offices.is_empty() {
            len += 1;
        }
        if !self.posts.is_empty() {
            len += 1;
        }
        if !self.stages.is_empty() {
            len += 1;
        }
        if self.opened_at.is_some() {
            len += 1;
        }
        if self.closed_at.is_some() {
            len += 1;
        }
        if self.updated_at.is_some() {
            len += 1;
        }
        if !self.hiring_team.is_empty() {
            len += 1;
        }
        if !self.openings.is_empty() {
            len += 1;
        }
        if self.custom_fields.is_some() {
            len += 1;
        }
        if self.close_reason.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Job", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.requisition_id.is_empty() {
            struct_ser.serialize_field("requisitionId", &self.requisition_id)?;
        }
        if self.status != 0 {
            let v = job::Status::try_from(self.status)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.status)))?;
            struct_ser.serialize_field("status", &v)?;
        }
        if self.confidential {
            struct_ser.serialize_field("confidential", &self.confidential)?;
        }
        if let Some(v) = self.department.as_ref() {
            struct_ser.serialize_field("department", v)?;
        }
        if !self.offices.is_empty() {
            struct_ser.serialize_field("offices", &self.offices)?;
        }
        if !self.posts.is_empty() {
            struct_ser.serialize_field("posts", &self.posts)?;
        }
        if !self.stages.is_empty() {
            struct_ser.serialize_field("stages", &self.stages)?;
        }
        if let Some(v) = self.opened_at.as_ref() {
            struct_ser.serialize_field("openedAt", v)?;
        }
        if let Some(v) = self.closed_at.as_ref() {
            struct_ser.serialize_field("closedAt", v)?;
        }
        if let Some(v) = self.updated_at.as_ref() {
            struct_ser.serialize_field("updatedAt", v)?;
        }
        if !self.hiring_team.is_empty() {
            struct_ser.serialize_field("hiringTeam", &self.hiring_team)?;
        }
        if !self.openings.is_empty() {
            struct_ser.serialize_field("openings", &self.openings)?;
        }
        if let Some(v) = self.custom_fields.as_ref() {
            struct_ser.serialize_field("customFields", v)?;
        }
        if let Some(v) = self.close_reason.as_ref() {
            struct_ser.serialize_field("closeReason", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Job {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "name",
            "requisition_id",
            "requisitionId",
            "status",
            "confidential",
            "department",
            "offices",
            "posts",
            "stages",
            "opened_at",
            "openedAt",
            "closed_at",
            "closedAt",
            "updated_at",
            "updatedAt",
            "hiring_team",
            "hiringTeam",
            "openings",
            "custom_fields",
            "customFields",
            "close_reason",
            "closeReason",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Name,
            RequisitionId,
            Status,
            Confidential,
            Department,
            Offices,
            Posts,
            Stages,
            OpenedAt,
            ClosedAt,
            UpdatedAt,
            HiringTeam,
            Openings,
            CustomFields,
            CloseReason,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "name" => Ok(GeneratedField::Name),
                            "requisitionId" | "requisition_id" => Ok(GeneratedField::RequisitionId),
                            "status" => Ok(GeneratedField::Status),
                            "confidential" => Ok(GeneratedField::Confidential),
                            "department" => Ok(GeneratedField::Department),
                            "offices" => Ok(GeneratedField::Offices),
                            "posts" => Ok(GeneratedField::Posts),
                            "stages" => Ok(GeneratedField::Stages),
                            "openedAt" | "opened_at" => Ok(GeneratedField::OpenedAt),
                            "closedAt" | "closed_at" => Ok(GeneratedField::ClosedAt),
                            "updatedAt" | "updated_at" => Ok(GeneratedField::UpdatedAt),
                            "hiringTeam" | "hiring_team" => Ok(GeneratedField::HiringTeam),
                            "openings" => Ok(GeneratedField::Openings),
                            "customFields" | "custom_fields" => Ok(GeneratedField::CustomFields),
                            "closeReason" | "close_reason" => Ok(GeneratedField::CloseReason),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Job;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Job")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Job, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut name__ = None;
                let mut requisition_id__ = None;
                let mut status__ = None;
                let mut confidential__ = None;
                let mut department__ = None;
                let mut offices__ = None;
                let mut posts__ = None;
                let mut stages__ = None;
                let mut opened_at__ = None;
                let mut closed_at__ = None;
                let mut updated_at__ = None;
                let mut hiring_team__ = None;
                let mut openings__ = None;
                let mut custom_fields__ = None;
                let mut close_reason__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::RequisitionId => {
                            if requisition_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requisitionId"));
                            }
                            requisition_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Status => {
                            if status__.is_some() {
                                return Err(serde::de::Error::duplicate_field("status"));
                            }
                            status__ = map_.next_value::<Option<job::Status>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Confidential => {
                            if confidential__.is_some() {
                                return Err(serde::de::Error::duplicate_field("confidential"));
                            }
                            confidential__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Department => {
                            if department__.is_some() {
                                return Err(serde::de::Error::duplicate_field("department"));
                            }
                            department__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Offices => {
                            if offices__.is_some() {
                                return Err(serde::de::Error::duplicate_field("offices"));
                            }
                            offices__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Posts => {
                            if posts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("posts"));
                            }
                            posts__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Stages => {
                            if stages__.is_some() {
                                return Err(serde::de::Error::duplicate_field("stages"));
                            }
                            stages__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OpenedAt => {
                            if opened_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("openedAt"));
                            }
                            opened_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::ClosedAt => {
                            if closed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("closedAt"));
                            }
                            closed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::UpdatedAt => {
                            if updated_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updatedAt"));
                            }
                            updated_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::HiringTeam => {
                            if hiring_team__.is_some() {
                                return Err(serde::de::Error::duplicate_field("hiringTeam"));
                            }
                            hiring_team__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Openings => {
                            if openings__.is_some() {
                                return Err(serde::de::Error::duplicate_field("openings"));
                            }
                            openings__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::CustomFields => {
                            if custom_fields__.is_some() {
                                return Err(serde::de::Error::duplicate_field("customFields"));
                            }
                            custom_fields__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::CloseReason => {
                            if close_reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("closeReason"));
                            }
                            close_reason__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Job {
                    id: id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                    requisition_id: requisition_id__.unwrap_or_default(),
                    status: status__.unwrap_or_default(),
                    confidential: confidential__.unwrap_or_default(),
                    department: department__,
                    offices: offices__.unwrap_or_default(),
                    posts: posts__.unwrap_or_default(),
                    stages: stages__.unwrap_or_default(),
                    opened_at: opened_at__,
                    closed_at: closed_at__,
                    updated_at: updated_at__,
                    hiring_team: hiring_team__.unwrap_or_default(),
                    openings: openings__.unwrap_or_default(),
                    custom_fields: custom_fields__,
                    close_reason: close_reason__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Job", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for job::Status {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Draft => "DRAFT",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for job::Status {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "OPEN",
            "CLOSED",
            "DRAFT",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = job::Status;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(job::Status::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(job::Status::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(job::Status::Unspecified),
                    "OPEN" => Ok(job::Status::Open),
                    "CLOSED" => Ok(job::Status::Closed),
                    "DRAFT" => Ok(job::Status::Draft),
                    _ => Ok(job::Status::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for JobChanged {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.change != 0 {
            len += 1;
        }
        if self.job.is_some() {
            len += 1;
        }
        if !self.changed_fields.is_empty() {
            len += 1;
        }
        if self.sequence != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobChanged", len)?;
        if self.change != 0 {
            let v = job_changed::Change::try_from(self.change)
                .map_err(|_| serde::ser::Error::custom(format!("Invalid variant {}", self.change)))?;
            struct_ser.serialize_field("change", &v)?;
        }
        if let Some(v) = self.job.as_ref() {
            struct_ser.serialize_field("job", v)?;
        }
        if !self.changed_fields.is_empty() {
            struct_ser.serialize_field("changedFields", &self.changed_fields)?;
        }
        if self.sequence != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("sequence", ToString::to_string(&self.sequence).as_str())?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JobChanged {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "change",
            "job",
            "changed_fields",
            "changedFields",
            "sequence",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Change,
            Job,
            ChangedFields,
            Sequence,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "change" => Ok(GeneratedField::Change),
                            "job" => Ok(GeneratedField::Job),
                            "changedFields" | "changed_fields" => Ok(GeneratedField::ChangedFields),
                            "sequence" => Ok(GeneratedField::Sequence),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JobChanged;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobChanged")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JobChanged, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut change__ = None;
                let mut job__ = None;
                let mut changed_fields__ = None;
                let mut sequence__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Change => {
                            if change__.is_some() {
                                return Err(serde::de::Error::duplicate_field("change"));
                            }
                            change__ = map_.next_value::<Option<job_changed::Change>>()?.map(|value| value as i32);
                        }
                        GeneratedField::Job => {
                            if job__.is_some() {
                                return Err(serde::de::Error::duplicate_field("job"));
                            }
                            job__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::ChangedFields => {
                            if changed_fields__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changedFields"));
                            }
                            changed_fields__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Sequence => {
                            if sequence__.is_some() {
                                return Err(serde::de::Error::duplicate_field("sequence"));
                            }
                            sequence__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(JobChanged {
                    change: change__.unwrap_or_default(),
                    job: job__,
                    changed_fields: changed_fields__.unwrap_or_default(),
                    sequence: sequence__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobChanged", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for job_changed::Change {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        let variant = match self {
            Self::Unspecified => "UNSPECIFIED",
            Self::Opened => "OPENED",
            Self::Updated => "UPDATED",
            Self::Closed => "CLOSED",
            Self::Deleted => "DELETED",
        };
        serializer.serialize_str(variant)
    }
}
impl<'de> serde::Deserialize<'de> for job_changed::Change {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "UNSPECIFIED",
            "OPENED",
            "UPDATED",
            "CLOSED",
            "DELETED",
        ];

        struct GeneratedVisitor;

        impl serde::de::Visitor<'_> for GeneratedVisitor {
            type Value = job_changed::Change;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "expected one of: {:?}", &FIELDS)
            }

            fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(job_changed::Change::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Signed(v), &self)
                    })
            }

            fn visit_u64<E>(self, v: u64) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                i32::try_from(v)
                    .ok()
                    .and_then(|x| x.try_into().ok().or_else(|| Some(job_changed::Change::default())))
                    .ok_or_else(|| {
                        serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(v), &self)
                    })
            }

            fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {
                    "UNSPECIFIED" => Ok(job_changed::Change::Unspecified),
                    "OPENED" => Ok(job_changed::Change::Opened),
                    "UPDATED" => Ok(job_changed::Change::Updated),
                    "CLOSED" => Ok(job_changed::Change::Closed),
                    "DELETED" => Ok(job_changed::Change::Deleted),
                    _ => Ok(job_changed::Change::default()),
                }
            }
        }
        deserializer.deserialize_any(GeneratedVisitor)
    }
}
impl serde::Serialize for JobPost {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.title.is_empty() {
            len += 1;
        }
        if !self.location.is_empty() {
            len += 1;
        }
        if self.internal {
            len += 1;
        }
        if self.live {
            len += 1;
        }
        if !self.url.is_empty() {
            len += 1;
        }
        if !self.locations.is_empty() {
            len += 1;
        }
        if !self.language.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobPost", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.title.is_empty() {
            struct_ser.serialize_field("title", &self.title)?;
        }
        if !self.location.is_empty() {
            struct_ser.serialize_field("location", &self.location)?;
        }
        if self.internal {
            struct_ser.serialize_field("internal", &self.internal)?;
        }
        if self.live {
            struct_ser.serialize_field("live", &self.live)?;
        }
        if !self.url.is_empty() {
            struct_ser.serialize_field("url", &self.url)?;
        }
        if !self.locations.is_empty() {
            struct_ser.serialize_field("locations", &self.locations)?;
        }
        if !self.language.is_empty() {
            struct_ser.serialize_field("language", &self.language)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JobPost {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "title",
            "location",
            "internal",
            "live",
            "url",
            "locations",
            "language",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Title,
            Location,
            Internal,
            Live,
            Url,
            Locations,
            Language,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "title" => Ok(GeneratedField::Title),
                            "location" => Ok(GeneratedField::Location),
                            "internal" => Ok(GeneratedField::Internal),
                            "live" => Ok(GeneratedField::Live),
                            "url" => Ok(GeneratedField::Url),
                            "locations" => Ok(GeneratedField::Locations),
                            "language" => Ok(GeneratedField::Language),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JobPost;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobPost")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JobPost, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut title__ = None;
                let mut location__ = None;
                let mut internal__ = None;
                let mut live__ = None;
                let mut url__ = None;
                let mut locations__ = None;
                let mut language__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Title => {
                            if title__.is_some() {
                                return Err(serde::de::Error::duplicate_field("title"));
                            }
                            title__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Location => {
                            if location__.is_some() {
                                return Err(serde::de::Error::duplicate_field("location"));
                            }
                            location__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Internal => {
                            if internal__.is_some() {
                                return Err(serde::de::Error::duplicate_field("internal"));
                            }
                            internal__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Live => {
                            if live__.is_some() {
                                return Err(serde::de::Error::duplicate_field("live"));
                            }
                            live__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Url => {
                            if url__.is_some() {
                                return Err(serde::de::Error::duplicate_field("url"));
                            }
                            url__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Locations => {
                            if locations__.is_some() {
                                return Err(serde::de::Error::duplicate_field("locations"));
                            }
                            locations__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Language => {
                            if language__.is_some() {
                                return Err(serde::de::Error::duplicate_field("language"));
                            }
                            language__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(JobPost {
                    id: id__.unwrap_or_default(),
                    title: title__.unwrap_or_default(),
                    location: location__.unwrap_or_default(),
                    internal: internal__.unwrap_or_default(),
                    live: live__.unwrap_or_default(),
                    url: url__.unwrap_or_default(),
                    locations: locations__.unwrap_or_default(),
                    language: language__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobPost", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for JobStage {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        if self.position != 0 {
            len += 1;
        }
        if self.active {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobStage", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if self.position != 0 {
            struct_ser.serialize_field("position", &self.position)?;
        }
        if self.active {
            struct_ser.serialize_field("active", &self.active)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JobStage {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "name",
            "position",
            "active",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Name,
            Position,
            Active,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "name" => Ok(GeneratedField::Name),
                            "position" => Ok(GeneratedField::Position),
                            "active" => Ok(GeneratedField::Active),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JobStage;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobStage")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JobStage, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut name__ = None;
                let mut position__ = None;
                let mut active__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Position => {
                            if position__.is_some() {
                                return Err(serde::de::Error::duplicate_field("position"));
                            }
                            position__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Active => {
                            if active__.is_some() {
                                return Err(serde::de::Error::duplicate_field("active"));
                            }
                            active__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(JobStage {
                    id: id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                    position: position__.unwrap_or_default(),
                    active: active__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobStage", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for JobsRefreshed {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.full {
            len += 1;
        }
        if self.counts.is_some() {
            len += 1;
        }
        if self.refreshed_at.is_some() {
            len += 1;
        }
        if self.duration_ms != 0 {
            len += 1;
        }
        if self.calls != 0 {
            len += 1;
        }
        if !self.not_read.is_empty() {
            len += 1;
        }
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if self.needs_human {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobsRefreshed", len)?;
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if self.full {
            struct_ser.serialize_field("full", &self.full)?;
        }
        if let Some(v) = self.counts.as_ref() {
            struct_ser.serialize_field("counts", v)?;
        }
        if let Some(v) = self.refreshed_at.as_ref() {
            struct_ser.serialize_field("refreshedAt", v)?;
        }
        if self.duration_ms != 0 {
            struct_ser.serialize_field("durationMs", &self.duration_ms)?;
        }
        if self.calls != 0 {
            struct_ser.serialize_field("calls", &self.calls)?;
        }
        if !self.not_read.is_empty() {
            struct_ser.serialize_field("notRead", &self.not_read)?;
        }
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if self.needs_human {
            struct_ser.serialize_field("needsHuman", &self.needs_human)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for JobsRefreshed {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "request_id",
            "requestId",
            "full",
            "counts",
            "refreshed_at",
            "refreshedAt",
            "duration_ms",
            "durationMs",
            "calls",
            "not_read",
            "notRead",
            "code",
            "message",
            "remedy",
            "needs_human",
            "needsHuman",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequestId,
            Full,
            Counts,
            RefreshedAt,
            DurationMs,
            Calls,
            NotRead,
            Code,
            Message,
            Remedy,
            NeedsHuman,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "full" => Ok(GeneratedField::Full),
                            "counts" => Ok(GeneratedField::Counts),
                            "refreshedAt" | "refreshed_at" => Ok(GeneratedField::RefreshedAt),
                            "durationMs" | "duration_ms" => Ok(GeneratedField::DurationMs),
                            "calls" => Ok(GeneratedField::Calls),
                            "notRead" | "not_read" => Ok(GeneratedField::NotRead),
                            "code" => Ok(GeneratedField::Code),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "needsHuman" | "needs_human" => Ok(GeneratedField::NeedsHuman),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = JobsRefreshed;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobsRefreshed")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<JobsRefreshed, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut request_id__ = None;
                let mut full__ = None;
                let mut counts__ = None;
                let mut refreshed_at__ = None;
                let mut duration_ms__ = None;
                let mut calls__ = None;
                let mut not_read__ = None;
                let mut code__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                let mut needs_human__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Full => {
                            if full__.is_some() {
                                return Err(serde::de::Error::duplicate_field("full"));
                            }
                            full__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Counts => {
                            if counts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("counts"));
                            }
                            counts__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::RefreshedAt => {
                            if refreshed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("refreshedAt"));
                            }
                            refreshed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::DurationMs => {
                            if duration_ms__.is_some() {
                                return Err(serde::de::Error::duplicate_field("durationMs"));
                            }
                            duration_ms__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Calls => {
                            if calls__.is_some() {
                                return Err(serde::de::Error::duplicate_field("calls"));
                            }
                            calls__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::NotRead => {
                            if not_read__.is_some() {
                                return Err(serde::de::Error::duplicate_field("notRead"));
                            }
                            not_read__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::NeedsHuman => {
                            if needs_human__.is_some() {
                                return Err(serde::de::Error::duplicate_field("needsHuman"));
                            }
                            needs_human__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(JobsRefreshed {
                    request_id: request_id__.unwrap_or_default(),
                    full: full__.unwrap_or_default(),
                    counts: counts__,
                    refreshed_at: refreshed_at__,
                    duration_ms: duration_ms__.unwrap_or_default(),
                    calls: calls__.unwrap_or_default(),
                    not_read: not_read__.unwrap_or_default(),
                    code: code__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    needs_human: needs_human__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobsRefreshed", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for jobs_refreshed::Counts {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.read != 0 {
            len += 1;
        }
        if self.created != 0 {
            len += 1;
        }
        if self.updated != 0 {
            len += 1;
        }
        if self.closed != 0 {
            len += 1;
        }
        if self.deleted != 0 {
            len += 1;
        }
        if self.open != 0 {
            len += 1;
        }
        if self.opened != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.JobsRefreshed.Counts", len)?;
        if self.read != 0 {
            struct_ser.serialize_field("read", &self.read)?;
        }
        if self.created != 0 {
            struct_ser.serialize_field("created", &self.created)?;
        }
        if self.updated != 0 {
            struct_ser.serialize_field("updated", &self.updated)?;
        }
        if self.closed != 0 {
            struct_ser.serialize_field("closed", &self.closed)?;
        }
        if self.deleted != 0 {
            struct_ser.serialize_field("deleted", &self.deleted)?;
        }
        if self.open != 0 {
            struct_ser.serialize_field("open", &self.open)?;
        }
        if self.opened != 0 {
            struct_ser.serialize_field("opened", &self.opened)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for jobs_refreshed::Counts {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "read",
            "created",
            "updated",
            "closed",
            "deleted",
            "open",
            "opened",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Read,
            Created,
            Updated,
            Closed,
            Deleted,
            Open,
            Opened,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "read" => Ok(GeneratedField::Read),
                            "created" => Ok(GeneratedField::Created),
                            "updated" => Ok(GeneratedField::Updated),
                            "closed" => Ok(GeneratedField::Closed),
                            "deleted" => Ok(GeneratedField::Deleted),
                            "open" => Ok(GeneratedField::Open),
                            "opened" => Ok(GeneratedField::Opened),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = jobs_refreshed::Counts;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.JobsRefreshed.Counts")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<jobs_refreshed::Counts, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut read__ = None;
                let mut created__ = None;
                let mut updated__ = None;
                let mut closed__ = None;
                let mut deleted__ = None;
                let mut open__ = None;
                let mut opened__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Read => {
                            if read__.is_some() {
                                return Err(serde::de::Error::duplicate_field("read"));
                            }
                            read__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Created => {
                            if created__.is_some() {
                                return Err(serde::de::Error::duplicate_field("created"));
                            }
                            created__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Updated => {
                            if updated__.is_some() {
                                return Err(serde::de::Error::duplicate_field("updated"));
                            }
                            updated__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Closed => {
                            if closed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("closed"));
                            }
                            closed__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Deleted => {
                            if deleted__.is_some() {
                                return Err(serde::de::Error::duplicate_field("deleted"));
                            }
                            deleted__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Open => {
                            if open__.is_some() {
                                return Err(serde::de::Error::duplicate_field("open"));
                            }
                            open__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Opened => {
                            if opened__.is_some() {
                                return Err(serde::de::Error::duplicate_field("opened"));
                            }
                            opened__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(jobs_refreshed::Counts {
                    read: read__.unwrap_or_default(),
                    created: created__.unwrap_or_default(),
                    updated: updated__.unwrap_or_default(),
                    closed: closed__.unwrap_or_default(),
                    deleted: deleted__.unwrap_or_default(),
                    open: open__.unwrap_or_default(),
                    opened: opened__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.JobsRefreshed.Counts", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Office {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.name.is_empty() {
            len += 1;
        }
        if !self.location.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Office", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.name.is_empty() {
            struct_ser.serialize_field("name", &self.name)?;
        }
        if !self.location.is_empty() {
            struct_ser.serialize_field("location", &self.location)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Office {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "name",
            "location",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            Name,
            Location,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "name" => Ok(GeneratedField::Name),
                            "location" => Ok(GeneratedField::Location),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Office;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Office")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Office, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut name__ = None;
                let mut location__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Name => {
                            if name__.is_some() {
                                return Err(serde::de::Error::duplicate_field("name"));
                            }
                            name__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Location => {
                            if location__.is_some() {
                                return Err(serde::de::Error::duplicate_field("location"));
                            }
                            location__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Office {
                    id: id__.unwrap_or_default(),
                    name: name__.unwrap_or_default(),
                    location: location__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Office", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Opening {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.id != 0 {
            len += 1;
        }
        if !self.opening_id.is_empty() {
            len += 1;
        }
        if self.open {
            len += 1;
        }
        if self.opened_at.is_some() {
            len += 1;
        }
        if self.closed_at.is_some() {
            len += 1;
        }
        if self.close_reason.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Opening", len)?;
        if self.id != 0 {
            #[allow(clippy::needless_borrow)]
            #[allow(clippy::needless_borrows_for_generic_args)]
            struct_ser.serialize_field("id", ToString::to_string(&self.id).as_str())?;
        }
        if !self.opening_id.is_empty() {
            struct_ser.serialize_field("openingId", &self.opening_id)?;
        }
        if self.open {
            struct_ser.serialize_field("open", &self.open)?;
        }
        if let Some(v) = self.opened_at.as_ref() {
            struct_ser.serialize_field("openedAt", v)?;
        }
        if let Some(v) = self.closed_at.as_ref() {
            struct_ser.serialize_field("closedAt", v)?;
        }
        if let Some(v) = self.close_reason.as_ref() {
            struct_ser.serialize_field("closeReason", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Opening {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "id",
            "opening_id",
            "openingId",
            "open",
            "opened_at",
            "openedAt",
            "closed_at",
            "closedAt",
            "close_reason",
            "closeReason",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Id,
            OpeningId,
            Open,
            OpenedAt,
            ClosedAt,
            CloseReason,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "id" => Ok(GeneratedField::Id),
                            "openingId" | "opening_id" => Ok(GeneratedField::OpeningId),
                            "open" => Ok(GeneratedField::Open),
                            "openedAt" | "opened_at" => Ok(GeneratedField::OpenedAt),
                            "closedAt" | "closed_at" => Ok(GeneratedField::ClosedAt),
                            "closeReason" | "close_reason" => Ok(GeneratedField::CloseReason),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Opening;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Opening")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Opening, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut id__ = None;
                let mut opening_id__ = None;
                let mut open__ = None;
                let mut opened_at__ = None;
                let mut closed_at__ = None;
                let mut close_reason__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Id => {
                            if id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("id"));
                            }
                            id__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::OpeningId => {
                            if opening_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("openingId"));
                            }
                            opening_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Open => {
                            if open__.is_some() {
                                return Err(serde::de::Error::duplicate_field("open"));
                            }
                            open__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::OpenedAt => {
                            if opened_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("openedAt"));
                            }
                            opened_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::ClosedAt => {
                            if closed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("closedAt"));
                            }
                            closed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::CloseReason => {
                            if close_reason__.is_some() {
                                return Err(serde::de::Error::duplicate_field("closeReason"));
                            }
                            close_reason__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Opening {
                    id: id__.unwrap_or_default(),
                    opening_id: opening_id__.unwrap_or_default(),
                    open: open__.unwrap_or_default(),
                    opened_at: opened_at__,
                    closed_at: closed_at__,
                    close_reason: close_reason__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Opening", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for StatusesRefreshed {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.request_id.is_empty() {
            len += 1;
        }
        if self.counts.is_some() {
            len += 1;
        }
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if self.refreshed_at.is_some() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.StatusesRefreshed", len)?;
        if !self.request_id.is_empty() {
            struct_ser.serialize_field("requestId", &self.request_id)?;
        }
        if let Some(v) = self.counts.as_ref() {
            struct_ser.serialize_field("counts", v)?;
        }
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if let Some(v) = self.refreshed_at.as_ref() {
            struct_ser.serialize_field("refreshedAt", v)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for StatusesRefreshed {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "request_id",
            "requestId",
            "counts",
            "code",
            "remedy",
            "refreshed_at",
            "refreshedAt",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            RequestId,
            Counts,
            Code,
            Remedy,
            RefreshedAt,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "requestId" | "request_id" => Ok(GeneratedField::RequestId),
                            "counts" => Ok(GeneratedField::Counts),
                            "code" => Ok(GeneratedField::Code),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "refreshedAt" | "refreshed_at" => Ok(GeneratedField::RefreshedAt),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = StatusesRefreshed;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.StatusesRefreshed")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<StatusesRefreshed, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut request_id__ = None;
                let mut counts__ = None;
                let mut code__ = None;
                let mut remedy__ = None;
                let mut refreshed_at__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::RequestId => {
                            if request_id__.is_some() {
                                return Err(serde::de::Error::duplicate_field("requestId"));
                            }
                            request_id__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Counts => {
                            if counts__.is_some() {
                                return Err(serde::de::Error::duplicate_field("counts"));
                            }
                            counts__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::RefreshedAt => {
                            if refreshed_at__.is_some() {
                                return Err(serde::de::Error::duplicate_field("refreshedAt"));
                            }
                            refreshed_at__ = map_.next_value::<crate::json::Lenient<_>>()?.0;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(StatusesRefreshed {
                    request_id: request_id__.unwrap_or_default(),
                    counts: counts__,
                    code: code__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    refreshed_at: refreshed_at__,
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.StatusesRefreshed", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for statuses_refreshed::Counts {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if self.followed != 0 {
            len += 1;
        }
        if self.read != 0 {
            len += 1;
        }
        if self.changed != 0 {
            len += 1;
        }
        if self.unknown_candidates != 0 {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.StatusesRefreshed.Counts", len)?;
        if self.followed != 0 {
            struct_ser.serialize_field("followed", &self.followed)?;
        }
        if self.read != 0 {
            struct_ser.serialize_field("read", &self.read)?;
        }
        if self.changed != 0 {
            struct_ser.serialize_field("changed", &self.changed)?;
        }
        if self.unknown_candidates != 0 {
            struct_ser.serialize_field("unknownCandidates", &self.unknown_candidates)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for statuses_refreshed::Counts {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "followed",
            "read",
            "changed",
            "unknown_candidates",
            "unknownCandidates",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Followed,
            Read,
            Changed,
            UnknownCandidates,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "followed" => Ok(GeneratedField::Followed),
                            "read" => Ok(GeneratedField::Read),
                            "changed" => Ok(GeneratedField::Changed),
                            "unknownCandidates" | "unknown_candidates" => Ok(GeneratedField::UnknownCandidates),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = statuses_refreshed::Counts;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.StatusesRefreshed.Counts")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<statuses_refreshed::Counts, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut followed__ = None;
                let mut read__ = None;
                let mut changed__ = None;
                let mut unknown_candidates__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Followed => {
                            if followed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("followed"));
                            }
                            followed__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Read => {
                            if read__.is_some() {
                                return Err(serde::de::Error::duplicate_field("read"));
                            }
                            read__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::Changed => {
                            if changed__.is_some() {
                                return Err(serde::de::Error::duplicate_field("changed"));
                            }
                            changed__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::UnknownCandidates => {
                            if unknown_candidates__.is_some() {
                                return Err(serde::de::Error::duplicate_field("unknownCandidates"));
                            }
                            unknown_candidates__ = 
                                Some(map_.next_value::<crate::json::Integer<_>>()?.0)
                            ;
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(statuses_refreshed::Counts {
                    followed: followed__.unwrap_or_default(),
                    read: read__.unwrap_or_default(),
                    changed: changed__.unwrap_or_default(),
                    unknown_candidates: unknown_candidates__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.StatusesRefreshed.Counts", FIELDS, GeneratedVisitor)
    }
}
impl serde::Serialize for Warning {
    #[allow(deprecated)]
    fn serialize<S>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        use serde::ser::SerializeStruct;
        let mut len = 0;
        if !self.code.is_empty() {
            len += 1;
        }
        if !self.message.is_empty() {
            len += 1;
        }
        if !self.remedy.is_empty() {
            len += 1;
        }
        if !self.field.is_empty() {
            len += 1;
        }
        let mut struct_ser = serializer.serialize_struct("intrro.events.v1.Warning", len)?;
        if !self.code.is_empty() {
            struct_ser.serialize_field("code", &self.code)?;
        }
        if !self.message.is_empty() {
            struct_ser.serialize_field("message", &self.message)?;
        }
        if !self.remedy.is_empty() {
            struct_ser.serialize_field("remedy", &self.remedy)?;
        }
        if !self.field.is_empty() {
            struct_ser.serialize_field("field", &self.field)?;
        }
        struct_ser.end()
    }
}
impl<'de> serde::Deserialize<'de> for Warning {
    #[allow(deprecated)]
    fn deserialize<D>(deserializer: D) -> std::result::Result<Self, D::Error>
    where
        D: serde::Deserializer<'de>,
    {
        const FIELDS: &[&str] = &[
            "code",
            "message",
            "remedy",
            "field",
        ];

        #[allow(clippy::enum_variant_names)]
        enum GeneratedField {
            Code,
            Message,
            Remedy,
            Field,
            __SkipField__,
        }
        impl<'de> serde::Deserialize<'de> for GeneratedField {
            fn deserialize<D>(deserializer: D) -> std::result::Result<GeneratedField, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                struct GeneratedVisitor;

                impl serde::de::Visitor<'_> for GeneratedVisitor {
                    type Value = GeneratedField;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(formatter, "expected one of: {:?}", &FIELDS)
                    }

                    #[allow(unused_variables)]
                    fn visit_str<E>(self, value: &str) -> std::result::Result<GeneratedField, E>
                    where
                        E: serde::de::Error,
                    {
                        match value {
                            "code" => Ok(GeneratedField::Code),
                            "message" => Ok(GeneratedField::Message),
                            "remedy" => Ok(GeneratedField::Remedy),
                            "field" => Ok(GeneratedField::Field),
                            _ => Ok(GeneratedField::__SkipField__),
                        }
                    }
                }
                deserializer.deserialize_identifier(GeneratedVisitor)
            }
        }
        struct GeneratedVisitor;
        impl<'de> serde::de::Visitor<'de> for GeneratedVisitor {
            type Value = Warning;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("struct intrro.events.v1.Warning")
            }

            fn visit_map<V>(self, mut map_: V) -> std::result::Result<Warning, V::Error>
                where
                    V: serde::de::MapAccess<'de>,
            {
                let mut code__ = None;
                let mut message__ = None;
                let mut remedy__ = None;
                let mut field__ = None;
                while let Some(k) = map_.next_key()? {
                    match k {
                        GeneratedField::Code => {
                            if code__.is_some() {
                                return Err(serde::de::Error::duplicate_field("code"));
                            }
                            code__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Message => {
                            if message__.is_some() {
                                return Err(serde::de::Error::duplicate_field("message"));
                            }
                            message__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Remedy => {
                            if remedy__.is_some() {
                                return Err(serde::de::Error::duplicate_field("remedy"));
                            }
                            remedy__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::Field => {
                            if field__.is_some() {
                                return Err(serde::de::Error::duplicate_field("field"));
                            }
                            field__ = Some(map_.next_value::<crate::json::Lenient<_>>()?.0);
                        }
                        GeneratedField::__SkipField__ => {
                            let _ = map_.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Warning {
                    code: code__.unwrap_or_default(),
                    message: message__.unwrap_or_default(),
                    remedy: remedy__.unwrap_or_default(),
                    field: field__.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_struct("intrro.events.v1.Warning", FIELDS, GeneratedVisitor)
    }
}
