//! What the event calls an e-mail address and is none.

use harvest::Version;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn what_is_no_address_is_left_out_and_warned_of() {
    let world = World::new(Version::V3).await;
    let mut event = world.picking("i-1", &world.jobs()[..1]);
    event["data"]["candidate"]["emails"] =
        json!([{ "value": "ada@example.com" }, { "value": "ask me" }, { "value": " " }]);
    let answer = world.import(event).await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    let warnings = answer.data["warnings"].as_array().unwrap();
    assert_eq!(answer.warnings()[0], "email_unusable");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains("candidate.emails[1]"), "{message}");
    assert!(!message.contains("ask me"), "{message}");
    let found = world
        .greenhouse
        .state()
        .candidates_by_email("ada@example.com");
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].email_addresses.len(),
        1,
        "{:?}",
        found[0].email_addresses
    );
}
