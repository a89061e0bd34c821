//! `Debug` of the messages about people: ids and counts, nothing that names anybody. So a message that ends up in a
//! log line or a panic by mistake tells which one it was and no more.

use std::fmt::{Debug, Formatter, Result};

use crate::v1::{
    Candidate, CandidateErasureRequested, Contact, IntroductionAccepted, IntroductionStatusChanged,
    Referrer, Requester,
};

impl Debug for Contact {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("Contact(..)")
    }
}

impl Debug for Candidate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter
            .debug_struct("Candidate")
            .field("id", &self.id)
            .field("emails", &self.emails.len())
            .finish_non_exhaustive()
    }
}

impl Debug for Referrer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("Referrer(..)")
    }
}

impl Debug for Requester {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("Requester(..)")
    }
}

impl Debug for IntroductionAccepted {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter
            .debug_struct("IntroductionAccepted")
            .field("introduction_id", &self.introduction_id)
            .field("candidate", &self.candidate)
            .field("job_ids", &self.job_ids)
            .finish_non_exhaustive()
    }
}

impl Debug for IntroductionStatusChanged {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter
            .debug_struct("IntroductionStatusChanged")
            .field("introduction_id", &self.introduction_id)
            .field("candidate_id", &self.candidate_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Debug for CandidateErasureRequested {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter
            .debug_struct("CandidateErasureRequested")
            .field("candidate_id", &self.candidate_id)
            .finish_non_exhaustive()
    }
}
