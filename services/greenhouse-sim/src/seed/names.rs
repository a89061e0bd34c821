//! Made-up names for made-up people.

pub(super) const FIRST: [&str; 20] = [
    "Alma", "Boris", "Chiara", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Keiko", "Liam", "Mina", "Nils", "Oona", "Pablo", "Quynh", "Rosa", "Sven", "Tara",
];

pub(super) const LAST: [&str; 20] = [
    "Abel", "Brandt", "Costa", "Duarte", "Ekberg", "Fischer", "Grant", "Hansen", "Ivanova",
    "Jansen", "Kowalski", "Lopez", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato",
    "Tanaka",
];

pub(super) const JOBS: [&str; 18] = [
    "Frontend Engineer",
    "Mobile Engineer",
    "Engineering Manager",
    "Security Engineer",
    "QA Engineer",
    "Product Manager",
    "Researcher",
    "Content Writer",
    "Growth Marketer",
    "Sales Engineer",
    "Customer Success Manager",
    "Support Specialist",
    "Finance Controller",
    "Legal Counsel",
    "People Partner",
    "Recruiter",
    "IT Administrator",
    "Data Engineer",
];
